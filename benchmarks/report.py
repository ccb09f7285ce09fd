"""The page of results, docs/benchmarks.md: what was measured, when, on which machine."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from benchmarks.measure import Row

PEERS = ("icalendar", "pint", "numpy", "polars", "streamlit", "xlsxwriter")
_HEAD = """\
# Benchmarks

`make bench ARGS=--write` makes this page; `make bench` prints the same rows as they come, and
`make bench ARGS="--only page dose"` measures some of them.

A ratio is our CPU time over that of the thing named beside it, in one run on one machine. Both
sides take turns, so that whatever else the machine does slows both, and the least time of each
counts. Nothing is computed twice: each call has another patient, weight or label. A server is
measured from outside, by the CPU time of its process, while a visitor changes a field over a
websocket as a browser does. The sessions alone are wall time: p95 is how long the change that is
slower than 95 of 100 others waits for its answer, with the visitors on the same machine, whose
cores they share. People who plan a course fill in one field every three seconds, somewhat faster
than the keystroke-level model expects of a person (`benchmarks/planning.py` says how that is
counted); a field each second is more than anybody types, and stands beside it.

What is counted in seconds or in people depends on how fast the machine is on that day: the same
code took from 1.4 to 2.3 seconds of CPU to a server's first page, on the same machine.

"Streamlit as it comes" collects garbage after each rerun; with our settings Python does it as it
sees fit. `benchmarks/` says what is done on each side, and a test shows that it is the same. With
our settings a page that computes nothing, and draws as many pieces as the Plan page does, is
measured too: what Streamlit takes for them stands in no hand of ours.
"""


def write_page(
    path: Path, rows: Mapping[str, Sequence[Row]], took: Mapping[str, float], at: dt.datetime
) -> None:
    """Write the page.

    Args:
        path: the file.
        rows: the rows of each group, in their order.
        took: the seconds of wall time that each group took.
        at: when it was measured.
    """
    lines = [_HEAD, *machine(at), ""]
    lines += ["| what | against | measured | aim | met |", "| --- | --- | ---: | --- | --- |"]
    lines += [_line(row) for group in rows.values() for row in group]
    minutes = sum(took.values()) / 60
    each = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in took.items())
    lines += ["", f"The whole run took {minutes:.1f} minutes: {each}."]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def machine(at: dt.datetime) -> list[str]:
    """Return when and on what it was measured; nothing that names this machine or its folders."""
    versions = (f"{name} {importlib.metadata.version(name)}" for name in PEERS)
    return [
        f"- Measured on {at:%d-%b-%Y}, {processor()}, {os.cpu_count()} cores, {platform.system()}",
        f"- Python {platform.python_version()}, {', '.join(versions)}",
    ]


def processor() -> str:
    """Return the model of the processor, as Linux names it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.machine())


def _line(row: Row) -> str:
    return _cells((row.what, row.against, row.value_text, row.aim_text, row.met_text))


def _cells(texts: Iterable[str]) -> str:
    return f"| {' | '.join(texts)} |"
