"""A schedule for a ward as a person reads it in a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from commands.columns import TextColumn, say_table
from commands.line import say, say_error

if TYPE_CHECKING:  # the engine takes longer to import than a help takes to print
    from schedules.cohort.replan import Replanned
    from schedules.cohort.schedule import Schedule, ScheduleOrder, Seat

_MOVES = (
    TextColumn("Day", whole=True),
    TextColumn("To", whole=True),
    TextColumn("At", whole=True),
    TextColumn("Plan"),
    TextColumn("Place"),
    TextColumn("Because"),
)
_TIMES = (
    TextColumn("Day", whole=True),
    TextColumn("Begins", whole=True),
    TextColumn("Ends", whole=True),
    TextColumn("Plan"),
    TextColumn("Place"),
)


def say_schedule(
    schedule: Schedule, asked: ScheduleOrder, labels: Mapping[str, str], *, times: bool
) -> None:
    """Print what moves, what it costs, what it adds, and what a person has to decide."""
    from schedules.review.course_diff import new_findings

    moving = sorted(
        (seat for seat in schedule.seats if seat.moves), key=lambda s: (s.booking.stands, *_key(s))
    )
    between = asked.between
    later = sum(seat.booking.beyond for seat in schedule.seats)
    follow = f", and {later} later ones that follow" if later else ""
    say(
        f"{between.first:%d-%b-%Y} to {between.last:%d-%b-%Y}: {len(schedule.seats) - later} visits"
        f"{follow}; {len(moving)} move, of {len(schedule.replanned)} plans."
    )
    at_best = "no schedule costs less"
    if not schedule.proved:
        at_best = f"none costs less than {schedule.bound:g}, so {schedule.gap:.0%} at most is saved"
    say(f"Cost {schedule.cost:g}: {at_best}.")
    for day, length in schedule.overtime.items():
        say(f"Overtime on {day:%a %d-%b-%Y}: {length.total_seconds() / 3600:g} h")
    _say_seats(_MOVES, moving, [_move(seat, labels, asked) for seat in moving])
    if moving:
        say("Judged anew: no plan that moves has a STOP or a WARN that it has not now.")
    for one in schedule.replanned:
        for found in new_findings(one.before, one.after):
            say(f"{found.level} {one.name}: {found.text}")
    if times:
        seats = sorted(schedule.seats, key=_key)
        _say_seats(_TIMES, seats, [_time(seat, labels) for seat in seats])
    say_error(
        f"STAYS {one.name}, {'; '.join(one.places)}: {one.stands:%a %d-%b-%Y} is closed, and "
        f"{one.why_fixed}. Decide it by hand."
        for one in schedule.stuck
    )
    if moving and asked.decision.who == "preview":
        say('Nothing is moved. To take all of it: add --write --who INITIALS --why "the reason"')


def say_reasons(schedule: Schedule) -> None:
    """Print why there is no schedule, and which plans have none even in an empty ward."""
    say("There is no schedule. These together leave none, and it takes every one of them:")
    for reason in schedule.reasons:
        say(f"  - {reason}")
    for name, reasons in schedule.no_way.items():
        own = (reason.removeprefix(f"{name}, ") for reason in reasons)
        say(f"{name} has no days even in an empty ward: {'; '.join(own)}")
    if schedule.no_way:
        stay = " ".join(["--stay", *schedule.no_way])
        say(f"To leave these as they stand, for a person to decide, add: {stay}")


def schedule_as_dict(
    schedule: Schedule, asked: ScheduleOrder, labels: Mapping[str, str]
) -> dict[str, Any]:
    """Return everything as plain values for JSON."""
    return {
        "from": asked.between.first.isoformat(),
        "to": asked.between.last.isoformat(),
        "cost": schedule.cost,
        "at_least": schedule.bound,
        "reasons_for_none": list(schedule.reasons),
        "plans_without_days": {name: list(why) for name, why in schedule.no_way.items()},
        "overtime_hours": {
            day.isoformat(): length.total_seconds() / 3600
            for day, length in schedule.overtime.items()
        },
        "visits": [_seat_as_dict(one, labels, asked) for one in sorted(schedule.seats, key=_key)],
        "plans": [_plan_as_dict(one) for one in schedule.replanned],
        "stays": [
            {
                "plan": one.name,
                "places": list(one.places),
                "date": one.stands.isoformat(),
                "why": one.why_fixed,
            }
            for one in schedule.stuck
        ],
    }


def _say_seats(
    columns: Sequence[TextColumn], seats: Sequence[Seat], rows: Sequence[list[str]]
) -> None:
    if seats:
        say()
        say_table(columns, rows, ("  ".join(filter(None, row)) for row in rows))


def _key(seat: Seat) -> tuple[Any, ...]:
    return seat.day, seat.begins is None, seat.begins, seat.booking.name, seat.booking.places


def _move(seat: Seat, labels: Mapping[str, str], asked: ScheduleOrder) -> list[str]:
    days = [f"{day:%a %d-%b-%Y}" for day in (seat.booking.stands, seat.day)]
    because = asked.why_moves(seat)
    return [days[0], f"to {days[1]}", _clock(seat.begins), *_whose(seat, labels), because]


def _time(seat: Seat, labels: Mapping[str, str]) -> list[str]:
    times = [_clock(seat.begins), _clock(seat.ends)]
    return [f"{seat.day:%a %d-%b-%Y}", *times, *_whose(seat, labels)]


def _whose(seat: Seat, labels: Mapping[str, str]) -> list[str]:
    name = seat.booking.name
    label = f" ({labels[name]})" if name in labels else ""
    return [f"{name}{label}", "; ".join(seat.booking.places)]


def _clock(time: Any) -> str:
    return "" if time is None else f"{time:%H:%M}"


def _seat_as_dict(seat: Seat, labels: Mapping[str, str], asked: ScheduleOrder) -> dict[str, Any]:
    name = seat.booking.name
    return {
        "plan": name,
        **({"label": labels[name]} if name in labels else {}),
        "places": list(seat.booking.places),
        "stands": seat.booking.stands.isoformat(),
        "date": seat.day.isoformat(),
        "begins": _clock(seat.begins),
        "ends": _clock(seat.ends),
        **({"because": asked.why_moves(seat)} if seat.moves else {}),
    }


def _plan_as_dict(one: Replanned) -> dict[str, Any]:
    from schedules.review.course_diff import new_findings, rows_that_differ

    return {
        "plan": one.name,
        "changes": [change.model_dump(mode="json") for change in one.changes],
        "rows": [row.as_dict() for row in rows_that_differ(one.before, one.after)],
        "findings": [found.as_dict() for found in new_findings(one.before, one.after)],
    }
