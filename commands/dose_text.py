"""A calculated dose as the terminal shows it: text for a person, a mapping for a program."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from commands.line import DONE, STOPPED, say, say_findings, say_json
from dosing.calculation.alone import HELD_TO_NOTHING
from dosing.calculation.calculate import Dose, value_and_unit
from dosing.trace import Step, stops
from dosing.units import Quantity, show, show_percent

_SHOWN_DIGITS = 6


def amount_as_dict(amount: Quantity) -> dict[str, Any]:
    """Return a plain number and its unit beside the text that a person reads."""
    return {**value_and_unit(amount), "text": amount_text(amount)}


def amount_text(amount: Quantity) -> str:
    """Return an amount as a person reads it."""
    return show(amount, _SHOWN_DIGITS)


def say_dose(dose: Dose, *, as_json: bool, held_to: str = "", **more: Any) -> int:
    """Print a dose and return the exit code; a dose that is stopped shows its findings only.

    Args:
        dose: the calculated dose.
        as_json: whether a program reads it.
        held_to: the drug and route whose limits it was checked against, or that there are none.
        more: further keys of the JSON.
    """
    stopped = bool(stops(dose.findings))
    if as_json:
        say_json(dose.to_dict() | ({"held_to": held_to} if held_to else {}) | more)
        return STOPPED if stopped else DONE
    if not stopped:
        away = "" if dose.amount == dose.reference else f"   {show_percent(float(dose.deviation))}"
        say(f"{amount_text(dose.amount)}{away}")
        say_steps(dose.steps, 22)
        if held_to:
            say(held_to if held_to == HELD_TO_NOTHING else f"held to the limits of {held_to}")
    say_findings(dose.findings)
    return STOPPED if stopped else DONE


def say_steps(steps: Iterable[Step], width: int) -> None:
    """Print the steps of a derivation; ``width`` is that of their names."""
    for step in steps:
        say(f"  {step.what:<{width}} {step.value_text:<14} {step.why}  [{step.source}]")
