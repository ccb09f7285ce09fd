"""Alternatives side by side: a line for each figure, in words for people and as rows for files."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from dosing.units import Quantity, ordinary_spaces, quantity, show, spelling
from schedules.cohort.demand import Demand, Line, Need, Pack
from schedules.cohort.ward_table import hours, made_of
from schedules.cohort.what_if import Alternative, Alternatives

# Sums are rounded to this many decimals: floating-point noise.
_CLEAN = 9


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ComparedLine:
    """One figure: which one it is, and what it comes to as planned and with each alteration."""

    figure: str
    cells: tuple[str, ...]


def spoken(words: str) -> str:
    """Return the words of a command line as a heading: weight: immunoglobulin, actual."""
    return words.replace(":", ", ").replace("=", ": ")


def compare_in_words(alternatives: Alternatives) -> list[ComparedLine]:
    """Return the figures that differ anywhere, drug by drug, then those of the visits."""
    demands = [one.demand for one in alternatives.each]
    needs = [{need.line: need for need in demand.needs} for demand in demands]
    lines = dict.fromkeys(sorted(line for each in needs for line in each))
    found = [
        ComparedLine(
            figure=f"{_name(line)}: {figure}", cells=_cells([e.get(line) for e in needs], of)
        )
        for line in lines
        for figure, of in _OF_A_DRUG.items()
    ]
    found += [
        ComparedLine(figure=figure, cells=_cells(demands, of)) for figure, of in _OF_A_WARD.items()
    ]
    return [line for line in found if len(set(line.cells)) > 1]


def about_alternative(one: Alternative) -> str:
    """Return how many plans an alteration changes."""
    return f"{spoken(one.words)}: it alters {one.altered} of {one.altered + len(one.stays)} plans."


def about_plans(one: Alternative) -> list[str]:
    """Return why plans stay as they are, and what the others would bring, with how many."""
    codes = Counter(code for codes in one.warns.values() for code in codes)
    return [
        *(f"{n} stay{'s' if n == 1 else ''}: {why}." for why, n in _most(one.stays.values())),
        *(f"WARN {code} in {n}, not acknowledged." for code, n in _most(codes.elements())),
    ]


def _most(values: Iterable[str]) -> list[tuple[str, int]]:
    return Counter(values).most_common()


def compared_sheets(alternatives: Alternatives) -> dict[str, list[dict[str, Any]]]:
    """Return the tables of a file: what each alternative takes, and what is not altered, and why.

    There are none where nothing was asked.
    """
    if len(alternatives.each) == 1:
        return {}
    return {
        "what if": [row for one in alternatives.each for row in _rows_of(one)],
        "what if, plans": _plan_rows(alternatives),
    }


def _plan_rows(alternatives: Alternatives) -> list[dict[str, Any]]:
    rows = [
        {"what_if": one.words, "plan": name, "why": ordinary_spaces(f"stays: {why}")}
        for one in alternatives.each
        for name, why in one.stays.items()
    ]
    rows += [
        {"what_if": one.words, "plan": name, "why": f"WARN {code}, not acknowledged"}
        for one in alternatives.each
        for name, codes in one.warns.items()
        for code in codes
    ]
    return rows + [
        {"what_if": "", "plan": one.name, "why": ordinary_spaces(f"counts in none: {why}")}
        for one in alternatives.left_out
        for why in one.why
    ]


def _rows_of(one: Alternative) -> Iterator[dict[str, Any]]:
    for need in one.demand.needs:
        yield {
            "what_if": one.words,
            "drug": need.line.drug,
            "route": need.line.route,
            "condition": need.line.condition,
            "doses": need.doses,
            "amount": float(need.amount.magnitude),
            "unit": spelling(need.amount.units),
            "packs": made_of(need.packs),
            "packs_if_shared": "" if need.shared is None else made_of(need.shared),
            "waste": None if need.waste is None else float(need.waste.magnitude),
            "waste_if_shared": (
                None if need.shared_waste is None else float(need.shared_waste.magnitude)
            ),
        }
    for load in one.demand.loads:
        yield {
            "what_if": one.words,
            "visits": load.visits,
            "chair_hours": hours(load.chair),
        }


def _name(line: Line) -> str:
    return f"{line.drug}, {line.route}{f', only if {line.condition}' if line.condition else ''}"


_Figure = int | float | Quantity | str | None


def _packs(packs: Mapping[Pack, int] | None) -> str | None:
    return made_of(packs) if packs else None


_OF_A_DRUG: Mapping[str, Callable[[Need], _Figure]] = {
    "doses": lambda need: need.doses,
    "amount": lambda need: need.amount,
    "packs": lambda need: _packs(need.packs),
    "packs, vials shared": lambda need: _packs(need.shared),
    "waste": lambda need: need.waste,
    "waste, vials shared": lambda need: need.shared_waste,
}
_OF_A_WARD: Mapping[str, Callable[[Demand], _Figure]] = {
    "visits": lambda demand: sum(load.visits for load in demand.loads),
    "hours in the chair": lambda demand: sum(hours(load.chair) for load in demand.loads),
}


def _cells(each: Sequence[Any], of: Callable[[Any], _Figure]) -> tuple[str, ...]:
    first, *others = [None if one is None else of(one) for one in each]
    cells = (_text(first), *(f"{_text(one)}{_difference(first, one)}" for one in others))
    if not any(cells):
        return cells
    return tuple(
        cell or ("none" if one is None else "not stated")
        for cell, one in zip(cells, each, strict=True)
    )


def _text(figure: _Figure) -> str:
    if figure is None or isinstance(figure, str):
        return figure or ""
    return f"{figure:g}" if isinstance(figure, int | float) else show(figure)


def _difference(before: _Figure, after: _Figure) -> str:
    """Return by how much a figure differs, in words: a sign is easily overlooked."""
    if isinstance(before, str) or isinstance(after, str) or before is None or after is None:
        return ""
    if isinstance(before, int | float) and isinstance(after, int | float):
        less = round(before - after, _CLEAN)
        return f" ({_text(abs(less))} {'less' if less > 0 else 'more'})" if less else ""
    if isinstance(before, int | float) or isinstance(after, int | float):
        return ""
    less = round(float(before.magnitude) - float(after.magnitude), _CLEAN)
    by = show(quantity(abs(less), before.units))
    return f" ({by} {'less' if less > 0 else 'more'})" if less else ""
