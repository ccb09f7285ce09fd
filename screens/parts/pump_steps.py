"""An infusion at the bedside: its head, its steps as the browser counts them, its plot."""

from __future__ import annotations

import dataclasses
from typing import Any

import htpy as h
import streamlit as st

from dosing.drugs.drug import Drug
from dosing.drugs.rate_ladder import RateLadder
from dosing.infusion.order import length_text
from dosing.infusion.rates import drops_per_minute, pump_text
from dosing.infusion.steps import Infusion, InfusionStep, clock_text
from dosing.units import DROPS_PER_MIN, MINUTE, Quantity, quantity, show
from screens.marks import agreement, source_mark
from screens.parts.charts import fill, rate_form
from screens.state.session import PumpStop

_DIGITS = 4
_OFFLINE = (
    "No connection: this page goes on counting. Pause or stop at the pump itself and note when; "
    "the buttons here come back with the connection."
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """An infusion as it runs.

    Attributes:
        infusion: its steps, with the stops so far.
        minute: minutes since its start, None before it.
        halt: the stop that has no end yet.
    """

    infusion: Infusion
    minute: float | None
    halt: PumpStop | None


def pump_head(
    label: str, drug: Drug | None, ladder: RateLadder | None, infusion: Infusion
) -> h.Renderable:
    """Return whose infusion it is, its bag, its length, and that both calculations agree."""
    named = f"{drug.name} " if drug is not None else ""
    dose = show(infusion.dose) if infusion.dose is not None else ""
    end = clock_text(infusion.start, infusion.total)
    by = f"by {ladder.id}" if ladder is not None else "as stated"
    return h.section(".pump-head")[
        h.h2[f"{label}: {named}", h.span(".whole")[dose]],
        h.p[_bag_text(infusion)],
        h.p[
            h.strong[length_text(infusion.total)],
            f" in all{f', ends {end}' if end else ''}; {by}; ",
            h.span(".whole")[agreement()],
        ],
    ]


def _bag_text(infusion: Infusion) -> str:
    bag = infusion.bag
    strength = infusion.concentration
    concentration = f", {show(strength, _DIGITS)}" if strength is not None else ""
    diluent = f", in {bag.diluent}" if bag.diluent else ""
    return f"{show(bag.volume, _DIGITS)} bag{concentration}, which {bag.because}{diluent}."


def pump_schedule(running: Running) -> dict[str, Any]:
    """Return an infusion as the browser counts it: its steps and changes, and no label.

    Times are minutes from the start; every text is ready to be shown.
    """
    infusion, halted = running.infusion, running.halt is not None
    start, end = infusion.start, clock_text(infusion.start, infusion.total)
    first = pump_text(infusion.steps[0].pump)
    changes = [
        _change(infusion, step.starts, _flow(step), f"set {_flow(step)}") for step in infusion.steps
    ]
    changes.append(_change(infusion, infusion.total, "empty", "the bag is empty"))
    return {
        "steps": [_step(infusion, step, running.halt) for step in infusion.steps],
        "changes": changes,
        "end": end or "End",
        "halted": halted,
        "lines": _state_lines(running),
        "before": f"Starts at {start:%H:%M} with {first}." if start is not None else "",
        "offline": _OFFLINE,
    }


def _change(infusion: Infusion, at: Quantity, text: str, act: str) -> dict[str, Any]:
    clock = clock_text(infusion.start, at)
    return {"at": float(at.magnitude), "text": text, "act": act, "clock": clock}


def _step(infusion: Infusion, step: InfusionStep, halt: PumpStop | None) -> dict[str, Any]:
    runs = step.kind == "runs"
    starts, ends = float(step.starts.magnitude), float(step.ends.magnitude)
    left = infusion.bag.volume - (step.running - step.volume)
    return {
        "from": starts,
        "to": ends,
        "runs": runs,
        # While the pump is stopped nobody knows when it goes on.
        "coming": halt is not None and starts > halt.at,
        "at": clock_text(infusion.start, step.starts) or show(step.starts, _DIGITS),
        "flow": _flow(step),
        "drops": _drops(infusion, step),
        "dose": _order_text(infusion, step) if runs else "",
        "lasts": length_text(quantity(ends - starts, MINUTE)),
        "volume": show(step.volume, _DIGITS),
        "left": show(left, _DIGITS),
        "total": show(step.running, _DIGITS),
    }


def _flow(step: InfusionStep) -> str:
    return pump_text(step.pump) if step.kind == "runs" else step.rate_text


def _state_lines(running: Running) -> list[str]:
    """Return what is said where the clock alone does not decide it."""
    infusion, halt = running.infusion, running.halt
    if infusion.start is None:
        return ["Not started: write when it starts, or press Starts now."]
    if halt is None:
        return []
    word = "Reaction: the pump is stopped" if halt.percent else "Paused"
    since = clock_text(infusion.start, quantity(halt.at, MINUTE))
    return [f"{word} since {since}.", f"It goes on at {pump_text(infusion.steps[-1].pump)}."]


def _drops(infusion: Infusion, step: InfusionStep) -> str:
    if infusion.drops is None or step.kind != "runs":
        return ""
    count = round(float(drops_per_minute(step.pump, infusion.drops).magnitude))
    return show(quantity(count, DROPS_PER_MIN))


def _order_text(infusion: Infusion, step: InfusionStep) -> str:
    """Return a step as it was ordered; where that was a time, the drug that runs an hour."""
    an_hour = infusion.amount_per_hour(step)
    if step.rate is None and an_hour is not None:
        return show(an_hour, _DIGITS)
    return step.rate_text


def reaction_steps(drug: Drug, ladder: RateLadder, *, now: bool) -> h.Renderable | None:
    """Return what the drug file says of a reaction, in the words of its source; open while one is.

    None where the file says nothing of it.
    """
    stated = ladder.reaction
    if stated is None:
        return None
    source = drug.source(stated.source)
    percent = f"{stated.resume_percent} %"
    return h.details(".folded.reaction", open=now)[
        h.summary[f"Reaction: what the file of {drug.name} says"],
        h.ol[
            h.li["Stop the pump and press Reaction."],
            h.li[f"Once it has passed, go on at no more than {percent} of the rate before."],
        ],
        h.blockquote[drug.sources[stated.source].says],
        h.p[source_mark(source)],
    ]


def show_pump_plot(infusion: Infusion) -> None:
    """Draw the rate over the minutes from the start."""
    rates: list[dict[str, object]] = [
        {
            "minute": float(step.starts.magnitude),
            "rate": float(step.pump.magnitude),
            "when": show(step.starts, _DIGITS),
            "said": pump_text(step.pump),
        }
        for step in infusion.steps
    ]
    rates.append({**rates[-1], "minute": float(infusion.total.magnitude)})
    st.vega_lite_chart(
        spec=fill(rate_form(), {"rates": rates}),
        width="stretch",
        alt=f"Rate over {length_text(infusion.total)}; the rows above say the same.",
    )
