"""The links under which a saved plan's calendar is subscribed to: ``posology feed``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from commands.inputs import compute_course, read_library_for, read_plan, say_unacknowledged
from commands.line import DONE, STOPPED, Commands, say, say_error
from commands.records import open_store
from dosing.clock import now
from dosing.errors import refuse

if TYPE_CHECKING:  # the store brings SQLAlchemy
    from records.roles import Actor
    from records.store import Store
    from schedules.plans.plan import Plan

# What the person who is told a link has to know of it.
_TOLD_ONCE = (
    "This link is shown this once. Whoever has it reads the calendar: give it to nobody else."
)


def _make_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "plan", metavar="PLAN", help="the id of a plan in the records, or its plan file"
    )
    parser.add_argument(
        "--audience", required=True, metavar="WHO", help="for whom: ward, pharmacy or patient"
    )
    parser.add_argument(
        "--days", required=True, type=int, metavar="N", help="how long the link holds: 1 to 366"
    )
    parser.add_argument(
        "--clinical",
        action="store_true",
        help="name drug and dose to the patient too; the ward's and the pharmacy's always do",
    )
    parser.add_argument(
        "--address",
        default="",
        metavar="URL",
        help="where Posology is reached, to print the whole link: https://posology.hospital.example",
    )
    _add_who(parser)


def _revoke_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", type=int, metavar="NUMBER", help="of the link, as list shows it")
    _add_who(parser)


def _add_who(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--who", required=True, metavar="INITIALS", help="name or initials of who does it"
    )


def _no_options(_: argparse.ArgumentParser) -> None:
    """Take nothing."""


def _actor(args: argparse.Namespace) -> Actor:
    from records.roles import Actor

    # Whoever may run this on the machine of the records administers them; no sign-in proves it.
    return Actor(name=args.who, role="administrator", verified=False)


def _make(args: argparse.Namespace) -> int:
    from records.feeds import make_feed

    if args.clinical and args.audience != "patient":
        why = "is for a patient: every other link names drug and dose"
        refuse("clinical", "", why=why, accepted="leave it out")
    actor, store, at = _actor(args), open_store(), now()
    plan = _last_saved(store, args.plan)
    course = compute_course(plan, read_library_for(args, plan))
    if course.stopped or course.unacknowledged:
        from commands.course_text import print_course

        print_course(course, as_json=False)
        say_unacknowledged(course)
        return STOPPED
    token, feed = make_feed(
        store,
        plan.record_id,
        actor,
        audience=args.audience,
        discreet=args.audience == "patient" and not args.clinical,
        days=args.days,
        at=at,
    )
    say(f"Link {feed}")
    say(f"{args.address.rstrip('/')}/feed/{token}.ics")
    say_error([_TOLD_ONCE])
    return DONE


def _last_saved(store: Store, typed: str) -> Plan:
    """Return the newest saved version of a plan, named by its id or by its file."""
    path = Path(typed)
    name = read_plan(path).record_id if path.is_file() else typed
    versions = store.versions(name)
    plan = versions[-1].plan if versions else None
    if plan is None:
        why = "was erased" if versions else "is not in the records"
        refuse("plan", typed, why=why, accepted="hand it over on the Plan page first")
    return plan


def _list(_: argparse.Namespace) -> int:
    from records.feeds import list_feeds

    links, at = list_feeds(open_store()), now()
    for feed in links:
        ended = "" if feed.revoked or feed.is_open(at) else ", ended"
        say(f"{feed}{ended}")
    if not links:
        say("No link was made.")
    return DONE


def _revoke(args: argparse.Namespace) -> int:
    from records.feeds import revoke_feed

    feed = revoke_feed(open_store(), args.number, _actor(args), at=now())
    say(f"Link {feed}")
    say_error(["What a program has read from it stays there until its owner takes it out."])
    return DONE


COMMANDS: Commands = {
    "make": (_make_options, _make),
    "list": (_no_options, _list),
    "revoke": (_revoke_options, _revoke),
}
