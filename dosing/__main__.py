"""The calculator on the command line: ``python -m dosing`` dose, body, steroid, band or infuse."""

from __future__ import annotations

import sys

from commands.dosing import main

if __name__ == "__main__":
    sys.exit(main())
