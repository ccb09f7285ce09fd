"""The Pump screen: a dose in a bag as large steps, with the present one, for the bedside."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import streamlit as st

from dosing.drugs.drug import Drug
from dosing.drugs.rate_ladder import RateLadder
from dosing.errors import InputError
from dosing.infusion.order import length_text, read_order
from dosing.infusion.rates import drops_per_minute, pump_text
from dosing.infusion.run import infuse
from dosing.infusion.steps import RESUME_PERCENT, Infusion, InfusionStep, Interruption, clock_text
from dosing.trace import stops as stopping
from dosing.units import DROPS_PER_MIN, MINUTE, Quantity, quantity, show
from screens.forms.pump import needed, planned_dose, pump_form, texts, typed
from screens.marks import date_text, escaped, findings_list, ink, source_mark
from screens.parts.card import needed_panel, stop_panel
from screens.parts.charts import filled, rate_form
from screens.state import clock
from screens.state.knowledge import library as read_knowledge
from screens.state.session import PumpEntries, PumpStop, session

_SCREEN = "pump"
_ASKED = {
    "bag": "What the bag holds",
    "drops-per-ml": "Drops per mL",
    "bsa": "Body surface",
    "drug-volume": "Volume of the drug",
    "over": "Length",
}
_DIGITS = 4
_TICK = 5
_SECONDS, _HOUR = 60, 60
_DAY = 24 * _HOUR


def main() -> None:
    """Show the screen: the order on the left, the steps of the pump on the right."""
    kept, knowledge = session(), read_knowledge()
    st.html('<h1 class="hidden">Run an infusion</h1>')
    left, right = st.columns([10, 23], gap="large")
    with left, st.container(key="pump-form"):
        planned_dose(kept.pump, kept.course)
        drug, ladder = pump_form(kept.pump, knowledge, kept.course)
    with right:
        _steps(kept.pump, drug, ladder, knowledge.site.zone)


def _steps(entries: PumpEntries, drug: Drug | None, ladder: RateLadder | None, zone: str) -> None:
    if not (entries.label or entries.dose or entries.drug):
        st.html(
            '<section class="panel empty"><h2>From a bag to the steps of a pump</h2><ol>'
            "<li>Write the patient's label and the dose, and choose the drug and its rate ladder; "
            "or choose a dose of the course that is planned on the Plan screen.</li>"
            "<li>Say what the bag holds.</li><li>Write when it starts: the steps stand here with "
            "clock times, and the present one is marked.</li></ol></section>"
        )
        return
    if _fingerprint(entries) != entries.stops_of:
        # Stops belong to the infusion that ran when they came, and to no other.
        entries.stops, entries.stops_of = [], _fingerprint(entries)
    try:
        ordered = _ordered(entries, drug, ladder, 0.0)
    except InputError as error:
        st.html(needed_panel(error.problems, _ASKED))
        return
    stopped = stopping(ordered.findings)
    if stopped:
        for finding in stopped:
            st.html(stop_panel(finding))
        return
    _live(entries, drug, ladder)
    _download(entries, drug, ladder, zone)
    findings_list(ordered.findings)


def _fingerprint(entries: PumpEntries) -> tuple[str, ...]:
    return tuple(f"{key}={value}" for key, value in texts(entries).items())


def _ordered(
    entries: PumpEntries, drug: Drug | None, ladder: RateLadder | None, minute: float
) -> Infusion:
    """Work out the infusion; a stop that has no end yet is taken to end in this minute."""
    halts = [
        Interruption(
            at=quantity(stop.at, MINUTE),
            resume_percent=stop.percent,
            lasts=quantity(max(stop.until or minute, stop.at + 1 / _SECONDS) - stop.at, MINUTE),
        )
        for stop in entries.stops
    ]
    problems = needed(entries)
    order = read_order(
        typed(entries), drug=drug, ladder=ladder, interruptions=halts, problems=problems
    )
    return infuse(order)


def _elapsed(start: dt.time | None, total: Quantity, *, stopped: bool) -> float | None:
    """Give the minutes since the start, or None before it; it may have been before midnight."""
    if start is None:
        return None
    here = clock.now()
    minutes = (here.hour - start.hour) * _HOUR + here.minute - start.minute + here.second / _SECONDS
    if minutes >= 0:
        return minutes
    yesterday = minutes + _DAY
    return yesterday if stopped or yesterday < float(total.magnitude) else None


def _as_it_runs(
    entries: PumpEntries, drug: Drug | None, ladder: RateLadder | None
) -> tuple[Infusion, float | None, PumpStop | None]:
    """Give the infusion with its stops so far, the minutes since its start, and an open stop."""
    open_stop = entries.stops[-1] if entries.stops and entries.stops[-1].until is None else None
    whole = _ordered(entries, drug, ladder, 0.0)
    minute = _elapsed(whole.start, whole.total, stopped=open_stop is not None)
    ordered = _ordered(entries, drug, ladder, minute or 0.0) if open_stop else whole
    return ordered, minute, open_stop


def _download(
    entries: PumpEntries, drug: Drug | None, ladder: RateLadder | None, zone: str
) -> None:
    """Offer the card of this infusion; it is made at the click, with the stops until then."""
    from schedules.outputs.paper.glyphs import find_unprintable

    def write() -> bytes:
        from schedules.outputs.paper.infusion_card import Card, print_infusion_card

        ordered, _, halt = _as_it_runs(entries, drug, ladder)
        named = f"{drug.name} " if drug is not None else ""
        now = clock.now()
        dose = show(ordered.dose) if ordered.dose is not None else ""
        halted = ""
        if halt is not None:
            since = clock_text(ordered.start, quantity(halt.at, MINUTE))
            halted = (
                f"Stopped since {since} when this was printed: the clock times after it are "
                f"as if it went on at {now:%H:%M}."
            )
        card = Card(
            title=f"{named}{dose}",
            ordered=ordered,
            drug=drug,
            ladder=ladder,
            loud=(halted,) if halted else (),
            untimed="no clock times, because it has not started",
        )
        return print_infusion_card(card, label=entries.label, printed_at=now, zone=zone)

    unread = find_unprintable([entries.label, entries.diluent])
    if unread:
        said = "; ".join(escaped(str(problem)) for problem in unread)
        st.html(f'<p class="reason" role="status">No card can be printed: {said}.</p>')
    st.download_button(
        "Pump card (.pdf)",
        write,
        file_name="pump-card.pdf",
        mime="application/pdf",
        key="pump-card",
        on_click="ignore",
        disabled=bool(unread),
    )


@st.fragment(run_every=_TICK)
def _live(entries: PumpEntries, drug: Drug | None, ladder: RateLadder | None) -> None:
    """Show head, present step, buttons and rows; this part follows the clock by itself."""
    infusion, minute, open_stop = _as_it_runs(entries, drug, ladder)
    present = None if minute is None else _present(infusion, minute, halted=open_stop is not None)
    st.html(_head(entries, drug, ladder, infusion))
    st.html(_now(infusion, minute, present, open_stop))
    _buttons(entries, ladder, minute, present, open_stop)
    st.html(_rows(infusion, present))
    _plot(infusion, minute)
    if drug is not None and ladder is not None:
        source = source_mark(drug.source(ladder.source))
        st.html(
            f'<p class="provenance">{escaped(ladder.id)} of the drug file {escaped(drug.id)}, '
            f"version {drug.version}, endorsed by nobody: {source}. "
            f"Shown on {date_text(clock.now().date())} at {clock.now():%H:%M}.</p>"
        )


def _present(infusion: Infusion, minute: float, *, halted: bool) -> InfusionStep | None:
    if halted:
        return next(step for step in reversed(infusion.steps) if step.kind != "runs")
    return next(
        (
            step
            for step in infusion.steps
            if float(step.starts.magnitude) <= minute < float(step.ends.magnitude)
        ),
        None,
    )


def _head(
    entries: PumpEntries, drug: Drug | None, ladder: RateLadder | None, infusion: Infusion
) -> str:
    strength = infusion.concentration
    named = f"{drug.name} " if drug is not None else ""
    end = clock_text(infusion.start, infusion.total)
    by = f"by {ladder.id}" if ladder is not None else "as stated"
    dose = show(infusion.dose) if infusion.dose is not None else ""
    return (
        f'<section class="pump-head"><h2>{escaped(entries.label)}: {escaped(named)}'
        f'<span class="whole">{escaped(dose)}</span></h2>'
        f"<p>{escaped(show(infusion.bag.volume, _DIGITS))} bag"
        f"{f', {escaped(show(strength, _DIGITS))}' if strength is not None else ''}, which "
        f"{escaped(infusion.bag.because)}"
        f"{f', in {escaped(infusion.bag.diluent)}' if infusion.bag.diluent else ''}.</p>"
        f"<p><strong>{escaped(length_text(infusion.total))}</strong> in all"
        f"{f', ends {escaped(end)}' if end else ''}; {escaped(by)}; "
        '<span class="whole"><span class="yes" aria-hidden="true">✓</span> '
        "second calculation agrees</span></p></section>"
    )


def _now(
    ordered: Infusion, minute: float | None, present: InfusionStep | None, halt: PumpStop | None
) -> str:
    steps = ordered.steps
    if ordered.start is None:
        said = ["Not started: write when it starts, or press Starts now."]
    elif halt is not None:
        word = "Reaction: the pump is stopped" if halt.percent else "Paused"
        since = clock_text(ordered.start, quantity(halt.at, MINUTE))
        after = next(step for step in reversed(steps))
        said = [f"{word} since {since}.", f"It goes on at {pump_text(after.pump)}."]
    elif minute is None:
        said = [f"Starts at {ordered.start:%H:%M} with {pump_text(steps[0].pump)}."]
    elif present is None:
        said = ["The bag is empty."]
    else:
        return _running(ordered, minute, present)
    lines = "".join(f'<p class="next">{escaped(line)}</p>' for line in said)
    return f'<section class="pump-now" role="status">{lines}</section>'


def _running(ordered: Infusion, minute: float, present: InfusionStep) -> str:
    steps = ordered.steps
    place = steps.index(present)
    left = _countdown(float(present.ends.magnitude) - minute)
    if place + 1 < len(steps):
        after = steps[place + 1]
        change = f"{pump_text(after.pump)} in {left}, at {clock_text(ordered.start, after.starts)}"
    else:
        change = f"empty in {left}, at {clock_text(ordered.start, present.ends)}"
    return (
        '<section class="pump-now" role="status">'
        f'<p class="rate">{escaped(pump_text(present.pump))}</p>'
        f'<p class="next">Next: {escaped(change)}</p></section>'
    )


def _countdown(minutes: float) -> str:
    whole, rest = divmod(round(minutes * _SECONDS), _SECONDS)
    return f"{whole} min {rest:02d} s" if whole < _HOUR else length_text(quantity(whole, MINUTE))


def _buttons(
    entries: PumpEntries,
    ladder: RateLadder | None,
    minute: float | None,
    present: InfusionStep | None,
    halt: PumpStop | None,
) -> None:
    stated = ladder.reaction if ladder is not None else None
    percent = RESUME_PERCENT if stated is None else stated.resume_percent
    with st.container(key="pump-buttons"):
        if not entries.start:
            if st.button(
                "Starts now", key="pump-now", width="stretch", type="primary", on_click=_start_now
            ):
                st.rerun()
            return
        if halt is not None and minute is not None:
            label = f"Go on at {percent} % of the rate" if halt.percent else "Go on"
            if st.button(label, key="pump-go-on", width="stretch", type="primary"):
                halt.until = minute
                st.rerun()
            return
        left, right = st.columns(2)
        runs = minute is not None and minute > 0 and present is not None
        if left.button("Pause", key="pump-pause", width="stretch", disabled=not runs):
            _halt(entries, minute, None)
        if right.button("Reaction", key="pump-reaction", width="stretch", disabled=not runs):
            _halt(entries, minute, percent)


def _start_now() -> None:
    st.session_state[f"{_SCREEN}-start"] = f"{clock.now():%H:%M}"


def _halt(entries: PumpEntries, minute: float | None, percent: int | None) -> None:
    if minute is not None:
        entries.stops.append(PumpStop(at=minute, percent=percent))
        st.rerun()


def _rows(ordered: Infusion, present: InfusionStep | None) -> str:
    steps = ordered.steps
    place = steps.index(present) if present is not None else -1
    items = "".join(_row(ordered, step, place, n) for n, step in enumerate(steps))
    end = clock_text(ordered.start, ordered.total)
    last = (
        f'<li><span class="clock">{escaped(end or "End")}</span>'
        '<span class="rate">bag empty</span></li>'
    )
    return f'<ol class="pump" aria-label="Steps of the pump">{items}{last}</ol>'


def _row(ordered: Infusion, step: InfusionStep, place: int, n: int) -> str:
    kind = "present" if n == place else "done" if n < place else ""
    stopped = "" if step.kind == "runs" else " stopped"
    at = clock_text(ordered.start, step.starts) or show(step.starts, _DIGITS)
    time = quantity(step.ends.magnitude - step.starts.magnitude, MINUTE)
    rate = pump_text(step.pump) if step.kind == "runs" else step.rate_text
    drops = ""
    if ordered.drops is not None and step.kind == "runs":
        counted = round(float(drops_per_minute(step.pump, ordered.drops).magnitude))
        drops = f'<span class="word">{escaped(show(quantity(counted, DROPS_PER_MIN)))}</span>'
    order = "" if step.kind != "runs" else escaped(_order(ordered, step))
    word = '<span class="word">now</span>' if kind == "present" else ""
    current = ' aria-current="step"' if word else ""
    return (
        f'<li class="{kind}{stopped}"{current}>'
        f'<span class="clock">{escaped(at)}{word}</span>'
        f'<span class="rate">{escaped(rate)}{drops}</span><span class="order">{order}</span>'
        f'<span class="time">{escaped(length_text(time))}</span>'
        f'<span class="volume">{escaped(show(step.running, _DIGITS))} by its end</span></li>'
    )


def _order(infusion: Infusion, step: InfusionStep) -> str:
    """Give a step as it was ordered; where that was a time, how much of the drug runs an hour."""
    an_hour = infusion.amount_per_hour(step)
    if step.rate is None and an_hour is not None:
        return show(an_hour, _DIGITS)
    return step.rate_text


def _plot(infusion: Infusion, minute: float | None) -> None:
    rates: list[dict[str, object]] = [
        {
            "minute": float(step.starts.magnitude),
            "rate": float(step.pump.magnitude),
            "when": show(step.starts, _DIGITS),
            "said": pump_text(step.pump),
        }
        for step in infusion.steps
    ]
    last = infusion.steps[-1]
    rates.append({**rates[-1], "minute": float(last.ends.magnitude)})
    here: Sequence[dict[str, object]] = (
        [{"minute": minute, "text": "now"}]
        if minute is not None and minute <= float(last.ends.magnitude)
        else []
    )
    st.vega_lite_chart(
        spec=filled(rate_form(ink()), {"rates": rates, "now": here}),
        width="stretch",
        alt=f"Rate over {length_text(infusion.total)}; the rows above say the same.",
    )


main()
