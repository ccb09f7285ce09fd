"""An infusion at the bedside: its head, the present step, and every step as a large row."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import htpy as h
import streamlit as st

from dosing.drugs.drug import Drug
from dosing.drugs.rate_ladder import RateLadder
from dosing.infusion.order import length_text
from dosing.infusion.rates import drops_per_minute, pump_text
from dosing.infusion.steps import Infusion, InfusionStep, clock_text
from dosing.units import DROPS_PER_MIN, MINUTE, quantity, show
from screens.marks import agreement, ink
from screens.parts.charts import fill, rate_form
from screens.state.session import PumpStop

_DIGITS = 4
_SECONDS, _HOUR = 60, 60


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

    @property
    def present(self) -> InfusionStep | None:
        """Return the step that runs now, or None before the start and after the end."""
        if self.minute is None:
            return None
        steps = self.infusion.steps
        if self.halt is not None:
            return next(step for step in reversed(steps) if step.kind != "runs")
        return next(
            (
                step
                for step in steps
                if float(step.starts.magnitude) <= self.minute < float(step.ends.magnitude)
            ),
            None,
        )


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


def pump_now(running: Running) -> h.Renderable:
    """Return the present rate as the largest thing, and what comes next."""
    present = running.present
    if running.halt is None and running.minute is not None and present is not None:
        return _present_step(running.infusion, running.minute, present)
    lines = [h.p(".next")[line] for line in _state_lines(running)]
    return h.section(".pump-now", role="status")[lines]


def _state_lines(running: Running) -> list[str]:
    infusion, halt = running.infusion, running.halt
    steps = infusion.steps
    if infusion.start is None:
        return ["Not started: write when it starts, or press Starts now."]
    if halt is not None:
        word = "Reaction: the pump is stopped" if halt.percent else "Paused"
        since = clock_text(infusion.start, quantity(halt.at, MINUTE))
        return [f"{word} since {since}.", f"It goes on at {pump_text(steps[-1].pump)}."]
    if running.minute is None:
        return [f"Starts at {infusion.start:%H:%M} with {pump_text(steps[0].pump)}."]
    return ["The bag is empty."]


def _present_step(infusion: Infusion, minute: float, present: InfusionStep) -> h.Renderable:
    steps = infusion.steps
    place = steps.index(present)
    left = _countdown(float(present.ends.magnitude) - minute)
    if place + 1 < len(steps):
        after = steps[place + 1]
        change = f"{pump_text(after.pump)} in {left}, at {clock_text(infusion.start, after.starts)}"
    else:
        change = f"empty in {left}, at {clock_text(infusion.start, present.ends)}"
    return h.section(".pump-now", role="status")[
        h.p(".rate")[pump_text(present.pump)], h.p(".next")[f"Next: {change}"]
    ]


def _countdown(minutes: float) -> str:
    whole, rest = divmod(round(minutes * _SECONDS), _SECONDS)
    return f"{whole} min {rest:02d} s" if whole < _HOUR else length_text(quantity(whole, MINUTE))


def pump_rows(running: Running) -> h.Renderable:
    """Return every step as a row: clock time, rate for the pump, order, time, volume."""
    infusion, present = running.infusion, running.present
    steps = infusion.steps
    place = steps.index(present) if present is not None else -1
    end = clock_text(infusion.start, infusion.total)
    return h.ol(".pump", aria_label="Steps of the pump")[
        [_row(infusion, step, place, n) for n, step in enumerate(steps)],
        h.li[h.span(".clock")[end or "End"], h.span(".rate")["bag empty"]],
    ]


def _row(infusion: Infusion, step: InfusionStep, place: int, n: int) -> h.Renderable:
    kind = "present" if n == place else "done" if n < place else ""
    runs = step.kind == "runs"
    at = clock_text(infusion.start, step.starts) or show(step.starts, _DIGITS)
    time = quantity(step.ends.magnitude - step.starts.magnitude, MINUTE)
    now = h.span(".word")["now"] if n == place else None
    return h.li(
        class_=kind if runs else f"{kind} stopped", aria_current="step" if n == place else None
    )[
        h.span(".clock")[at, now],
        h.span(".rate")[pump_text(step.pump) if runs else step.rate_text, _drops(infusion, step)],
        h.span(".order")[_order_text(infusion, step) if runs else ""],
        h.span(".time")[length_text(time)],
        h.span(".volume")[f"{show(step.running, _DIGITS)} by its end"],
    ]


def _drops(infusion: Infusion, step: InfusionStep) -> h.Renderable | None:
    if infusion.drops is None or step.kind != "runs":
        return None
    count = round(float(drops_per_minute(step.pump, infusion.drops).magnitude))
    return h.span(".word")[show(quantity(count, DROPS_PER_MIN))]


def _order_text(infusion: Infusion, step: InfusionStep) -> str:
    """Return a step as it was ordered; where that was a time, the drug that runs an hour."""
    an_hour = infusion.amount_per_hour(step)
    if step.rate is None and an_hour is not None:
        return show(an_hour, _DIGITS)
    return step.rate_text


def show_pump_plot(infusion: Infusion, minute: float | None) -> None:
    """Draw the rate over the minutes from the start, with the present minute marked."""
    rates: list[dict[str, object]] = [
        {
            "minute": float(step.starts.magnitude),
            "rate": float(step.pump.magnitude),
            "when": show(step.starts, _DIGITS),
            "said": pump_text(step.pump),
        }
        for step in infusion.steps
    ]
    last = float(infusion.steps[-1].ends.magnitude)
    rates.append({**rates[-1], "minute": last})
    here: Sequence[dict[str, object]] = (
        [{"minute": minute, "text": "now"}] if minute is not None and minute <= last else []
    )
    st.vega_lite_chart(
        spec=fill(rate_form(ink()), {"rates": rates, "now": here}),
        width="stretch",
        alt=f"Rate over {length_text(infusion.total)}; the rows above say the same.",
    )
