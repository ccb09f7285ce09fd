"""What a person has to see and confirm before a course may leave the page."""

from __future__ import annotations

import dataclasses

import streamlit as st

from dosing.trace import Finding
from schedules.course.course import Course
from schedules.plans.plan import Acknowledgement
from screens.access.sign_in import signed_in
from screens.marks import (
    escaped,
    findings_list,
    markdown_escaped,
)
from screens.parts.card import warn_lines
from screens.parts.fields import short, text_field
from screens.state.session import SeenFinding, Session

_SHOWN_ABOVE = {"regimen.erratum", "regimen.under_review"}


def confirmed(kept: Session, found: Course) -> Course:
    """Show what must be acknowledged, what must be checked and what is to be known.

    Returns the same course with its plan's acknowledgements as they now stand.
    """
    warned = [f for f in found.findings if f.level == "WARN"]
    checks = [f for f in found.findings if f.code.startswith("check.")]
    said: list[Acknowledgement] = []
    if warned or checks:
        with st.container(key="to-confirm", gap="small"):
            findings, signed = st.container(gap="small"), st.container()
            with signed:  # read first, shown last
                _initials(kept)
            with findings:
                said += [entry for f in warned if (entry := _acknowledge(kept, found, f))]
                if checks:
                    st.html('<h3 class="section">Before the doses</h3>')
                said += [entry for f in checks if (entry := _check(kept, found, f))]
    notes(found)
    known = [entry for entry in found.plan.acknowledgements if entry not in said]
    plan = found.plan.model_copy(update={"acknowledgements": [*known, *said]})
    return dataclasses.replace(found, plan=plan)


def _initials(kept: Session) -> None:
    if proved := signed_in():
        kept.initials = proved.name
        st.html(f'<p class="quiet">Each tick is kept with the name {escaped(proved.name)}.</p>')
        return
    text_field(
        kept,
        "initials",
        "Initials of whoever confirms",
        screen="confirm",
        width=220,
        placeholder="AB",
        help_text="Kept with each tick in the plan file.",
    )


def _subject(kept: Session, found: Course, finding: Finding) -> str:
    """Name a finding on this patient: a tick does not outlive a change of either."""
    patient = found.plan.patient
    who = (patient.label, patient.sex, patient.age, patient.born, found.regimen.id)
    return short(repr((who, finding.code, finding.text)))


def _acknowledge(kept: Session, found: Course, finding: Finding) -> Acknowledgement | None:
    """Ask for a tick and a reason; without both nothing leaves the page."""
    name = _subject(kept, found, finding)
    with st.container(key=f"warn-{name}", gap="small"):
        st.html(warn_lines(finding))
        before = next((a for a in found.plan.acknowledgements if a.code == finding.code), None)
        if before is not None:
            by = f" ({before.who})" if before.who else ""
            st.html(f'<p class="quiet">Acknowledged{escaped(by)}: {escaped(before.reason)}</p>')
            return None
        seen = kept.seen.setdefault(name, SeenFinding())
        key = f"seen-{name}"
        if key not in st.session_state:
            st.session_state[key] = seen.ticked
        seen.ticked = st.checkbox("I have seen this and it may stand", key=key)
        text_field(
            seen,
            "reason",
            "Reason",
            screen=key,
            placeholder="why the dose may stand",
            needed="Needed, with the tick and the initials, before anything can be downloaded.",
        )
    if not (seen.ticked and seen.reason and kept.initials):
        return None
    return Acknowledgement(code=finding.code, reason=seen.reason, who=kept.initials)


def _check(kept: Session, found: Course, finding: Finding) -> Acknowledgement | None:
    """Offer a tick for what has to be known before a dose."""
    name = _subject(kept, found, finding)
    seen = kept.seen.setdefault(name, SeenFinding())
    key = f"seen-{name}"
    recorded = next(
        (
            a
            for a in found.plan.acknowledgements
            if a.code == finding.code and a.reason.endswith(finding.text)
        ),
        None,
    )
    if key not in st.session_state:
        st.session_state[key] = seen.ticked or recorded is not None
    seen.ticked = st.checkbox(
        markdown_escaped(finding.text), key=key, help=markdown_escaped(f"Source: {finding.source}")
    )
    if seen.ticked and recorded is None and not kept.initials:
        st.html('<p class="echo">Ticked; it is kept in the plan once initials stand below.</p>')
    if not seen.ticked or not kept.initials:
        return None
    return Acknowledgement(code=finding.code, reason=f"seen: {finding.text}", who=kept.initials)


def notes(found: Course) -> None:
    """Show what is to be known, without what stands above already."""
    quiet = [
        f
        for f in found.findings
        if f.level == "NOTE" and f.code not in _SHOWN_ABOVE and not f.code.startswith("check.")
    ]
    findings_list(quiet)
