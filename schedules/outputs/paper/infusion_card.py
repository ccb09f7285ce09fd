"""The pump card: the paper at the pump, one infusion in its bag as steps in large print.

``pump_card`` prints the cards of a course; this module draws them, and prints the card of an
infusion that stands in no plan.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib

from dosing.drugs.drug import Drug
from dosing.drugs.rate_ladder import RateLadder
from dosing.infusion.order import length_text
from dosing.infusion.rates import drops_per_minute, pump_text, volume_text
from dosing.infusion.steps import Infusion, InfusionStep, clock_text
from dosing.units import DROPS_PER_MIN, quantity, show
from schedules.outputs.paper.grid import Column, Row
from schedules.outputs.paper.pdf import Head, Paper, make_pdf
from schedules.version import VERSION

_LARGE, _BESIDE = 26.0, 11.0
# A volume and a time as they are read at a pump.
_DIGITS = 4
_COLUMNS = (
    Column(head="From the start", width=41, size=_BESIDE),
    Column(head="Clock", width=32, size=_BESIDE, style="B"),
    Column(head="Set the pump to", width=53, size=_LARGE, style="B", whole=True),
    Column(head="Label's rate", width=24, size=8),
    Column(head="In this step", width=20, size=_BESIDE, whole=True),
    Column(head="Given by then", width=20, size=_BESIDE, whole=True),
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One page: an infusion with its texts.

    ``about`` stands above the steps, ``loud`` below it in bold. ``untimed`` stands in place of the
    time of the end where the infusion has no start, ``because`` behind the name of the ladder.
    Without a ladder a person stated the rates. ``endorsed`` says that the drug file is.
    """

    title: str
    infusion: Infusion
    drug: Drug | None
    ladder: RateLadder | None
    about: tuple[str, ...] = ()
    loud: tuple[str, ...] = ()
    untimed: str
    because: str = ""
    endorsed: bool = False


def print_infusion_card(card: Card, *, label: str, printed_at: dt.datetime, zone: str) -> bytes:
    """Return the card of an infusion that stands in no plan (PDF), as it was entered at the pump.

    Args:
        card: the infusion, with its pauses and reactions so far.
        label: of the patient, never a name.
        printed_at: when it is printed, from whoever asks the clock.
        zone: the time zone of the place.

    Raises:
        InputError: naming every character the fonts lack.
    """
    rows = [_row(card.infusion, step) for step in card.infusion.steps]
    words = [label, card.title, *card.about, *(text for row in rows for text in row.cells)]
    head = Head(
        kind="Pump card",
        title="",
        label=label,
        of="Infusion",
        about="As entered at the pump, not from a plan; not checked by a pharmacist; "
        f"Posology {VERSION}",
        hash=hashlib.sha256("\n".join(words).encode()).hexdigest(),
        made_on=printed_at.date(),
        printed_at=printed_at,
        zone=zone,
        identity=True,
    )
    return make_pdf(head, lambda paper: draw_card(paper, card))


def draw_card(paper: Paper, card: Card) -> None:
    """Draw a card: bag, steps, length, what to do on a reaction, origin of the rates."""
    infusion = card.infusion
    bag, strength = infusion.bag, infusion.concentration
    paper.heading(card.title)
    held = f", {show(strength, _DIGITS)}" if strength is not None else ""
    diluent = f", in {bag.diluent}" if bag.diluent else ""
    paper.paragraph(
        f"Bag: {show(bag.volume, _DIGITS)}{held}{diluent}. It {bag.because}.", size=_BESIDE
    )
    for text in card.about:
        paper.paragraph(text, size=_BESIDE)
    for text in card.loud:
        paper.paragraph(text, size=_BESIDE, style="B")
    for finding in infusion.findings:
        paper.paragraph(f"{finding.level}: {finding.text}", style="B")
    paper.print_table(_COLUMNS, [_row(infusion, step) for step in infusion.steps])
    end = clock_text(infusion.start, infusion.total)
    ends = f"ends {end}" if end else card.untimed
    paper.paragraph(f"{length_text(infusion.total)} in all; {ends}.", size=14, style="B")
    paper.paragraph(_on_a_reaction(card.ladder), size=_BESIDE, style="B")
    paper.paragraph(f"{_origin_of_rates(card)} Every step was calculated twice.")
    paper.blanks(["Pump set by", "Checked by", "Started at"])


def _row(infusion: Infusion, step: InfusionStep) -> Row:
    starts, ends = (clock_text(infusion.start, minutes) for minutes in (step.starts, step.ends))
    runs = step.kind == "runs"
    return Row(
        cells=[
            f"{length_text(step.starts)} to {length_text(step.ends)}",
            f"{starts} to {ends}" if starts else "",
            pump_text(step.pump) if runs else "stopped",
            _rate_text(infusion, step) if runs else step.rate_text,
            volume_text(step.volume) if runs else "",
            volume_text(step.running),
        ],
    )


def _rate_text(infusion: Infusion, step: InfusionStep) -> str:
    """Return the rate of a running step, with the amount an hour and the drops where known."""
    rates = [step.rate_text]
    per_hour = infusion.amount_per_hour(step)
    if step.rate is None and per_hour is not None:
        rates.append(show(per_hour, _DIGITS))
    if infusion.drops is not None:
        drops = round(float(drops_per_minute(step.pump, infusion.drops).magnitude))
        rates.append(show(quantity(drops, DROPS_PER_MIN)))
    return ", ".join(rates)


def _on_a_reaction(ladder: RateLadder | None) -> str:
    if ladder is None:
        return "On a reaction: hold. Nothing here says how it continues afterwards."
    if ladder.reaction is None:
        return "On a reaction: hold. The ladder does not state how it continues afterwards."
    return (
        "On a reaction: hold. When it has passed, continue at no more than "
        f"{ladder.reaction.resume_percent} % of the rate at which it came."
    )


def _origin_of_rates(card: Card) -> str:
    if card.drug is None or card.ladder is None:
        return "By the rates that were stated at the pump; no drug file was followed."
    endorsed = "endorsed" if card.endorsed else "not endorsed"
    return (
        f"By the ladder {card.ladder.id} of the drug file {card.drug.id}, version "
        f"{card.drug.version}, {endorsed}: {card.drug.source(card.ladder.source)}."
        f"{card.because}"
    )
