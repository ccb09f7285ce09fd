"""``python -m schedules``: the planner alone."""

from __future__ import annotations

import sys

from commands.schedules import main

if __name__ == "__main__":
    sys.exit(main())
