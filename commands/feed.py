"""The links under which a saved plan's calendar is subscribed to: ``posology feed``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from commands.inputs import (
    compute_course,
    read_knowledge_as_kept,
    read_library_for,
    say_unacknowledged,
)
from commands.line import DONE, STOPPED, Commands, say, say_error
from commands.records import last_saved, open_store
from dosing.clock import now
from dosing.errors import refuse

if TYPE_CHECKING:  # the store brings SQLAlchemy
    from records.feeds import Feed
    from records.roles import Actor
    from schedules.knowledge.library import Library

# What the person who is told a link has to know of it.
_TOLD_ONCE = (
    "This link is shown this once. Whoever has it reads the calendar: give it to nobody else."
)


def _make_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "plan",
        metavar="PLAN",
        nargs="?",
        default="",
        help="the id of a plan in the records, or its plan file",
    )
    parser.add_argument(
        "--ward",
        default="",
        metavar="WORDS",
        help="instead of one plan all whose labels begin with these words: ward-7",
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
        help="where Posology is reached, if not as site.yaml has it: https://posology.hospital.example",
    )
    parser.add_argument(
        "--sheet",
        type=Path,
        metavar="FILE",
        help="also write the patient's sheet (PDF) with the link as a code to scan",
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
    if bool(args.plan) == bool(args.ward):
        why = "is missing" if not args.plan else "is given beside a ward"
        refuse("plan", args.plan, why=why, accepted="name a plan, or a ward by --ward")
    if args.audience != "patient":
        for field, given in (("clinical", args.clinical), ("sheet", args.sheet)):
            if given:
                why = "is for a patient: every other link names drug and dose"
                refuse(field, "", why=why, accepted="leave it out")
    return _make_for_ward(args) if args.ward else _make_for_plan(args)


def _make_for_ward(args: argparse.Namespace) -> int:
    from records.feeds import make_ward_feed

    store, library = open_store(), read_knowledge_as_kept(args)
    token, feed = make_ward_feed(
        store, args.ward, _actor(args), audience=args.audience, days=args.days, at=now()
    )
    _tell(feed, _link(args, library, token))
    return DONE


def _make_for_plan(args: argparse.Namespace) -> int:
    from records.feeds import make_feed

    actor, store, at = _actor(args), open_store(), now()
    plan = last_saved(store, args.plan)
    library = read_library_for(args, plan)
    course = compute_course(plan, library)
    if course.stopped or course.unacknowledged:
        from commands.course_text import print_course

        print_course(course, as_json=False)
        say_unacknowledged(course)
        return STOPPED
    discreet = args.audience == "patient" and not args.clinical
    token, feed = make_feed(
        store,
        plan.record_id,
        actor,
        audience=args.audience,
        discreet=discreet,
        days=args.days,
        at=at,
    )
    link = _link(args, library, token)
    if args.sheet:
        from schedules.outputs.formats import Job, pick, write_all

        job = Job(course=course, library=library, printed_at=at, link=link)
        form = pick("pdf", "patient", discreet=discreet)
        write_all([(args.sheet, form.write(job))])
    _tell(feed, link)
    return DONE


def _link(args: argparse.Namespace, library: Library, token: str) -> str:
    from records.feeds import link_of

    return link_of(args.address or library.site.address, token)


def _tell(feed: Feed, link: str) -> None:
    say(f"Link {feed}")
    say(link)
    say_error([_TOLD_ONCE])


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
