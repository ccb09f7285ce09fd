"""What somebody else did with a plan while this person had an earlier version of it on screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import htpy as h
import streamlit as st

from records.signature import Signature
from records.versions import OtherVersionSavedError, PlanVersion, plan_changes
from schedules.knowledge.library import Library
from schedules.plans.plan import Plan
from screens.marks import bullets, empty_panel, show_html
from screens.state.session import Session


def version_looked_at(session: Session, plan: Plan, versions: Sequence[PlanVersion]) -> int:
    """Return the saved version from which this person's plan comes, and remember it; 0 if none.

    It is the version that says the same; for a plan edited since, the one last looked at; for a
    plan from a file, the newest version of which it is a continuation.
    """
    same = [one.version for one in versions if one.plan == plan]
    continued = [
        one.version
        for one in versions
        if one.plan is not None and plan.before(len(one.plan.changes)) == one.plan
    ]
    remembered = session.looked_at.get(plan.id, 0)
    found = same or ([remembered] if remembered else continued) or [0]
    session.looked_at[plan.id] = found[-1]
    return found[-1]


def find_other_version(
    plan: Plan, looked_at: int, versions: Sequence[PlanVersion]
) -> OtherVersionSavedError | None:
    """Return what was saved after the version looked at, or None where that is the newest."""
    theirs = versions[looked_at:]
    if not theirs or theirs[-1].plan == plan:
        return None
    return OtherVersionSavedError(plan, versions[looked_at - 1] if looked_at else None, theirs)


def show_other_version(
    other: OtherVersionSavedError,
    knowledge: Library,
    *,
    take: Callable[[Plan], None],
) -> None:
    """Show in clinical words what the first person did and what this one did; lose neither.

    Args:
        other: the versions that were saved after the one this person looked at.
        knowledge: to say which doses differ.
        take: puts another plan on the screen.
    """
    newest = other.theirs[-1]
    show_html(
        empty_panel(
            "Somebody else has saved this plan in the meantime",
            h.p[f"In the records now: {newest}."],
            _what_first_did(other, knowledge),
            _what_you_did(other, knowledge),
            role="alert",
        )
    )
    if newest.plan is not None:
        st.button(
            f"Go to version {newest.version}",
            key="check-newest",
            on_click=take,
            args=(newest.plan,),
        )


def _what_first_did(other: OtherVersionSavedError, knowledge: Library) -> h.Node:
    if other.base is None:
        theirs = other.theirs[-1].plan
        lines = [] if theirs is None else list(plan_changes(other.mine, theirs, knowledge))
        return _list("It differs from yours", lines)
    people = ", ".join(dict.fromkeys(str(version.by) for version in other.theirs))
    since = f"since version {other.base.version}, which you looked at"
    return _list(f"What {people} did {since}", other.first_did(knowledge))


def _what_you_did(other: OtherVersionSavedError, knowledge: Library) -> h.Node:
    lines = other.you_did(knowledge)
    return _list("What you did, not saved", lines) if lines else None


def _list(heading: str, lines: Sequence[str]) -> h.Node:
    words = bullets(lines) if lines else h.p["No entry, dose or date differs."]
    return [h.h3[heading], words]


def list_later_decisions(signatures: Sequence[Signature], seen: int) -> tuple[str, ...]:
    """Return in words what was signed or sent back after the signatures that were on screen."""
    return tuple(
        f"{one.outcome} in the meantime by {one}"
        f"{f': {one.remarks}' if one.remarks else ''}; read it, then decide again"
        for one in signatures[seen:]
    )
