"""The printed card of an infusion, made at the click with the stops until then."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import streamlit as st

from dosing.drugs.drug import Drug
from dosing.drugs.rate_ladder import RateLadder
from dosing.infusion.steps import Infusion, clock_text
from dosing.rounding import snapped
from dosing.units import MINUTE, quantity, show
from screens.parts.downloads import show_unprintable
from screens.parts.pump_steps import Running, state_lines
from screens.state import clock
from screens.state.session import PumpEntries


def show_card_download(
    entries: PumpEntries,
    drug: Drug | None,
    ladder: RateLadder | None,
    *,
    endorsed: bool,
    zone: str,
    run: Callable[[], Running],
) -> None:
    """Offer the card of an infusion.

    Args:
        entries: the label is printed on it.
        drug: of which the infusion is, if one is named.
        ladder: its rates, if they are of a ladder.
        endorsed: whether the drug file is.
        zone: the time zone of the printed clock.
        run: returns the infusion as it stands at the click.
    """

    def write() -> bytes:
        from schedules.outputs.paper.infusion_card import Card, print_infusion_card

        running = run()
        infusion = _known(running)
        halted = _halted(running)
        card = Card(
            title=f"{f'{drug.name} ' if drug is not None else ''}"
            f"{show(infusion.dose) if infusion.dose is not None else ''}",
            infusion=infusion,
            drug=drug,
            ladder=ladder,
            loud=(halted,) if halted else (),
            untimed="no clock times, because it has not started",
            endorsed=endorsed,
        )
        return print_infusion_card(card, label=entries.label, printed_at=clock.now(), zone=zone)

    printable = show_unprintable([entries.label, entries.diluent], "No card can be printed")
    st.download_button(
        "Pump card (.pdf)",
        write,
        file_name="pump-card.pdf",
        mime="application/pdf",
        key="pump-card",
        on_click="ignore",
        disabled=not printable,
    )


def _known(running: Running) -> Infusion:
    """Return the infusion to be printed: what was stopped for good ends with what had run."""
    infusion, halt = running.infusion, running.halt
    if halt is None or not halt.ended:
        return infusion
    ran = tuple(step for step in infusion.steps if step.starts.magnitude < snapped(halt.at))
    return dataclasses.replace(infusion, steps=ran)


def _halted(running: Running) -> str:
    if running.halt is None:
        return ""
    since = clock_text(running.infusion.start, quantity(running.halt.at, MINUTE))
    if running.halt.ended:
        return " ".join(state_lines(running))
    return (
        f"Stopped since {since} when this was printed: the clock times after it are "
        f"as if it resumed at {clock.now():%H:%M}."
    )
