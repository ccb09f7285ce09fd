"""The running infusion in the browser, which counts by itself from a schedule of steps.

The script and the styles are ours (``bedside``) and come with the page, so that nothing is fetched
once it is open. What a person silences is told here, to be kept with the infusion.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import streamlit as st

_ASSETS: Final = Path(__file__).with_name("bedside")
_THOUSAND = 1000

_pump = st.components.v2.component(
    "posology_bedside_pump",
    js=(_ASSETS / "pump.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def show_bedside_pump(
    schedule: Mapping[str, Any],
    *,
    name: str,
    drug: str,
    began: dt.datetime | None,
    now: dt.datetime,
    heard: float,
    on_heard: Callable[[float], None],
) -> None:
    """Show an infusion as it runs.

    Args:
        schedule: its steps and changes, as ``pump_schedule`` returns them.
        name: tells one infusion from another; a hash.
        drug: the drug and the dose, which stay in sight after the sign-in has ended.
        began: when it began or begins, None while nobody knows.
        now: the time here, by which the browser sets its clock.
        heard: the minute up to which the changes are silenced.
        on_heard: called with that minute when somebody silences the next.
    """
    key = "pump-running"

    def silenced() -> None:
        minute = st.session_state[key].heard
        if minute is not None:
            on_heard(float(minute))

    _pump(
        key=key,
        data={
            **schedule,
            "id": name,
            "drug": drug,
            "began": None if began is None else began.timestamp() * _THOUSAND,
            "now": now.timestamp() * _THOUSAND,
            "heard": heard,
        },
        on_heard_change=silenced,
    )
