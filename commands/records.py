"""The records alone, ``python -m records``: verify, export, restore, erase."""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from commands.inputs import add_json, read_plan
from commands.line import DONE, STOPPED, Commands, say, say_error
from commands.progress import progress_bar
from dosing.clock import now
from dosing.errors import InputError, refuse

if TYPE_CHECKING:  # the store brings SQLAlchemy
    from records.chain import Proved
    from records.store import Store
    from schedules.plans.plan import Plan

# What a shell makes of Ctrl-C: nothing is proved, nothing is wrong.
INTERRUPTED = 130
_MINUTE = "%d-%b-%Y %H:%M UTC"


# Ten times a plan with a hundred changes.
_LONGEST_LINE = 2_000_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and run it."""
    from commands.posology import RECORDS
    from commands.program import start

    return start(RECORDS, arguments, called="python -m records")


def _verify_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        type=Path,
        nargs="?",
        metavar="FILE",
        help="a copy of the records, such as a backup, to verify in their place; only read",
    )
    parser.add_argument(
        "--head",
        default="",
        metavar="HEAD",
        help="a head printed earlier, which must be in the chain, or the record that stands on a "
        'paper, such as "1234 9f3a4c5d6e7f"',
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on from the row up to which the last run proved them, instead of the first",
    )
    add_json(parser)


def _export_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the file to write")


def _restore_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="an export of the records")


def _erase_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("label", metavar="LABEL", help="as it stands on the plan")
    parser.add_argument("--why", required=True, help="the reason, which stays in the records")
    parser.add_argument("--who", required=True, help="name or initials of who erases it")


def open_store(*, empty: bool = False) -> Store:
    """Open the records; only a restoration may begin them."""
    from records.database import database_url, exists
    from records.place import heads_file, home_of_records
    from records.store import open_store as open_it

    url = database_url(os.environ, home_of_records())
    if not empty and not exists(url):
        refuse("records", str(url.database), why="is not there", accepted="look at POSOLOGY_DATA")
    return open_it(url, heads_file(os.environ))


def last_saved(store: Store, typed: str) -> Plan:
    """Return the newest saved version of a plan, named by its id or by its file."""
    path = Path(typed)
    name = read_plan(path).record_id if path.is_file() else typed
    versions = store.versions(name)
    plan = versions[-1].plan if versions else None
    if plan is None:
        why = "was erased" if versions else "is not in the records"
        refuse("plan", typed, why=why, accepted="hand it over on the Plan page first")
    return plan


def _open_copy(file: Path) -> Store:
    from records.place import heads_file
    from records.store import open_copy_of_store

    return open_copy_of_store(file, heads_file(os.environ))


def _verify(args: argparse.Namespace) -> int:
    with contextlib.closing(_open_copy(args.file) if args.file else open_store()) as store:
        return _verify_store(store, args)


def _verify_store(store: Store, args: argparse.Namespace) -> int:
    from records.chain import NOTHING_PROVED, Proved
    from records.place import proved_file
    from records.proved import recall

    start, proved_at = NOTHING_PROVED, None
    if args.resume:
        start, proved_at = recall(proved_file(), store.engine.url)
    proved, of = start, store.count_entries()

    with progress_bar("Verifying the records", of) as show:

        def tell(so_far: Proved) -> None:
            nonlocal proved
            proved = so_far
            show(so_far.entries)

        try:
            verdict = store.verify(head=args.head, after=start, tell=tell)
        except KeyboardInterrupt:
            _remember(store, proved, proved_at)
            say_error([_how_far(proved, of)])
            return INTERRUPTED
    earlier = "" if proved_at is None else f"{start.entries} of them proved {proved_at:{_MINUTE}}"
    if args.json:
        more = {"proved_earlier": earlier or None, "heads": str(store.heads or "") or None}
        say(json.dumps({**verdict.as_dict(), **more}, indent=2))
    if verdict.broken is not None:
        say_error([f"The chain is broken: {verdict.broken}.", _where_heads(store)])
        return STOPPED
    _remember(store, Proved(entries=verdict.entries, head=verdict.head), proved_at)
    if not args.json:
        erased = f", {verdict.erased} texts erased" if verdict.erased else ""
        earlier = f" ({earlier}, not read again)" if earlier else ""
        say(f"{verdict.entries} records hold{erased}{earlier}. Head: {verdict.head or 'none yet'}")
    say_error([*store.notes(now()), _where_heads(store)])
    return DONE


def _where_heads(store: Store) -> str:
    from records.place import where_heads_are

    return where_heads_are(store.heads)


def _remember(store: Store, proved: Proved, proved_at: dt.datetime | None) -> None:
    """Keep how far the chain is proved, since the first time that any of it was."""
    from records.place import proved_file
    from records.proved import remember

    at = proved_at or now()
    try:
        remember(proved_file(), store.engine.url, proved, at)
    except InputError as error:
        say_error(map(str, error.problems))


def _how_far(proved: Proved, of: int) -> str:
    return (
        f"Interrupted: the first {proved.entries} of {of} records hold. "
        "To go on from there: posology records verify --resume"
    )


def _export(args: argparse.Namespace) -> int:
    from records.transfer import export
    from schedules.outputs.formats import refuse_no_file

    refuse_no_file(args.out)
    store = open_store()
    part = args.out.with_name(f".{args.out.name}.{os.getpid()}.part")
    try:
        # It tells of patients: readable for its owner alone.
        with os.fdopen(
            os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600),
            "w",
            encoding="utf-8",
            newline="\n",
        ) as out:
            out.writelines(export(store.engine))
        part.replace(args.out)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        refuse(
            "file",
            str(args.out),
            why=f"cannot be written ({error.strerror})",
            accepted="give a path in a folder that exists",
        )
    say(f"Written: {args.out.name}. It holds everything: keep it as you keep the records.")
    say_error([_where_heads(store)])
    return DONE


def _restore(args: argparse.Namespace) -> int:
    from records.transfer import restore

    try:
        with args.file.open(encoding="utf-8") as file:
            # A line without an end comes in pieces, the first of which is refused.
            lines = iter(lambda: file.readline(_LONGEST_LINE), "")
            store = open_store(empty=True)
            verdict = restore(store.engine, lines)
    except (OSError, UnicodeDecodeError):
        refuse("file", str(args.file), why="cannot be read", accepted="give the path of an export")
    store.keep_head(now())
    say(f"{verdict.entries} records restored, and they hold. Head: {verdict.head or 'none yet'}")
    say_error([_where_heads(store)])
    return DONE


def _erase(args: argparse.Namespace) -> int:
    from records.roles import Actor

    # Whoever may run this on the machine of the records administers them; no sign-in proves it.
    actor = Actor(name=args.who, role="administrator", verified=False)
    store, at = open_store(), now()
    odd = store.check_clock(at)
    plans = store.erase(args.label, actor, why=args.why, at=at)
    drafts = _forget_drafts(args.label, at)
    typed = f" Deleted: {drafts} draft{'' if drafts == 1 else 's'}." if drafts else ""
    say(f"Erased: {len(plans)} plan{'' if len(plans) == 1 else 's'}.{typed} The chain still holds.")
    say_error([*([odd] if odd else []), _where_heads(store)])
    return DONE


def _forget_drafts(label: str, at: dt.datetime) -> int:
    from records.drafts import LASTS, Drafts, drafts_file
    from records.place import home_of_records

    try:
        return Drafts(drafts_file(os.environ, home_of_records())).forget(label, at)
    except OSError:
        days = f"{LASTS.days} day"
        refuse(
            "drafts",
            "",
            why="were not deleted, though the plans were erased",
            accepted=f"let this user write their file; they delete themselves after {days}",
        )


COMMANDS: Commands = {
    "verify": (_verify_options, _verify),
    "export": (_export_options, _export),
    "restore": (_restore_options, _restore),
    "erase": (_erase_options, _erase),
}
