"""A proposal for a ward as a page shows it: each move before and after, with its reason."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from functools import partial

import htpy as h

from dosing.units import show
from schedules.cohort.bookings import Booking
from schedules.cohort.demand import LeftOutPlan
from schedules.cohort.schedule import Schedule, ScheduleOrder, Seat
from schedules.course.rows import Administration
from screens.marks import bullets, date_text, level_mark, quiet, show_html, table, whole
from screens.state.ward_move import MovingPlan, ProposedMoves, TakenMoves


def proposal_head(proposal: ProposedMoves) -> h.Renderable:
    """Return what was found: how many move and at what cost, or why there is no schedule."""
    schedule = proposal.schedule
    if schedule is None:
        return h.section[
            h.h3["No schedule was found in that time"],
            h.p["There may be none, or it takes longer: let it look longer."],
        ]
    if schedule.reasons:
        return h.section[
            h.h3["There is no schedule"],
            h.p["These together leave none, and it takes every one of them:"],
            bullets(_with_label(proposal, reason) for reason in schedule.reasons),
            _no_way(proposal, schedule) if schedule.no_way else None,
        ]
    moves = sum(seat.moves for seat in schedule.seats)
    plans = len(proposal.moving)
    return h.section[
        h.h3[f"{moves} of {len(schedule.seats)} visits move, of {plans} plans"],
        h.p[_cost(schedule)],
        quiet(f"As the plans stood at {proposal.at:%H:%M} on {date_text(proposal.at.date())}."),
        bullets(
            f"Overtime on {date_text(day)}: {length / dt.timedelta(hours=1):g} h"
            for day, length in schedule.overtime.items()
        )
        if schedule.overtime
        else None,
    ]


def _with_label(proposal: ProposedMoves, reason: str) -> str:
    """Return a reason with the label of a plan in the place of its id, with which it begins."""
    name = re.split("[,:]", reason, maxsplit=1)[0]
    return f"{proposal.labels[name]}{reason[len(name) :]}" if name in proposal.labels else reason


def _no_way(proposal: ProposedMoves, schedule: Schedule) -> h.Node:
    """Return the plans that have no days even in an empty ward, each with why."""
    return [
        h.p[f"Plans without days even in an empty ward: {len(schedule.no_way)}."],
        bullets(
            [
                h.strong[proposal.labels[name]],
                bullets(_with_label(proposal, reason) for reason in reasons),
            ]
            for name, reasons in schedule.no_way.items()
        ),
    ]


def _cost(schedule: Schedule) -> str:
    if schedule.proved:
        return f"Cost {schedule.cost:g}: no schedule costs less."
    return (
        f"Cost {schedule.cost:g}: none costs less than {schedule.bound:g}, so {schedule.gap:.0%} "
        "at most is saved by a longer search."
    )


def moves_of_plan(one: MovingPlan, asked: ScheduleOrder) -> h.Renderable:
    """Return the visits of a plan before and after, why they move, and how it was judged."""
    rows: list[list[h.Node]] = [
        [
            _visit(one, seat),
            whole(date_text(seat.booking.stands)),
            h.strong[whole(_after(seat))],
            asked.why_moves(seat),
        ]
        for seat in one.seats
    ]
    notes = [note.text for note in one.notes]
    return h.fragment[
        table(["What", "Before", "After", "Because"], rows, caption=f"Moves of {one.label}"),
        quiet("Judged anew: no STOP, no WARN that it has not now."),
        bullets(notes) if notes else None,
    ]


def _visit(one: MovingPlan, seat: Seat) -> str:
    doses = [
        f"{row.name} {show(row.dose.amount)}"
        for row in one.moved.before.rows
        if isinstance(row, Administration)
        and not row.companion
        and row.date == seat.booking.stands
        and row.place in seat.booking.places
    ]
    return ", ".join(doses) or "; ".join(seat.booking.places)


def _after(seat: Seat) -> str:
    at = "" if seat.begins is None else f", {seat.begins:%H:%M}"
    return f"{date_text(seat.day)}{at}"


def show_not_moved(proposal: ProposedMoves) -> None:
    """Show what a person has to decide, and the plans that were left out."""
    schedule = proposal.schedule
    if schedule is not None and schedule.stuck:
        show_html(
            h.section(".panel.warn", role="status")[
                h.p[level_mark("WARN")],
                h.p(".sentence")["These stay on a closed day. Decide each by hand."],
                bullets(map(partial(_stuck, proposal.labels), schedule.stuck)),
            ]
        )
    if proposal.newest.left_out:
        show_html(
            h.section(".panel.warn", role="status")[
                h.p[level_mark("WARN")],
                h.p(".sentence")[
                    f"{len(proposal.newest.left_out)} plans left out: no move of them is proposed, "
                    "and what they take is not counted."
                ],
                bullets(map(_left_out, proposal.newest.left_out)),
            ]
        )


def _stuck(labels: Mapping[str, str], one: Booking) -> h.Node:
    places = "; ".join(one.places)
    return [h.strong[labels[one.name]], f", {places}, {date_text(one.stands)}: {one.why_fixed}"]


def _left_out(one: LeftOutPlan) -> h.Node:
    return [h.strong[one.name], ": ", "; ".join(one.why)]


def taken_panel(taken: TakenMoves) -> h.Renderable:
    """Return what was saved, and that each plan has to be checked anew."""
    count = len(taken.saved)
    return h.section(".panel", role="status")[
        h.h2[f"{count} plan{'' if count == 1 else 's'} moved"],
        h.p["Each is a new version that nobody has checked: it has to be checked anew."],
        h.p[f"{taken.of - count} proposed, and not moved."] if taken.of > count else None,
        [
            h.p[level_mark("WARN"), " Not saved, somebody has saved another version meanwhile:"],
            bullets(taken.unsaved),
        ]
        if taken.unsaved
        else None,
    ]
