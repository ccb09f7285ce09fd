"""Answers the courses of DoseBench with the recurrence rules of python-dateutil.

``python -m dosebench.adapters.dateutil`` reads and writes lines. Doses, rates and changes of a
course are not its business.
"""

from __future__ import annotations

import datetime as dt
import itertools

from dateutil import rrule, tz
from dateutil.parser import isoparse

from dosebench.adapters.lines import Answer, Question, answer_lines

_UNITS = {"day": rrule.DAILY, "week": rrule.WEEKLY, "month": rrule.MONTHLY}


def answer(question: Question) -> Answer | None:
    """Return the dates or instants of a course, or nothing for another question."""
    if question["ask"] not in ("course", "instants") or "changes" in question:
        return None
    try:
        count, unit = question["every"].split(" ")
        rule = _UNITS[unit.removesuffix("s")]
        first, interval = isoparse(question["first"]), int(count)
    except (KeyError, ValueError) as error:
        return {"refused": str(error)}
    cycles = rrule.rrule(rule, first, interval=interval, count=question["cycles"])
    days = itertools.product(cycles, question.get("days", [1]))
    dates = sorted((cycle + dt.timedelta(days=day - 1)).date() for cycle, day in days)
    if question["ask"] == "course":
        return {"dates": [date.isoformat() for date in dates]}
    zone, at = tz.gettz(question["zone"]), dt.time.fromisoformat(question["at"])
    moments = [dt.datetime.combine(date, at, tzinfo=zone).astimezone(tz.UTC) for date in dates]
    return {"instants": [f"{moment:%Y-%m-%dT%H:%M}Z" for moment in moments]}


if __name__ == "__main__":
    answer_lines(answer)
