"""Writes a regimen in short where it says the same many times: bands, steps, doses of an example.

It works on a document for editing, and is undone by ``schedules.knowledge.short_forms``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from schedules.knowledge.yaml_file import is_commented, on_one_line, plain_values

_AMOUNTS = ("dose", "per_cycle", "per_course")
# What one step of a titration may say for the whole phase.
_OF_A_STEP = ("only_if", "open_end", "length", "begins")
_NUMBERED = re.compile(r"(.+) ([1-9][0-9]?)")
_FEWEST_ROWS = 2
_MOST_CELLS = 5
_MOST_TIMES = 19
_DOSE = re.compile(
    r"(\d{4}-\d\d-\d\d)(?: to (\d{4}-\d\d-\d\d))? (?!every )(.+?)(?:, ([2-9]|1[0-9]) times a day)?"
)
_NONE = object()


def shorten(document: Any) -> None:
    """Write the phases and examples of a regimen in short, where that says the same."""
    phases = document.get("phases")
    if isinstance(phases, list):
        _titrations(phases)
        for phase in phases:
            if isinstance(phase, dict) and isinstance(phase.get("medicines"), list):
                _tables(phase["medicines"])
    for example in document.get("examples") or []:
        if isinstance(example, dict) and isinstance(example.get("expect"), list):
            _doses(example["expect"])


def is_numbered(phase: Any) -> bool:
    """Return whether a phase is one of step 1, step 2 and so on."""
    return _NUMBERED.fullmatch(str(phase.get("name", ""))) is not None


# Titrations


def _titrations(phases: Any) -> None:
    start = 0
    while start < len(phases):
        count = _numbered_run(phases, start)
        form = _titration(phases[start : start + count]) if count > 1 else None
        if form is not None:
            for _ in range(count - 1):
                del phases[start + 1]
            phases[start] = form
        start += 1


def _numbered_run(phases: Sequence[Any], start: int) -> int:
    """Return how many phases in a row are called step 1, step 2 and so on."""
    first = _NUMBERED.fullmatch(str(phases[start].get("name", "")))
    if first is None or first[2] != "1":
        return 1
    count = 1
    for phase in phases[start + 1 :]:
        if phase.get("name") != f"{first[1]} {count + 1}":
            break
        count += 1
    return count


def _titration(phases: Sequence[Any]) -> Any:
    """Return one phase with a row for each step; None where the steps differ in more than that."""
    steps = [plain_values(phase) for phase in phases]
    medicines = [step.get("medicines") or [] for step in steps]
    if not medicines[0] or len({len(listed) for listed in medicines}) > 1:
        return None
    if set(_changed(steps)) - {"name", "medicines", *_OF_A_STEP}:
        return None
    if any("table" in medicine for listed in medicines for medicine in listed):
        return None
    by_medicine = list(zip(*medicines, strict=True))
    changes = [_changed(versions) for versions in by_medicine]
    alone = len(by_medicine) == 1
    if not alone and any(
        key not in _AMOUNTS or any(key not in version for version in versions)
        for versions, changed in zip(by_medicine, changes, strict=True)
        for key in changed
    ):
        return None
    template, rows = phases[0], [dict[str, Any]() for _ in steps]
    for medicine, versions, changed in zip(
        template["medicines"], by_medicine, changes, strict=True
    ):
        if alone:
            _move_into(rows, versions, changed)
        for key in changed:
            medicine.pop(key, None)
            if not alone:
                medicine[key] = on_one_line([version[key] for version in versions])
    of_a_step = [key for key in _OF_A_STEP if key in _changed(steps)]
    _move_into(rows, steps, of_a_step)
    for key in of_a_step:
        template.pop(key, None)
    template["name"] = _NUMBERED.sub(r"\1", template["name"])
    template["titration"] = [on_one_line(row) for row in rows]
    return template


def _move_into(
    rows: Sequence[dict[str, Any]], parts: Sequence[dict[str, Any]], keys: Sequence[str]
) -> None:
    for row, part in zip(rows, parts, strict=True):
        row.update({key: part[key] for key in keys if key in part})


def _changed(parts: Sequence[dict[str, Any]]) -> list[str]:
    """Return the keys whose values differ, in the order in which they stand."""
    keys = dict.fromkeys(key for part in parts for key in part)
    return [key for key in keys if len({repr(part.get(key, _NONE)) for part in parts}) > 1]


# Tables


def _tables(medicines: Any) -> None:
    """Write medicines that stand together and differ in little as a table, a row for each."""
    start = 0
    while start < len(medicines):
        count = _alike(medicines, start)
        if count >= _FEWEST_ROWS:
            versions = [plain_values(medicine) for medicine in medicines[start : start + count]]
            changed = _changed(versions)
            rows = [
                on_one_line({key: version[key] for key in changed if key in version})
                for version in versions
            ]
            for _ in range(count - 1):
                del medicines[start + 1]
            for key in changed:
                medicines[start].pop(key, None)
            medicines[start]["table"] = rows
        start += 1


def _alike(medicines: Sequence[Any], start: int) -> int:
    """Return how many medicines from one on make a table: one drug, with few words that differ."""
    count = 1
    while start + count < len(medicines):
        versions = [plain_values(one) for one in medicines[start : start + count + 1]]
        changed = _changed(versions)
        in_words = any("table" in version for version in versions) or "drug" in changed
        if in_words or len(changed) > _MOST_CELLS or is_commented(medicines, start + count - 1):
            break
        count += 1
    return count


# The doses of an example


def _doses(lines: Any) -> None:
    """Write equal doses of one day, and of days in a row, in one line."""
    if any(_DOSE.fullmatch(str(line)) is None for line in lines):
        return
    runs: list[list[str]] = [[]]
    for n, line in enumerate(lines):
        runs[-1].append(str(line))
        if is_commented(lines, n):
            runs.append([])
    position = 0
    for run in runs:
        written = _in_short(run)
        # The last line of a run keeps its place: the comment after it belongs to it.
        for _ in range(len(run) - len(written)):
            del lines[position]
        for text in written:
            lines[position] = text
            position += 1


def _in_short(lines: Sequence[str]) -> list[str]:
    doses: list[tuple[dt.date, dt.date, str, int]] = []
    for text, equal in groupby(lines):
        first, last, what, times = _parts(text)
        count = len(list(equal))
        if count > 1 and first == last and times == 1 and count <= _MOST_TIMES:
            doses.append((first, last, what, count))
        else:
            doses += [(first, last, what, times)] * count
    joined: list[tuple[dt.date, dt.date, str, int]] = []
    for first, last, what, times in doses:
        before = joined[-1] if joined else None
        if before is not None and before[2:] == (what, times) and _next_day(before[1]) == first:
            joined[-1] = (before[0], last, what, times)
        else:
            joined.append((first, last, what, times))
    return [_line(*dose) for dose in joined]


def _parts(text: str) -> tuple[dt.date, dt.date, str, int]:
    match = _DOSE.fullmatch(text)
    if match is None:
        raise ValueError(f'"{text}" is not a dated dose')
    first = dt.date.fromisoformat(match[1])
    last = dt.date.fromisoformat(match[2]) if match[2] else first
    return first, last, match[3], int(match[4] or 1)


def _next_day(day: dt.date) -> dt.date:
    return day + dt.timedelta(days=1)


def _line(first: dt.date, last: dt.date, what: str, times: int) -> str:
    days = f"{first}" if first == last else f"{first} to {last}"
    return f"{days} {what}" + (f", {times} times a day" if times > 1 else "")
