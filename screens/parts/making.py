"""How far something is that takes its time, with a way to give it up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from screens.marks import level_mark, reason, show_html
from screens.state.making import Making

_LOOK_SECONDS = 0.3


def show_making(making: Making[Any], screen: str, give_up: Callable[[], None]) -> None:
    """Look at it again and again, until it is whole or given up."""
    with st.container(key=f"{screen}-making"):
        st.fragment(_watch, run_every=_LOOK_SECONDS)(making, screen, give_up)


def _watch(making: Making[Any], screen: str, give_up: Callable[[], None]) -> None:
    if making.content is not None or making.cancelled:
        st.rerun()
    if making.failed:
        show_html(reason(level_mark("WARN"), f" {making.title} has failed. Try again."))
    else:
        st.progress(making.share, text=f"{making.title}: {making.share:.0%}")
    if st.button("Close" if making.failed else "Cancel", key=f"{screen}-cancel"):
        give_up()
        st.rerun()
