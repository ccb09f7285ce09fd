"""A picture of how a dose rises or falls over the weeks of a course."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from schedules.outputs.paper.canvas import GREY, MARGIN, SHADE
from schedules.outputs.paper.pdf import Paper
from schedules.outputs.paper.runs import Run

_HEIGHT, _TITLE = 34.0, 5.0
_SIZE = 7.5
# Room for the amount beside the picture, and for months that do not touch.
_BESIDE, _OF_A_MONTH = 16.0, 12.0
_YEAR = 12  # months
_ONE_DAY = dt.timedelta(days=1)


def draw_steps(paper: Paper, runs: Sequence[Run]) -> None:
    """Draw the steps of one drug in one unit as bars, from its first day to its last."""
    amounts = [float(run.first.dose.amount.magnitude) for run in runs]
    first, last = runs[0].first.date, max(run.last_day for run in runs)
    per_day = (paper.epw - _BESIDE) / ((last - first).days + 1)
    top, left = paper.y + 1, MARGIN + _BESIDE
    floor = top + _HEIGHT
    highest = max(amounts)

    def across(day: dt.date) -> float:
        return left + (day - first).days * per_day

    with paper.artifact():
        paper.set_fill_color(SHADE)
        paper.set_draw_color(GREY)
        for run, amount in zip(runs, amounts, strict=True):
            x, height = across(run.first.date), _HEIGHT * amount / highest
            width = across(run.last_day + _ONE_DAY) - x
            paper.rect(x, floor - height, width, height, style="DF")
        paper.line(left, floor, MARGIN + paper.epw, floor)
    highest_run = max(runs, key=lambda run: float(run.first.dose.amount.magnitude))
    about = (
        f"The dose over time: {runs[0].dose_text} from {first:%d-%b-%Y}, "
        f"{runs[-1].dose_text} until {last:%d-%b-%Y}"
    )
    with paper.tagged("Figure", alt=about):
        paper.print_line(MARGIN, top - 1, f"{highest_run.dose_text} ", _SIZE, "B")
        paper.print_line(MARGIN, floor - 3, "0 ", _SIZE)
        free = left
        for month in _months(first, last):
            if across(month) >= free:
                paper.print_line(across(month), floor + 0.8, f"{month:%b %Y} ", _SIZE)
                free = across(month) + _OF_A_MONTH
    paper.y = floor + _TITLE


def _months(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return the first day, and the first of each month after it."""
    days, year, month = [first], first.year, first.month
    while True:
        year, month = (year + month // _YEAR, month % _YEAR + 1)
        day = dt.date(year, month, 1)
        if day > last:
            return days
        days.append(day)
