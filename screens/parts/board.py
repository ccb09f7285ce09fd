"""What is due over all saved plans, from the records, which are only read."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections.abc import Iterable
from typing import TYPE_CHECKING

import streamlit as st

from dosing.errors import InputError, KnowledgeError
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.plans.plan import Plan
from schedules.review.due import Due, DueInAWeek, due_in_a_week

if TYPE_CHECKING:  # the database takes a fifth of a second to import, and a desk may have none
    from records.listing import SavedPlan
    from records.store import Store

MOST_PLANS = 100


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What is due, what waits for a check, and what has changed since it was signed.

    ``left_out`` are the labels of plans that cannot be calculated as the library is now.
    """

    overdue: tuple[Due, ...]
    today: tuple[Due, ...]
    later: tuple[Due, ...]
    waiting: tuple[SavedPlan, ...]
    changed: tuple[SavedPlan, ...]
    recent: tuple[SavedPlan, ...]
    left_out: tuple[str, ...]
    is_cut: bool


def read_board(records: Store, knowledge: Library, today: dt.date) -> Board:
    """Return what is due over the saved plans, the newest hundred of them."""
    from records.listing import Search

    page = records.plans(knowledge, size=MOST_PLANS)
    weeks: list[DueInAWeek] = []
    left_out: list[str] = []
    for saved in page.plans:
        try:
            weeks.append(_due_of(records, saved, knowledge, today))
        except (InputError, KnowledgeError):
            left_out.append(saved.label)
    waiting = records.plans(knowledge, Search(state="waiting"), size=MOST_PLANS).plans
    return Board(
        overdue=_in_order(week.overdue for week in weeks),
        today=_in_order(week.today for week in weeks),
        later=_in_order(week.later for week in weeks),
        waiting=tuple(sorted(waiting, key=lambda saved: saved.at)),
        changed=tuple(saved for saved in page.plans if saved.checked.state == "void"),
        recent=page.plans[:5],
        left_out=tuple(left_out),
        is_cut=page.next is not None,
    )


def _due_of(records: Store, saved: SavedPlan, knowledge: Library, today: dt.date) -> DueInAWeek:
    plan = records.versions(saved.plan_id)[-1].plan
    if plan is None:  # erased since the list was read
        return DueInAWeek()
    files = tuple(
        f"{file} {used.sha256}"
        for one in plan.by_regimen()
        for file, used in knowledge.knowledge_for(knowledge.regimen(one.regimen.id)).items()
    )
    recorded = frozenset(one.dose_id for one in records.administrations(plan.id))
    return _due(plan.hash, files, today, recorded, plan, knowledge)


@st.cache_resource(max_entries=5 * MOST_PLANS, show_spinner=False)
def _due(
    plan_hash: str,
    files: tuple[str, ...],
    today: dt.date,
    recorded: frozenset[str],
    _plan: Plan,
    _knowledge: Library,
) -> DueInAWeek:
    """Return what is due of one plan, worked out anew only when something of it is another."""
    return due_in_a_week(work_out(_plan, _knowledge), today, recorded)


def _in_order(parts: Iterable[tuple[Due, ...]]) -> tuple[Due, ...]:
    every = itertools.chain.from_iterable(parts)
    return tuple(sorted(every, key=lambda due: (due.date, due.time, due.label)))
