"""An infusion at the bedside: its head, its steps as the browser counts them, its plot."""

from __future__ import annotations

import dataclasses
from typing import Any

import htpy as h
import streamlit as st

from dosing.drugs.drug import Drug
from dosing.drugs.rate_ladder import RateLadder
from dosing.infusion.findings import HELD_TO_NOTHING
from dosing.infusion.order import length_text
from dosing.infusion.rates import drops_per_minute, pump_text, volume_text
from dosing.infusion.steps import RESUME_PERCENT, Infusion, InfusionStep, clock_text
from dosing.rounding import snapped
from dosing.units import DROPS_PER_MIN, MINUTE, in_unit, quantity, show
from screens.marks import agreement, source_mark
from screens.parts.charts import fill, rate_form
from screens.state.session import PumpStop

_DIGITS, _MINUTES = 4, 60
_REACTIONS_ALONE = 2  # as many as the browser knows the rates after
_WHOLE = 100
_OFFLINE = (
    "No connection: this page goes on counting. Its buttons work as well: what is pressed is kept "
    "in this window, and sent once the connection is back."
)
# What stands in the row of a stop, and since when the pump stands still.
_ROWS = {"pause": "paused", "reaction": "stopped for a reaction", "stop": "stopped for good"}
_SINCE = {
    "pause": "Paused",
    "reaction": "Reaction: the pump is stopped",
    "stop": "Stopped for good",
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """An infusion as it runs.

    Attributes:
        infusion: its steps, with the stops so far.
        minute: minutes since its start, None before it.
        halt: the stop that has no end yet.
        percent: at which share of the rate it goes on after a reaction.
    """

    infusion: Infusion
    minute: float | None
    halt: PumpStop | None
    percent: int = RESUME_PERCENT

    @property
    def is_over(self) -> bool:
        """Whether it was stopped for good."""
        return self.halt is not None and self.halt.ended


def pump_head(
    label: str, drug: Drug | None, ladder: RateLadder | None, running: Running
) -> h.Renderable:
    """Return whose infusion it is, its bag, its length, and that both calculations agree.

    While the pump is stopped nobody knows its length and its end.
    """
    infusion = running.infusion
    named = f"{drug.name} " if drug is not None else ""
    dose = show(infusion.dose) if infusion.dose is not None else ""
    end = clock_text(infusion.start, infusion.total)
    length: h.Node = None
    if running.halt is None:
        length = [
            h.strong[length_text(infusion.total)],
            f" in all{f', ends {end}' if end else ''}; ",
        ]
    by = f"by {ladder.id}" if ladder is not None else "as stated"
    unheld = [found.text for found in infusion.findings if found.code in HELD_TO_NOTHING]
    return h.section("#pump.pump-head")[
        h.h2[f"{label}: {named}", h.span(".whole")[dose]],
        h.p[_bag_text(infusion)],
        h.p[length, f"{by}; ", h.span(".whole")[agreement()]],
        [h.p[h.strong[text]] for text in unheld],
    ]


def _bag_text(infusion: Infusion) -> str:
    bag = infusion.bag
    strength = infusion.concentration
    concentration = f", {show(strength, _DIGITS)}" if strength is not None else ""
    diluent = f", in {bag.diluent}" if bag.diluent else ""
    return f"{show(bag.volume, _DIGITS)} bag{concentration}, which {bag.because}{diluent}."


def pump_schedule(running: Running) -> dict[str, Any]:
    """Return an infusion as the browser counts it: its steps, and no label.

    Times are minutes from the start; every text is ready to be shown. What a reaction would lead to
    stands with each step, so that the browser can act while nobody answers.
    """
    infusion, halt = running.infusion, running.halt
    start, end = infusion.start, clock_text(infusion.start, infusion.total)
    first = pump_text(infusion.steps[0].pump)
    return {
        "steps": [_step(running, step) for step in infusion.steps],
        "start": None if start is None else start.hour * _MINUTES + start.minute,
        "end": end or "End",
        "halt": None if halt is None else {"act": _act(halt), "at": halt.at},
        "percent": running.percent,
        "words": {"rows": _ROWS, "since": _SINCE},
        "lines": state_lines(running),
        "before": f"Starts at {start:%H:%M} with {first}." if start is not None else "",
        "offline": _OFFLINE,
    }


def _act(halt: PumpStop) -> str:
    if halt.ended:
        return "stop"
    return "pause" if halt.percent is None else "reaction"


def _step(running: Running, step: InfusionStep) -> dict[str, Any]:
    infusion, halt = running.infusion, running.halt
    runs = step.kind == "runs"
    starts, ends = float(step.starts.magnitude), float(step.ends.magnitude)
    left = infusion.bag.volume - (step.running - step.volume)
    # The steps know the stop that has no end yet as one of a second.
    is_open = halt is not None and not runs and starts >= snapped(halt.at)
    is_over = is_open and running.is_over
    return {
        "from": starts,
        "to": ends,
        "runs": runs,
        # While the pump is stopped nobody knows when it goes on.
        "coming": halt is not None and runs and starts > halt.at,
        "at": clock_text(infusion.start, step.starts) or show(step.starts, _DIGITS),
        "flow": _ROWS["stop"] if is_over else _flow(step),
        "drops": _drops(infusion, step),
        "dose": _order_text(infusion, step) if runs else "",
        "lasts": "" if is_open else length_text(quantity(ends - starts, MINUTE)),
        "volume": volume_text(step.volume) if runs else "",
        "left": volume_text(left),
        "total": volume_text(step.running),
        "slower": _slower(running, step, most=_REACTIONS_ALONE) if runs else None,
    }


def _slower(running: Running, step: InfusionStep, *, most: int) -> dict[str, Any] | None:
    """Return how the rest runs after a reaction in a step, and after ``most`` of them.

    ``rest`` is how many minutes the rest of the bag takes where the reaction comes as the step
    begins, and where it comes as it ends; in between it is in proportion.
    """
    if not most:
        return None
    infusion, share = running.infusion, running.percent / _WHOLE
    text = f"{running.percent} % of {step.rate_text}"
    rate = None if step.rate is None else step.rate * share
    slowed = dataclasses.replace(
        step,
        rate=rate,
        rate_text=text if rate is None else show(rate, _DIGITS),
        pump=step.pump * share,
    )
    left = [infusion.bag.volume - step.running + step.volume, infusion.bag.volume - step.running]
    return {
        "flow": _flow(slowed),
        "drops": _drops(infusion, slowed),
        "dose": _order_text(infusion, slowed),
        "rest": [float(in_unit(volume / slowed.pump, MINUTE, "rest")) for volume in left],
        "slower": _slower(running, slowed, most=most - 1),
    }


def _flow(step: InfusionStep) -> str:
    return pump_text(step.pump) if step.kind == "runs" else step.rate_text


def state_lines(running: Running) -> list[str]:
    """Return what is said where the clock alone does not decide it."""
    infusion, halt = running.infusion, running.halt
    if infusion.start is None:
        return ["Not started: write when it starts, or press Starts now."]
    if halt is None:
        return []
    since = f"{_SINCE[_act(halt)]} since {clock_text(infusion.start, quantity(halt.at, MINUTE))}."
    if halt.ended:
        return [since, _given_text(infusion, halt)]
    onward = next(
        step for step in infusion.steps if step.kind == "runs" and step.starts.magnitude > halt.at
    )
    return [since, f"It goes on at {pump_text(onward.pump)}."]


def _given_text(infusion: Infusion, halt: PumpStop) -> str:
    """Return how much had run in until a stop, to be recorded as it was given."""
    before = [step for step in infusion.steps if step.starts.magnitude <= halt.at]
    volume = before[-1].running
    strength = infusion.concentration
    drug = "" if strength is None else f", {show(strength * volume, _DIGITS)} of the drug"
    bag = show(infusion.bag.volume, _DIGITS)
    return f"{volume_text(volume)} of {bag} had run in{drug}."


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
