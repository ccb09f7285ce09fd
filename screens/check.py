"""The Check screen: another person verifies a plan, and signs this content or sends it back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

import streamlit as st

from dosing.errors import InputError, KnowledgeError
from dosing.trace import RefusedError
from records.roles import MAY, ROLES, Act, Actor, may
from records.signature import Outcome, checked_content
from records.store import Store
from records.versions import SavedMeanwhileError, plan_changes
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.plans.changes import in_words
from schedules.plans.plan import Plan
from schedules.review.checklist import Checklist, DoseLine, checklist
from screens.access.sign_in import signed_in
from screens.marks import escaped, findings_list, markdown_escaped
from screens.parts.card import regimen_head, steps_table, stop_panel, warn_lines
from screens.parts.downloads import provenance_line
from screens.parts.fields import choice_field, short, text_field
from screens.parts.margin_bars import margin_bars
from screens.state.knowledge import library as read_knowledge
from screens.state.records import store as open_records
from screens.state.records import with_its_check
from screens.state.session import CheckEntries, Session, session

_NEXT = {"save": "Next it is handed over for the check.", "sign": "Next it is signed or sent back."}
_SIGNS = {"checked": "✓", "not checked": "○", "sent back": "↩", "void": "!"}


def _now() -> dt.datetime:
    """Ask the clock; only the screens may."""
    return dt.datetime.now(tz=dt.UTC)


def main() -> None:
    """Show the screen: the state of this content, the plan, what is verified, the decision."""
    kept, knowledge = session(), read_knowledge()
    entries = kept.check
    st.html('<h1 class="hidden">Check a plan</h1>')
    try:
        records = open_records()
    except InputError as error:
        st.html(_listed("The records cannot be opened", map(str, error.problems)))
        return
    plan = entries.plan or _of_the_session(kept)
    if plan is None:
        _begin()
    else:
        _check(kept, records, plan, knowledge)
    with st.expander("Check another plan", key="another-to-check", expanded=plan is None):
        _choose(entries, records)


def _of_the_session(kept: Session) -> Plan | None:
    """Give the plan that was worked on last: as it was changed, or as the Plan screen has it."""
    changed = kept.change
    if changed.plan is not None and changed.taken == kept.planned:
        return changed.plan
    return kept.planned


def _begin() -> None:
    st.html(
        '<section class="panel empty"><h2>Another person checks the plan</h2>'
        "<p>No plan stands here yet.</p><ol>"
        "<li>Make a plan on the Plan screen, or choose a saved one beneath.</li>"
        "<li>Hand it over for the check: it is kept in the records.</li>"
        "<li>A pharmacist who has not planned it verifies each line, then signs or sends it back."
        "</li></ol></section>"
    )


def _choose(entries: CheckEntries, records: Store) -> None:
    saved = {
        f"{one.plan.patient.label}, {one.plan.regimen.id}, {one}": one.plan
        for one in records.plans()
        if one.plan is not None
    }
    name = st.selectbox(
        "From the records",
        list(saved),
        index=None,
        key="check-saved",
        placeholder="a plan that was handed over" if saved else "nothing was handed over yet",
    )
    if name:
        st.button("Check this plan", key="check-take", on_click=_take, args=(entries, saved[name]))
    st.file_uploader(
        "Plan file",
        type="json",
        key=f"check-upload-{entries.uploads}",
        on_change=_upload,
        args=(entries,),
    )
    if entries.plan is not None:
        st.button(
            "Back to the plan of this session",
            key="check-back",
            type="tertiary",
            on_click=_take,
            args=(entries, None),
        )


def _take(entries: CheckEntries, plan: Plan | None) -> None:
    entries.plan, entries.problems, entries.done = plan, (), ""


def _upload(entries: CheckEntries) -> None:
    upload = st.session_state.get(f"check-upload-{entries.uploads}")
    if upload is None:
        return
    try:
        _take(entries, Plan.from_json(upload.getvalue().decode("utf-8")))
        entries.uploads += 1
    except UnicodeDecodeError:
        entries.problems = ("plan file: is not text; give a plan file that was saved here",)
    except InputError as error:
        entries.problems = tuple(map(str, error.problems))


def _check(kept: Session, records: Store, plan: Plan, knowledge: Library) -> None:
    entries = kept.check
    try:
        found = with_its_check(work_out(plan, knowledge), knowledge)
    except (InputError, KnowledgeError) as error:
        st.html(_listed("This plan cannot be worked out", map(str, error.problems)))
        return
    content = checked_content(plan, knowledge).sha256
    if entries.content != content:
        entries.content, entries.ticked, entries.remarks, entries.reasons = content, {}, "", {}
    laid = checklist(found, knowledge)
    _said(entries)
    _state(found)
    _since_signed(records, plan, knowledge)
    left, right = st.columns(2, gap="large")
    with left:
        _planned(found, laid)
    with right:
        _verified(laid)
        _decide(entries, records, found, laid, knowledge)
    st.html(provenance_line(found))


def _said(entries: CheckEntries) -> None:
    if entries.problems:
        st.html(_listed("Not done", entries.problems))
    if entries.done:
        st.html(f'<p class="reason" role="status">{escaped(entries.done)}</p>')


def _state(found: Course) -> None:
    check = found.checked
    st.html(
        f'<section class="check-state {check.state.replace(" ", "-")}" role="status">'
        f'<span class="sign" aria-hidden="true">{_SIGNS[check.state]}</span>'
        f"<p><strong>{escaped(check.text[:1].upper() + check.text[1:])}</strong>"
        f"{'; since then ' + escaped(check.why) if check.why else ''}</p></section>"
    )


def _since_signed(records: Store, plan: Plan, knowledge: Library) -> None:
    """Say in clinical words what is other than when it was last signed."""
    signed = [s for s in records.signatures(plan.id) if s.outcome != "sent back"]
    if not signed:
        return
    last = signed[-1]
    then = records.versions(plan.id)[last.version - 1].plan
    now = checked_content(plan, knowledge)
    said = [] if then is None else list(plan_changes(then, plan, knowledge))
    said += [text for text in now.changed_since(last.covers) if text != "the plan has changed"]
    if last.remarks:
        said.append(f"remarks then: {last.remarks}")
    lines = "".join(f"<li>{escaped(text)}</li>" for text in said)
    shown = f"<ul>{lines}</ul>" if lines else "<p>Nothing.</p>"
    st.html(f'<h2 class="section">Changed since it was signed by {escaped(last)}</h2>{shown}')


def _planned(found: Course, laid: Checklist) -> None:
    st.html('<h2 class="section">What was planned</h2>' + regimen_head(found.regimen, level=3))
    entry = found.plan.patient
    facts = (entry.label, entry.sex, entry.age or entry.born, entry.weight, entry.height)
    st.html(
        f"<p>{escaped(', '.join(str(fact) for fact in facts if fact))}; first day "
        f"{found.plan.first_day:%a %d-%b-%Y}</p>"
    )
    for finding in laid.in_the_way:
        if finding.level == "STOP":
            st.html(stop_panel(finding))
    for number, dose in enumerate(laid.doses):
        _dose(number, dose)
    for title, texts in (
        ("Totals", laid.totals),
        ("Tests and decisions", laid.tests_and_decisions),
        ("Before the doses", laid.checks),
        ("Changes", _changes(found)),
    ):
        if texts:
            lines = "".join(f"<li>{escaped(text)}</li>" for text in texts)
            st.html(f'<h3 class="section">{title}</h3><ul class="lines">{lines}</ul>')


def _changes(found: Course) -> tuple[str, ...]:
    return tuple(
        f"{in_words(change)} ({change.who}: {change.why})" for change in found.plan.changes
    )


def _dose(number: int, line: DoseLine) -> None:
    st.html(
        f'<section class="twice"><p class="phase">{escaped(line.what)}</p>'
        f'<div class="pair"><p><span class="quiet">planned</span><strong class="amount">'
        f'{escaped(line.dose)}</strong></p><p><span class="quiet">calculated a second time</span>'
        f'<strong class="amount">{escaped(line.again)}</strong></p></div>'
        f'<p class="quiet">{escaped(line.deviation)} from the reference dose '
        f"{escaped(line.reference)}; {escaped(line.days)}</p></section>"
    )
    with st.expander("How this number came about", key=f"check-steps-{number}"):
        st.html(steps_table(line.steps))


def _verified(laid: Checklist) -> None:
    st.html('<h2 class="section">What the pharmacist verifies</h2>')
    if laid.margins:
        st.html(margin_bars(laid.margins))
    findings_list([finding for finding in laid.findings if finding.level != "STOP"])
    if laid.unconfirmed:
        with st.expander(f"Unconfirmed figures: {len(laid.unconfirmed)}", key="check-unconfirmed"):
            lines = "".join(f"<li>{escaped(text)}</li>" for text in laid.unconfirmed)
            st.html(f'<ul class="lines">{lines}</ul>')


def _decide(
    entries: CheckEntries, records: Store, found: Course, laid: Checklist, knowledge: Library
) -> None:
    plan = found.plan
    versions = records.versions(plan.id)
    saved = bool(versions) and versions[-1].plan == plan
    st.html('<h2 class="section">Checklist</h2>')
    _ticks(entries, laid)
    proved = signed_in()
    if proved is None and not _says_who(entries):
        return
    if not saved:
        number = len(versions)
        word = f"version {number} is kept" if number else "it is not in the records yet"
        st.html(f'<p class="reason">This content was not handed over: {word}.</p>')
        if not _open_to(proved, "save"):
            return
        st.button(
            "Hand over for the check",
            key="check-hand-over",
            type="primary",
            on_click=_hand_over,
            args=(entries, records, plan, number),
        )
        return
    st.html(f'<p class="quiet">In the records: {escaped(versions[-1])}.</p>')
    if found.checked.state != "checked" and _open_to(proved, "acknowledge", said=False):
        _acknowledge(entries, records, plan, knowledge)
    if not _open_to(proved, "sign"):
        return
    text_field(
        entries,
        "remarks",
        "Remarks, or the reasons to send it back",
        screen=f"check-{short(entries.content)}",
    )
    outcomes: tuple[tuple[Outcome, str], ...] = (
        ("signed", "Sign"),
        ("signed with remarks", "Sign with remarks"),
        ("sent back", "Send back with reasons"),
    )
    with st.container(horizontal=True, gap="small", key="check-decide"):
        for outcome, title in outcomes:
            st.button(
                title,
                key=f"check-{outcome.replace(' ', '-')}",
                on_click=_sign,
                args=(entries, records, plan, knowledge, outcome),
                type="primary" if outcome == "signed" else "secondary",
            )


def _says_who(entries: CheckEntries) -> bool:
    """Ask on one desk who acts; nothing proves it."""
    text_field(
        entries,
        "who",
        "Your name or initials",
        screen="check",
        width=260,
        placeholder="AB",
        help_text="A name typed here is kept as unverified.",
    )
    choice_field(entries, "role", "Your role", ROLES, screen="check")
    if entries.who and entries.role:
        return True
    st.html('<p class="quiet">Name and role are needed before anything is kept.</p>')
    return False


def _open_to(proved: Actor | None, act: Act, *, said: bool = True) -> bool:
    """Tell whether an act is offered; on one desk the records refuse it with the reason."""
    offered = proved is None or may(proved.role, act)
    if said and not offered:
        st.html(f'<p class="reason">{_NEXT[act]} This is for: {", ".join(MAY[act])}.</p>')
    return offered


def _ticks(entries: CheckEntries, laid: Checklist) -> None:
    """Show what the program filled in, and a box for each thing that needs a person."""
    for item in laid.items:
        value = f": {item.value}" if item.value else ""
        if not item.needs:
            st.html(
                f'<p class="filled"><span class="yes" aria-hidden="true">✓</span> '
                f"<strong>{escaped(item.what)}</strong>{escaped(value)}</p>"
            )
            continue
        key = _tick(entries, item.key)
        if key not in st.session_state:
            st.session_state[key] = entries.ticked.get(item.key, False)
        st.html(f'<p class="filled"><strong>{escaped(item.what)}</strong>{escaped(value)}</p>')
        entries.ticked[item.key] = st.checkbox(markdown_escaped(item.needs), key=key)


def _tick(entries: CheckEntries, item: str) -> str:
    return f"check-tick-{item}-{short(entries.content)}"


def _acknowledge(entries: CheckEntries, records: Store, plan: Plan, knowledge: Library) -> None:
    for finding in records.waiting(plan, knowledge):
        if finding.level != "WARN":
            continue
        with st.container(key=f"warn-check-{short(finding.code)}", gap="small"):
            st.html(warn_lines(finding))
            text_field(
                entries.reasons,
                finding.code,
                "Why it may stand",
                screen=f"check-warn-{short(entries.content)}",
            )
            st.button(
                "Acknowledge",
                key=f"check-acknowledge-{finding.code}",
                on_click=_seen,
                args=(entries, records, plan, knowledge, finding.code),
            )


def _hand_over(entries: CheckEntries, records: Store, plan: Plan, version: int) -> None:
    def save(who: Actor) -> str:
        return f"Kept: {records.save(plan, who, expected_version=version, at=_now())}."

    _act(entries, save)


def _seen(entries: CheckEntries, records: Store, plan: Plan, knowledge: Library, code: str) -> None:
    def acknowledge(who: Actor) -> str:
        reason = entries.reasons.get(code) or ""
        records.acknowledge(plan, knowledge, who, code=code, reason=reason, at=_now())
        return f"Acknowledged: {code}."

    _act(entries, acknowledge)


def _sign(
    entries: CheckEntries, records: Store, plan: Plan, knowledge: Library, outcome: Outcome
) -> None:
    def sign(who: Actor) -> str:
        # As the boxes stand at the press: the run that followed the last tick may be cut short.
        ticked = [key for key in entries.ticked if st.session_state.get(_tick(entries, key))]
        done = records.sign(
            plan, knowledge, who, outcome=outcome, remarks=entries.remarks, ticked=ticked, at=_now()
        )
        return f"Kept: {done.outcome} by {done}."

    _act(entries, sign)


def _act(entries: CheckEntries, act: Callable[[Actor], str]) -> None:
    """Let the signed-in person act, or on one desk a named one; what is refused says why."""
    entries.done, entries.problems = "", ()
    try:
        entries.done = act(signed_in() or _named(entries))
    except InputError as error:
        entries.problems = tuple(map(str, error.problems))
    except RefusedError as error:
        entries.problems = tuple(finding.text for finding in error.findings)
    except SavedMeanwhileError as error:
        entries.problems = (str(error),)


def _named(entries: CheckEntries) -> Actor:
    role = next(role for role in ROLES if role == entries.role)
    return Actor(name=entries.who, role=role, verified=False)


def _listed(title: str, lines: Iterable[str]) -> str:
    said = "".join(f"<li>{escaped(line)}</li>" for line in lines)
    return f'<section class="panel empty" role="alert"><h2>{title}</h2><ul>{said}</ul></section>'


main()
