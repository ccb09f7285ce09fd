"""In a checkout, ``python -m commands`` is the program ``posology``."""

from __future__ import annotations

import sys

from commands.posology import main

if __name__ == "__main__":
    sys.exit(main(called="python -m commands"))
