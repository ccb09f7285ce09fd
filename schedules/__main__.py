"""The command line of the planner. Each group of commands has a module of its own."""

from __future__ import annotations

import sys

from commands.schedules import main

if __name__ == "__main__":
    sys.exit(main())
