"""What a person has to see and confirm before a course may leave the page."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dosing.trace import Finding
from schedules.course.course import Course
from schedules.plans.plan import Acknowledgement
from screens.access.sign_in import signed_in
from screens.marks import (
    escape_markdown,
    part_title,
    quiet,
    show_findings,
    show_html,
    with_whole_amounts,
)
from screens.parts.fields import Form, short, show_line
from screens.parts.findings import show_none, show_warnings
from screens.state.session import SeenFinding, Session

TO_DECIDE = (
    "A result waits for a decision, which no tick replaces: take what is proposed below, "
    "or keep the dose as planned with a reason."
)
_SHOWN_ABOVE = {"regimen.erratum", "regimen.under_review"}
# What was not asked stands in the line of its drug.
_ON_THE_CARD = ".not_asked"


def confirm(
    session: Session, course: Course, above: DeltaGenerator, below: DeltaGenerator
) -> Course:
    """Show what must be acknowledged, what must be checked and what is to be known.

    Args:
        session: whose ticks and reasons are kept.
        course: what they are about.
        above: the place of what warns.
        below: the place of what is checked before the doses, and of the notes.

    Returns the same course with its plan's acknowledgements as they now stand.
    """
    warned = any(finding.level == "WARN" for finding in course.findings)
    checks = [f for f in course.findings if f.code.startswith("check.")]
    entries: list[Acknowledgement] = []
    # Shown last, but already kept: as they arrive, or as the sign-in proves them.
    if (warned or checks) and (proved := signed_in()):
        session.initials = proved.name
    with above:
        show_none(course)
        if warned:
            with st.container(key="to-acknowledge", gap="small"):
                for equal, row in show_warnings(course.findings, key="plan"):
                    with row:
                        entries += _acknowledge(session, course, equal)
                _ask_initials(session)
    with below:
        if checks:
            with st.container(key="to-check", gap="small"):
                show_html(part_title("Before the doses"))
                entries += [one for f in checks if (one := _check(session, course, f))]
                if not warned:
                    _ask_initials(session)
        show_notes(course)
    before = [entry for entry in course.plan.acknowledgements if entry not in entries]
    plan = course.plan.model_copy(update={"acknowledgements": [*before, *entries]})
    return dataclasses.replace(course, plan=plan)


def _ask_initials(session: Session) -> None:
    if proved := signed_in():
        show_html(quiet(f"Each tick is recorded under the name {proved.name}."))
        return
    Form(session, "confirm").text(
        "initials",
        "Initials of the person who confirms",
        "AB",
        width=220,
        help_text="Saved with each tick in the plan file.",
    )


def _name(course: Course, finding: Finding) -> str:
    """Name a finding on this patient: a tick does not outlive a change of either."""
    patient = course.plan.patient
    who = (patient.label, patient.sex, patient.age, patient.born, course.regimen.id)
    return short(repr((who, finding.code, finding.text)))


def _acknowledge(
    session: Session, course: Course, equal: Sequence[Finding]
) -> list[Acknowledgement]:
    """Ask for a tick and a reason, once for equal findings; without both nothing leaves."""
    finding = equal[0]
    if finding.code in course.undecided:
        show_html(quiet(TO_DECIDE))
        return []
    name = _name(course, finding)
    before = next((a for a in course.plan.acknowledgements if a.code == finding.code), None)
    if before is not None:
        by = f" ({before.who})" if before.who else ""
        show_html(quiet(f"Acknowledged{by}: {before.reason}"))
        return []
    seen = session.seen.setdefault(name, SeenFinding())
    key = f"seen-{name}"
    if key not in st.session_state:
        st.session_state[key] = seen.ticked
    seen.ticked = st.checkbox("I have seen this and it may stand", key=key)
    if seen.ticked:
        Form(seen, key).text(
            "reason",
            "Reason",
            "why the dose may stand",
            needed="Needed, with initials, before anything can be downloaded.",
        )
    if not (seen.ticked and seen.reason and session.initials):
        return []
    return [
        Acknowledgement(code=one.code, reason=seen.reason, who=session.initials) for one in equal
    ]


def _check(session: Session, course: Course, finding: Finding) -> Acknowledgement | None:
    """Offer a tick for what has to be known before a dose."""
    name = _name(course, finding)
    seen = session.seen.setdefault(name, SeenFinding())
    key = f"seen-{name}"
    recorded = any(
        entry.code == finding.code and entry.reason.endswith(finding.text)
        for entry in course.plan.acknowledgements
    )
    if key not in st.session_state:
        st.session_state[key] = seen.ticked or recorded
    seen.ticked = st.checkbox(
        escape_markdown(with_whole_amounts(finding.text)),
        key=key,
        help=escape_markdown(f"Source: {finding.source}"),
    )
    if seen.ticked and not recorded and not session.initials:
        show_line("Ticked. It is saved in the plan once initials are written.")
    if not seen.ticked or not session.initials:
        return None
    return Acknowledgement(code=finding.code, reason=f"seen: {finding.text}", who=session.initials)


def show_notes(course: Course) -> None:
    """Show the NOTEs, without those that stand above already."""
    show_findings(
        [
            finding
            for finding in course.findings
            if finding.level == "NOTE"
            and finding.code not in _SHOWN_ABOVE
            and not finding.code.startswith("check.")
            and not finding.code.endswith(_ON_THE_CARD)
        ]
    )
