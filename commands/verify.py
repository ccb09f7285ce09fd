"""A dose is verified at the points of the site: ``posology verify``.

The figures of the plan are not shown, because one of the points is blind.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from commands.inputs import add_json, compute_course, read_library_for
from commands.line import DONE, STOPPED, Commands, say, say_error, say_json
from commands.records import last_saved, open_store
from dosing.clock import now
from dosing.errors import InputError, Problem, refuse

if TYPE_CHECKING:  # the store brings SQLAlchemy
    from records.roles import Actor
    from records.store import Store
    from records.verified import VerifiedPoint
    from schedules.course.course import Course
    from schedules.course.rows import Administration
    from schedules.knowledge.library import Library
    from schedules.knowledge.site import Point
    from schedules.plans.plan import Plan

_SHOWN = 5
_BLIND = ("weight", "height", "dose")


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "plan", metavar="PLAN", help="the id of a signed plan in the records, or its plan file"
    )
    parser.add_argument(
        "--at",
        default="",
        metavar="DOSE",
        help='which dose, such as "cycle 1 day 1"; left out, the doses are listed',
    )
    parser.add_argument(
        "--who",
        default="",
        metavar="INITIALS",
        help="name or initials of who verifies it; left out, nothing is recorded",
    )
    parser.add_argument("--role", default="", metavar="ROLE", help="of who verifies it: nurse")
    for name in _BLIND:
        parser.add_argument(
            f"--{name}",
            default="",
            metavar=name.upper(),
            help="at the blind point, as measured or looked up anew, with its unit",
        )
    add_json(parser)


def _verify(args: argparse.Namespace) -> int:
    store = open_store()
    plan = last_saved(store, args.plan)
    library = read_library_for(args, plan)
    if not library.site.verify.points:
        accepted = "state them under verify in site.yaml"
        refuse("verify", "", why="demands no point here", accepted=accepted)
    course = compute_course(plan, library)
    if not args.at:
        return _list(args, store, course, library)
    row = _find(course, args.at)
    if args.who or args.role:
        return _record(args, store, plan, library, row)
    return _show(args, store, plan, library, row)


def _find(course: Course, typed: str) -> Administration:
    """Return the dose that was named by its place, with its drug where several are given there."""
    named = [row for row in course.rows if typed in (row.id, _name(row))]
    rows = named or [row for row in course.rows if typed == row.place]
    if len(rows) != 1:
        choice = rows or course.rows
        why = "is more than one dose" if rows else "is not in this course"
        shown = "; ".join(_name(row) for row in choice[:_SHOWN])
        refuse("at", typed, why=why, accepted=f"{shown}{' ...' if len(choice) > _SHOWN else ''}")
    return rows[0]


def _name(row: Administration) -> str:
    return f"{row.place}, {row.name}"


def _list(args: argparse.Namespace, store: Store, course: Course, library: Library) -> int:
    doses = [
        {
            "dose": _name(row),
            "day": f"{row.date:%Y-%m-%d}",
            **_state(store, course.plan, library, row.id),
        }
        for row in course.rows
    ]
    if args.json:
        say_json(doses)
    else:
        for one in doses:
            next_one = f"next {one['next']}" if one["next"] else "every point is passed"
            say(f"{one['dose']}: {one['day']}: {next_one}")
    return DONE


def _show(
    args: argparse.Namespace, store: Store, plan: Plan, library: Library, row: Administration
) -> int:
    from records.points import points_of_dose
    from records.verified import tell_points

    state = {"dose": _name(row), **_state(store, plan, library, row.id)}
    if args.json:
        say_json(state)
        return DONE
    for one in tell_points(library.site.verify, points_of_dose(store, plan.record_id, row.id)):
        say(one)
    say(f"Next: {state['next']}" if state["next"] else "Every point is passed.")
    return DONE


def _state(store: Store, plan: Plan, library: Library, dose: str) -> dict[str, Any]:
    from records.points import points_of_dose
    from records.verified import next_point

    done = points_of_dose(store, plan.record_id, dose)
    point: Point | None = next_point(library.site.verify, done)
    return {
        "verified": [_as_dict(one) for one in done],
        "next": point,
        "blind": point is not None and point == library.site.verify.blind,
    }


def _as_dict(one: VerifiedPoint) -> dict[str, Any]:
    return {
        "point": one.point,
        "by": one.by.name,
        "role": one.by.role,
        "at": one.at.isoformat(timespec="seconds"),
        "passed": one.agrees,
        "differs_in": one.differs_in,
    }


def _record(
    args: argparse.Namespace, store: Store, plan: Plan, library: Library, row: Administration
) -> int:
    from records.points import verify_point

    actor = _actor(args)
    entered = {name: getattr(args, name) for name in _BLIND}
    found = verify_point(store, plan, library, actor, dose_id=row.id, entered=entered, at=now())
    if args.json:
        state = _state(store, plan, library, row.id)
        say_json({"dose": _name(row), **_as_dict(found), "next": state["next"]})
    else:
        say(found.without_figures)
    if found.agrees:
        return DONE
    say_error(["Not passed. Do not give it: find out which is right, or correct the plan."])
    return STOPPED


def _actor(args: argparse.Namespace) -> Actor:
    from records.roles import ROLES, Actor

    missing = [
        Problem(field=name, typed="", why="is missing", accepted=accepted)
        for name, accepted in (("who", "write initials"), ("role", f"write {', '.join(ROLES)}"))
        if not getattr(args, name)
    ]
    if missing:
        raise InputError(*missing)
    if args.role not in ROLES:
        refuse("role", args.role, why="is not a role", accepted=", ".join(ROLES))
    # Nothing in a terminal proves who somebody is.
    return Actor(name=args.who, role=args.role, verified=False)


COMMANDS: Commands = {"verify": (_options, _verify)}
