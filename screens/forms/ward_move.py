"""The view Move of the Ward screen: what is asked of a schedule, its proposal, and taking it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dosing.errors import InputError, refuse
from dosing.trace import RefusedError
from records.roles import Actor
from records.store import Store
from schedules.cohort.moves import Decision
from schedules.cohort.schedule import is_installed
from schedules.cohort.schedule_order import EFFORT, TypedOrder, read_order
from schedules.knowledge.library import Library
from screens.access.sign_in import signed_in
from screens.forms.check import ask_who, is_known, is_open_to, named_actor
from screens.marks import escape_markdown, part_title, problem_panel, quiet, reason, show_html
from screens.parts.card import needed_panel
from screens.parts.fields import Form, short
from screens.parts.focus import move_focus
from screens.parts.making import ToMake, give_up, made_of
from screens.parts.ward_moves import moves_of_plan, proposal_head, show_not_moved
from screens.state import clock
from screens.state.session import MoveEntries, Session
from screens.state.ward import WardQuestion
from screens.state.ward_move import (
    MoveQuestion,
    MovingPlan,
    ProposedMoves,
    propose_moves,
    take_moves,
)

_SCREEN = "move"
_INSTALL = "The search for days needs OR-Tools, an extra: pip install 'posology[scheduling]'."
_OF_TABLE = "Only saved plans can be moved: a table of patients has none."
_EFFORT = "How long to look for it"
# What a problem is about, where the form has another word for it.
_QUESTIONS = {
    "closed": "Closed day",
    "not-before": "Not before",
    "effort": _EFFORT,
    "capacity": "Capacity",
}


def show_move(
    session: Session, question: WardQuestion, records: Store | None, knowledge: Library
) -> None:
    """Ask what is closed or short, propose moves, and let some of them be taken."""
    entries = session.ward.move
    if not is_installed():
        show_html(reason(_INSTALL))
        return
    if records is None or not question.plans:
        show_html(quiet(_OF_TABLE))
        return
    _ask(entries, knowledge)
    try:
        moves = _read(entries, question, knowledge)
    except InputError as error:
        give_up(entries)
        show_html(needed_panel(error.problems, _QUESTIONS))
        return
    asked = ToMake(
        name=moves.name,
        make=partial(propose_moves, moves, records, knowledge),
        button="Propose moves",
        again="propose again",
        title="Looking for days",
        forget=partial(_forget, entries),
    )
    proposal = made_of(entries, asked, "move")
    if proposal is not None:
        _show(session, proposal, records, knowledge)


def _ask(entries: MoveEntries, knowledge: Library) -> None:
    """Ask for closed days and late drugs, one field more than are filled, and for the room."""
    today = clock.now().date()
    with st.container(key="move-form", gap="small"):
        form = Form(entries.closed, f"{_SCREEN}-closed")
        for n in range(_filled(entries.closed) + 1):
            example = f"{today}" if n == 0 else ""
            form.date(f"{n}", f"Closed day {n + 1}" if n else "Closed day", example, today)
        late = Form(entries.late, f"{_SCREEN}-late")
        names = list(knowledge.drugs)
        for n in range(_filled(entries.late) + 1):
            drug = late.pick(
                f"drug {n}",
                f"A drug that comes late {n + 1}" if n else "A drug that comes late",
                names,
                "Choose a drug",
                words=lambda name: knowledge.drugs[name].name,
            )
            if drug:
                late.date(f"day {n}", f"{knowledge.drugs[drug].name} not before", "", today)
        if entries.staying:
            labels = ", ".join(entries.staying.values())
            show_html(quiet(f"These stay as they stand, for a person to decide: {labels}."))
            st.button("Let all move", key="move-stay-none", on_click=entries.staying.clear)
        site = knowledge.site.capacity
        with st.container(horizontal=True, gap="medium", key="move-room"):
            own = Form(entries, _SCREEN)
            own.text("chairs", "Chairs", f"{site.chairs}" if site else "", width=150)
            own.text("nurses", "Nurses", f"{site.nurses}" if site else "", width=150)
            own.text(
                "effort",
                _EFFORT,
                EFFORT,
                width=220,
                help_text="In units of the solver's own clock, some seconds each: the same number "
                "finds the same schedule on every machine. More can find one that costs less.",
            )


def _filled(texts: dict[str, str] | dict[str, str | None]) -> int:
    """Return the number of the last field that is filled, from 1 on."""
    return max((int(name.split()[-1]) + 1 for name, text in texts.items() if text), default=0)


def _read(entries: MoveEntries, question: WardQuestion, knowledge: Library) -> MoveQuestion:
    now = clock.now()
    between = question.order.between
    late: dict[str, str] = {}
    for n in range(_filled(entries.late)):
        drug, day = entries.late.get(f"drug {n}"), entries.late.get(f"day {n}")
        if drug and not day:
            refuse("not-before", "", why="is missing", accepted=f"write the day of {drug}")
        if drug in late:
            refuse("not-before", f"{drug}", why="stands twice", accepted="keep one of them")
        if drug and day:
            late[drug] = day
    typed = TypedOrder(
        first="" if between.first <= now.date() else between.first.isoformat(),
        last=between.last.isoformat(),
        closed=[text for _, text in sorted(entries.closed.items()) if text],
        not_before=late,
        room={"chairs": entries.chairs, "nurses": entries.nurses},
        staying=tuple(entries.staying),
        effort=entries.effort or EFFORT,
    )
    decision = Decision(who="preview", when=now, why="proposed for the ward")
    asked = read_order(typed, knowledge, decision)
    return MoveQuestion(name=(question.name, repr(typed)), plans=question.plans, asked=asked)


def _forget(entries: MoveEntries) -> None:
    entries.left, entries.taken, entries.problems = set(), None, ()


def _show(session: Session, proposal: ProposedMoves, records: Store, knowledge: Library) -> None:
    entries = session.ward.move
    with st.container(key="proposal"):
        show_html(proposal_head(proposal))
    move_focus(".st-key-proposal h3", f"proposal {proposal.at}")
    if proposal.schedule is not None and proposal.schedule.no_way:
        _offer_to_leave(entries, proposal)
    if proposal.moving:
        _show_moving(entries, proposal)
        _ask_to_take(session, proposal, records, knowledge)
    show_not_moved(proposal)


def _offer_to_leave(entries: MoveEntries, proposal: ProposedMoves) -> None:
    """Offer a schedule for the others, where some plans have no days even in an empty ward."""
    names = dict.fromkeys(proposal.schedule.no_way) if proposal.schedule is not None else {}
    st.button(
        "Leave 1 plan as it stands"
        if len(names) == 1
        else f"Leave {len(names)} plans as they stand",
        key="move-leave",
        on_click=entries.staying.update,
        args=({name: proposal.labels[name] for name in names},),
    )


def _show_moving(entries: MoveEntries, proposal: ProposedMoves) -> None:
    names = {one.moved.name for one in proposal.moving}
    with st.container(horizontal=True, gap="small"):
        st.button("Tick all", key="move-all", on_click=_leave, args=(entries, set()))
        st.button("Tick none", key="move-none", on_click=_leave, args=(entries, names))
    for one in proposal.moving:
        name = one.moved.name
        key = _key(one)
        if key not in st.session_state:
            st.session_state[key] = name not in entries.left
        st.checkbox(escape_markdown(one.label), key=key, on_change=_tick, args=(entries, name, key))
        show_html(moves_of_plan(one, proposal.asked))


def _key(one: MovingPlan) -> str:
    return f"move-take-{short(one.moved.name)}"


def _leave(entries: MoveEntries, names: set[str]) -> None:
    entries.left = names
    for key in [key for key in st.session_state if str(key).startswith("move-take-")]:
        del st.session_state[key]


def _tick(entries: MoveEntries, name: str, key: str) -> None:
    if st.session_state[key]:
        entries.left.discard(name)
    else:
        entries.left.add(name)


def _ticked(moving: tuple[MovingPlan, ...], left: set[str]) -> tuple[MovingPlan, ...]:
    """Return the plans whose moves are taken."""
    return tuple(one for one in moving if one.moved.name not in left)


def _ask_to_take(
    session: Session, proposal: ProposedMoves, records: Store, knowledge: Library
) -> None:
    entries, proved = session.ward.move, signed_in()
    show_html(part_title("Take it"))
    if entries.problems:
        show_html(problem_panel("Not done", entries.problems))
    if not is_open_to(proved, "save"):
        return
    if proved is None:
        ask_who(session.check, _SCREEN)
    Form(entries, _SCREEN).text("why", "Why", "bank holiday", width=420)
    taken = _ticked(proposal.moving, entries.left)
    if 0 < len(taken) < len(proposal.moving):
        show_html(
            reason(
                "Those that are not ticked stay on their days, so that chairs, nurses or pharmacy "
                "may not suffice: propose again afterwards."
            )
        )
    ready = bool(entries.why and taken and (proved is not None or is_known(session.check)))
    if not ready:
        show_html(quiet("Who, why and at least one tick are needed before anything is saved."))
    st.button(
        f"Move {len(taken)} plan{'' if len(taken) == 1 else 's'}",
        key="move-save",
        type="primary",
        disabled=not ready,
        on_click=_take,
        args=(session, proposal, records, knowledge),
    )


def _take(session: Session, proposal: ProposedMoves, records: Store, knowledge: Library) -> None:
    entries = session.ward.move
    taken = _ticked(proposal.moving, entries.left)
    entries.problems = ()
    try:
        by: Actor = signed_in() or named_actor(session.check)
        entries.taken = take_moves(records, knowledge, proposal, taken, by, entries.why)
        entries.making = None
    except InputError as error:
        entries.problems = tuple(map(str, error.problems))
    except RefusedError as error:
        entries.problems = tuple(finding.text for finding in error.findings)
