"""What a signed-in person sees on every page: name, role, a way out, a warning when idle."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import htpy as h
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dosing.errors import InputError
from records.roles import Actor
from screens.access.sign_in import SIGN_INS, configured
from screens.marks import empty_panel, show_html

_watch = st.components.v2.component(
    "posology_sign_out", js=Path(__file__).with_name("sign_out.js").read_text(encoding="utf-8")
)


def let_in() -> Actor | None:
    """Return who is signed in, or None on one desk; the page ends for anybody else."""
    try:
        if not configured():
            return None
    except InputError as error:
        _stop("The sign-in cannot be used", str(error))
    cookies = st.context.cookies.to_dict()
    actor, context = SIGN_INS.actor(cookies), get_script_run_ctx()
    if actor is None or context is None:
        st.session_state.clear()
        _stop(
            "Nobody is signed in",
            "Reload this page to sign in. If this message stays, the program was started without "
            "its sign-in: start serve.py instead of app.py.",
        )
    SIGN_INS.holds(cookies, context.session_id)
    _show_name(actor)
    _watch(key="sign-out")
    return actor


def _show_name(actor: Actor) -> None:
    # Of the page itself (sign_out.js): no link can sign out, and it works whatever is being drawn.
    with st.container(key="signed-in"):
        way_out = h.button(".sign-out", type="button")["Sign out"]
        show_html(h.p[f"{actor.name}, ", h.strong[actor.role], " ", way_out])


def _stop(heading: str, text: str) -> NoReturn:
    show_html(empty_panel(heading, h.p[text], role="alert"))
    st.stop()
