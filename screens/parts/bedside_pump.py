"""The running infusion in the browser, which counts by itself from a schedule of steps.

The script and the styles are ours (``bedside``) and come with the page, so that nothing is fetched
once it is open. What a person silences or presses is told here, to be kept with the infusion.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import streamlit as st

from screens.state.session import PumpEntries

_ASSETS: Final = Path(__file__).with_name("bedside")
_THOUSAND = 1000

_pump = st.components.v2.component(
    "posology_bedside_pump",
    js=(_ASSETS / "pump.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def show_bedside_pump(
    schedule: Mapping[str, Any],
    entries: PumpEntries,
    *,
    drug: str,
    now: dt.datetime,
    on_acts: Callable[[Sequence[Any]], None],
) -> None:
    """Show an infusion as it runs.

    Args:
        schedule: its steps, as ``pump_schedule`` returns them.
        entries: when it began, what is silenced, and which acts are taken.
        drug: the drug and the dose, which stay in sight after the sign-in has ended.
        now: the time here, by which the browser sets its clock.
        on_acts: called with what was pressed and is not known here to be taken.
    """
    key = "pump-running"

    def silenced() -> None:
        minute = st.session_state[key].heard
        if minute is not None:
            entries.heard = float(minute)

    def pressed() -> None:
        told = st.session_state[key].acts
        if told is not None and told["run"] == entries.run:
            on_acts(told["acts"])

    last = entries.stops[-1] if entries.stops else None
    _pump(
        key=key,
        data={
            **schedule,
            "id": entries.run,
            "drug": drug,
            "began": None if entries.began is None else entries.began.timestamp() * _THOUSAND,
            "now": now.timestamp() * _THOUSAND,
            "heard": -1.0 if entries.heard is None else entries.heard,
            "taken": entries.taken,
            "since": 0.0 if last is None else last.until or last.at,
        },
        on_heard_change=silenced,
        on_acts_change=pressed,
    )
