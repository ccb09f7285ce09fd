"""``python -m dosing``: the calculator alone."""

from __future__ import annotations

import sys

from commands.dosing import main

if __name__ == "__main__":
    sys.exit(main())
