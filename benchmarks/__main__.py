"""Run the measurements: ``make bench``."""

from __future__ import annotations

import argparse
import datetime as dt
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence

from benchmarks import cohort, course, dose, files, page, programs, store
from benchmarks.measure import Row
from benchmarks.places import ROOT
from benchmarks.report import write_page
from benchmarks.visitor import PageFailedError

GROUPS: dict[str, Callable[[], Iterator[Row]]] = {
    "page": page.measure_changes,
    "sessions": page.measure_sessions,
    "planning": page.measure_planning,
    "first-page": page.measure_first_page,
    "memory": page.measure_memory,
    "course": course.measure,
    "cohort": cohort.measure,
    "dose": dose.measure,
    "files": files.measure,
    "programs": programs.measure,
    "records": store.measure,
}
_PAGE = ROOT / "docs" / "benchmarks.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print each row as it comes, and on stderr what is being measured."""
    args = _read(arguments)
    # A run that is ended leaves no server behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    began, clock = dt.datetime.now(tz=dt.UTC), time.monotonic
    rows: dict[str, list[Row]] = {}
    took: dict[str, float] = {}
    start = clock()
    for number, name in enumerate(args.only, 1):
        where = f"{number} of {len(args.only)}, {clock() - start:.0f} s so far"
        print(f"-- {name} ({where})", file=sys.stderr, flush=True)
        group = clock()
        try:
            rows[name] = []
            for row in GROUPS[name]():
                rows[name].append(row)
                print(row, flush=True)
        except (PageFailedError, OSError, RuntimeError, subprocess.SubprocessError) as error:
            # One that cannot be measured here does not take the others with it.
            print(f"{name} was not measured: {error}", file=sys.stderr, flush=True)
            del rows[name]
        took[name] = clock() - group
    print(f"-- {clock() - start:.0f} s in all", file=sys.stderr)
    if len(rows) < len(args.only):
        return 1
    if args.write:
        write_page(_PAGE, rows, took, began)
    return 0


def _read(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only",
        nargs="+",
        choices=GROUPS,
        metavar="GROUP",
        help=f"measure these alone: {', '.join(GROUPS)}",
    )
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    args = parser.parse_args(arguments)
    if args.write and args.only:
        parser.error("--write takes no --only: the page holds every row of one run")
    args.only = args.only or list(GROUPS)
    return args


if __name__ == "__main__":
    sys.exit(main())
