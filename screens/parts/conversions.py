"""What was typed, told otherwise: a dose per kg, the weight of an index, one rate as the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import htpy as h

from dosing import units
from dosing.errors import InputError
from dosing.formulas.body import weight_of_bmi
from dosing.given import given_per_size
from dosing.infusion.conversion import convert_rate
from dosing.trace import RefusedError
from dosing.units import Quantity, show
from screens.marks import quiet, show_findings, show_html, table, title
from screens.parts.card import unbroken
from screens.state.session import CalculateEntries

_DIGITS = 5
Told = Iterator[tuple[str, Quantity]]


def is_asked(entries: CalculateEntries) -> bool:
    """Return whether anything is to be told otherwise."""
    return bool(entries.given or entries.target_bmi or entries.run_rate)


def show_conversions(entries: CalculateEntries) -> None:
    """Show each in a line of one table; what is missing stands beneath it."""
    if not is_asked(entries):
        return
    show_html(title("Told otherwise"))
    rows: list[list[h.Node]] = []
    missing: list[str] = []
    asked = ((entries.given, _given), (entries.target_bmi, _weight), (entries.run_rate, _rate))
    for typed, tell in asked:
        if typed:
            rows += _rows(typed, tell, entries, missing)
    if rows:
        show_html(table(["Typed", "Is", "What it is"], rows, caption="Told otherwise"))
    for text in missing:
        show_html(quiet(text))


def _rows(
    typed: str,
    tell: Callable[[CalculateEntries], Told],
    entries: CalculateEntries,
    missing: list[str],
) -> list[list[h.Node]]:
    try:
        return [[typed, unbroken([show(value, _DIGITS)]), name] for name, value in tell(entries)]
    except InputError as error:
        missing += map(str, error.problems)
    except RefusedError as error:
        missing += [finding.text for finding in error.findings]
    return []


def _given(entries: CalculateEntries) -> Told:
    facts = {"weight": entries.weight, "height": entries.height, "sex": entries.sex}
    typed: dict[str, Any] = {name: text for name, text in facts.items() if text}
    yield from given_per_size(entries.given, surface=entries.surface, **typed).items()


def _weight(entries: CalculateEntries) -> Told:
    index = units.read("body-mass index", entries.target_bmi, field="body-mass index")
    yield "weight at this height", weight_of_bmi(bmi=index, height=units.height(entries.height))


def _rate(entries: CalculateEntries) -> Told:
    forms = convert_rate(
        entries.run_rate,
        concentration=entries.concentration or None,
        weight=entries.weight or None,
        drops_per_ml=entries.drops_per_ml or None,
    )
    show_findings(list(forms.findings))
    yield "at the pump", forms.pump
    yield from (("of the drug", rate) for rate in forms.label)
    if forms.drops is not None:
        yield "on the set", forms.drops
