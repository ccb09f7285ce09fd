"""What the Check screen asks: who acts, the checklist, the reasons."""

from __future__ import annotations

import htpy as h
import streamlit as st

from dosing.trace import Finding
from records.roles import MAY, ROLES, Act, Actor, may
from schedules.review.checklist import Checklist
from screens.marks import escape_markdown, reason, show_html, tick
from screens.parts.fields import Form, short
from screens.state.session import CheckEntries

_NEXT = {
    "save": "Next, it is handed over for the check.",
    "sign": "Next, it is signed or sent back.",
    "share": "A link to its calendar can be made.",
}


def ask_who(entries: CheckEntries, screen: str = "check") -> None:
    """Ask once on one desk who acts; nothing proves it.

    ``screen`` begins the keys of its fields: two pages that share one would lose what was typed.
    """
    with st.container(horizontal=True, gap="medium", key=f"{screen}-who-acts"):
        form = Form(entries, screen)
        form.text(
            "who",
            "Your name or initials",
            "AB",
            width=260,
            help_text="A name typed here is recorded as unverified.",
        )
        form.choice("role", "Your role", ROLES)


def is_known(entries: CheckEntries) -> bool:
    """Return whether name and role were typed, so that the records can name who acts."""
    return bool(entries.who and entries.role)


def named_actor(entries: CheckEntries) -> Actor:
    """Return who acts on one desk, by the name that was typed."""
    role = next(role for role in ROLES if role == entries.role)
    return Actor(name=entries.who, role=role, verified=False)


def is_open_to(proved: Actor | None, act: Act, *, explained: bool = True) -> bool:
    """Return whether an act is offered; on one desk the records refuse it with the reason."""
    offered = proved is None or may(proved.role, act)
    if explained and not offered:
        show_html(reason(f"{_NEXT[act]} This is for: {', '.join(MAY[act])}."))
    return offered


def ask_ticks(entries: CheckEntries, checklist: Checklist) -> None:
    """Show what the program filled in, and a box for each thing that needs a person."""
    for item in checklist.items:
        value = f": {item.value}" if item.value else ""
        if not item.needs:
            show_html(h.p(".filled")[tick(), " ", h.strong[item.what], value])
            continue
        key = tick_key(entries, item.key)
        if key not in st.session_state:
            st.session_state[key] = entries.ticked.get(item.key, False)
        # Together: a box that stood as near to the next heading would be ticked for that one.
        with st.container(gap="xxsmall", key=f"check-item-{item.key}"):
            show_html(h.p(".filled")[h.strong[item.what], value])
            entries.ticked[item.key] = st.checkbox(escape_markdown(item.needs), key=key)


def tick_key(entries: CheckEntries, item: str) -> str:
    """Return the key of the box of one item, for this content."""
    return f"check-tick-{item}-{short(entries.content)}"


def ask_reason(entries: CheckEntries, finding: Finding) -> None:
    """Ask why a WARN may stand."""
    form = Form(entries.reasons, f"check-warn-{short(entries.content)}")
    form.text(finding.code, "Why it may stand")


def ask_remarks(entries: CheckEntries) -> None:
    """Ask for what goes with a signature, or for why the plan is sent back."""
    form = Form(entries, f"check-{short(entries.content)}")
    form.text("remarks", "Remarks, or the reasons to send it back")
