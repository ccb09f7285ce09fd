"""A dose without a regimen, with every step, and what it was held to."""

from __future__ import annotations

from collections.abc import Sequence

import htpy as h
import streamlit as st

from dosing.calculation.alone import HELD_TO_NOTHING
from dosing.calculation.calculate import Dose
from dosing.trace import SHOWN_DIGITS, Finding
from dosing.units import show, show_percent
from schedules.review.margins import Margin
from screens.marks import agreement, quiet, show_findings, show_html, whole
from screens.parts.aloud import read_out
from screens.parts.card import DERIVATION, dose_heading, steps_table
from screens.parts.findings import show_stops, show_warnings
from screens.parts.in_sight import NO_DOSE, show_line_in_sight
from screens.parts.margin_bars import margin_bars


def show_dose(
    dose: Dose, *, rate: str, rounded: bool, limits_of: str, margins: Sequence[Margin]
) -> None:
    """Show a dose as the largest thing, beside its limits, with its derivation and findings.

    Args:
        dose: without a STOP.
        rate: as it was typed.
        rounded: whether a rounding was asked for.
        limits_of: the drug and route whose limits it was checked against, empty if none.
        margins: how far it lies from each of them.
    """
    reference = show(dose.reference, SHOWN_DIGITS)
    facts: list[h.Node] = [
        f"{show_percent(float(dose.deviation))} from {reference}" if rounded else "not rounded"
    ]
    if any(step.what == "second calculation" for step in dose.steps):
        facts.append(agreement())
    if limits_of:
        facts.append(f"held to the limits of {limits_of}")
    amounts = [show(dose.amount, SHOWN_DIGITS)]
    now: h.Node = whole(amounts[0]) if limits_of else [whole(amounts[0]), f", {HELD_TO_NOTHING}"]
    show_line_in_sight(now, [("#limits", "Limits")] if margins else [], dose.findings)
    with st.container(key="answer", gap="small"):
        show_html(
            h.section(".group")[
                h.p(".phase")[rate],
                dose_heading(amounts, _size(limits_of)),
                h.p(".pattern")[HELD_TO_NOTHING] if not limits_of else None,
                h.ul(".facts")[[h.li[fact] for fact in facts]],
            ]
        )
        read_out(amounts if limits_of else [*amounts, HELD_TO_NOTHING])
        if margins:
            show_html(h.div("#limits")[margin_bars(margins)])
        with st.expander(DERIVATION, expanded=True, key="calculate-derivation"):
            show_html(steps_table(dose.steps))
    show_warnings(dose.findings, key="calculate")
    show_findings([finding for finding in dose.findings if finding.level == "NOTE"])


def show_no_dose(findings: Sequence[Finding]) -> None:
    """Show what stops a dose in its place; of the dose itself nothing is shown."""
    show_line_in_sight(NO_DOSE, [], findings)
    show_stops(findings)
    show_html(quiet("No dose is shown while this stands."))


def _size(limits_of: str) -> str:
    """Return how a dose is written: large and calm only where limits were looked at."""
    return "" if limits_of else "unheld"
