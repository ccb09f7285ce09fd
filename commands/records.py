"""The command line of the records: verify, export, restore, erase."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from commands.line import DONE, STOPPED, Parser, add_command, run, say, say_error
from dosing.errors import refuse

if TYPE_CHECKING:
    from records.store import Store


HERE = Path(__file__).resolve().parent.parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and run it."""
    parser = Parser(
        prog="python -m records",
        allow_abbrev=False,
        description="Prove, copy and erase the records.",
        epilog="The records are where POSOLOGY_DATABASE_URL or POSOLOGY_DATA says, otherwise in "
        "data/ beside the program. Exit codes: 0 done, 2 bad input, 3 the chain is broken.",
    )
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="verify | export | restore | erase"
    )
    verifying = add_command(commands, "verify", _verify, "prove that no record was changed")
    verifying.add_argument(
        "--head",
        default="",
        metavar="HASH",
        help="a head printed earlier, which must be in the chain",
    )
    verifying.add_argument("--json", action="store_true", help="print JSON")
    exporting = add_command(commands, "export", _export, "write everything as JSON lines")
    exporting.add_argument("--out", type=Path, required=True, metavar="FILE")
    restoring = add_command(commands, "restore", _restore, "read an export into an empty store")
    restoring.add_argument("file", type=Path, metavar="FILE")
    erasing = add_command(commands, "erase", _erase, "erase what was written about one label")
    erasing.add_argument("label", metavar="LABEL", help="as it stands on the plan")
    erasing.add_argument("--why", required=True, help="the reason, which stays in the records")
    erasing.add_argument("--who", required=True, help="name or initials of who erases it")
    asked = parser.parse_args(sys.argv[1:] if arguments is None else arguments)
    return run(lambda: int(asked.run(asked)))


def _store(*, empty: bool = False) -> Store:
    """Open the records; only a restoration may begin them."""
    from records.database import database_url, exists
    from records.store import open_store

    url = database_url(os.environ, HERE)
    if not empty and not exists(url):
        refuse("records", str(url.database), why="is not there", accepted="look at POSOLOGY_DATA")
    return open_store(url)


def _verify(asked: argparse.Namespace) -> int:
    verdict = _store().verify(head=asked.head)
    if asked.json:
        say(json.dumps(verdict.as_dict(), indent=2))
    if verdict.broken is not None:
        say_error([f"The chain is broken: {verdict.broken}."])
        return STOPPED
    if not asked.json:
        erased = f", {verdict.erased} texts erased" if verdict.erased else ""
        say(f"{verdict.entries} records hold{erased}. Head: {verdict.head or 'none yet'}")
    return DONE


def _export(asked: argparse.Namespace) -> int:
    from records.transfer import export

    store = _store()
    part = asked.out.with_name(f".{asked.out.name}.{os.getpid()}.part")
    try:
        # It tells of patients: readable for its owner alone.
        with open(
            os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600),
            "w",
            encoding="utf-8",
            newline="\n",
        ) as out:
            out.writelines(export(store.engine))
        part.replace(asked.out)
    except OSError as error:
        part.unlink(missing_ok=True)
        refuse(
            "file",
            str(asked.out),
            why=f"cannot be written ({error.strerror})",
            accepted="give a path in a folder that exists",
        )
    say(f"Written: {asked.out.name}. It holds everything: keep it as you keep the records.")
    return DONE


def _restore(asked: argparse.Namespace) -> int:
    from records.transfer import restore

    try:
        lines = asked.file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        refuse("file", str(asked.file), why="cannot be read", accepted="give the path of an export")
    verdict = restore(_store(empty=True).engine, lines)
    say(f"{verdict.entries} records restored, and they hold. Head: {verdict.head or 'none yet'}")
    return DONE


def _erase(asked: argparse.Namespace) -> int:
    from records.roles import Actor

    # Whoever may run this on the machine of the records administers them; no sign-in proves it.
    actor = Actor(name=asked.who, role="administrator", verified=False)
    now = dt.datetime.now(tz=dt.UTC)
    plans = _store().erase(asked.label, actor, why=asked.why, at=now)
    say(f"Erased: {len(plans)} plan{'' if len(plans) == 1 else 's'}. The chain still holds.")
    return DONE
