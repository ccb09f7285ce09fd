"""``python -m records``: the records alone."""

from __future__ import annotations

import sys

from commands.records import main

if __name__ == "__main__":
    sys.exit(main())
