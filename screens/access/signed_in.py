"""What a signed-in person sees of it on every page: name, role, a way out, a warning when idle."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dosing.errors import InputError
from records.roles import Actor
from screens.access.sign_in import SIGN_INS, configured
from screens.marks import escaped

_watch = st.components.v2.component(
    "posology_idle", js=Path(__file__).with_name("idle.js").read_text(encoding="utf-8")
)


def let_in() -> Actor | None:
    """Give who is signed in, or None on one desk; who is not signed in gets nothing further."""
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
            "Load this page anew to sign in. If this stays, the program "
            "was started without its sign-in: start serve.py in place of app.py.",
        )
    SIGN_INS.holds(cookies, context.session_id)
    _head(actor)
    _watch(key="idle-watch")
    return actor


def _head(actor: Actor) -> None:
    # A plain link: the server ends the sign-in and drops the session, whatever the page is doing.
    with st.container(key="signed-in"):
        st.html(
            f"<p>{escaped(actor.name)}, <strong>{actor.role}</strong> "
            '<a href="/auth/logout" target="_self">Sign out</a></p>'
        )


def _stop(title: str, text: str) -> NoReturn:
    st.html(
        f'<section class="panel empty" role="alert"><h2>{title}</h2>'
        f"<p>{escaped(text)}</p></section>"
    )
    st.stop()
