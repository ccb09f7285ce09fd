"""The command ``read-in``: the figures of a file, typed in without seeing them, and compared."""

from __future__ import annotations

import argparse
from pathlib import Path

from commands.line import DONE, STOPPED, Commands, say
from dosing.clock import now
from dosing.errors import Problems, refuse

_ROLES = "such as pharmacist"


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="a file in regimens/, drugs/ or terms/"
    )
    parser.add_argument("--who", default="", metavar="NAME", help="who types the figures in")
    parser.add_argument("--role", default="", metavar="ROLE", help=f"in which role, {_ROLES}")
    parser.add_argument(
        "--sign",
        choices=("written", "checked"),
        help="sign the reading as who wrote or checked the file, if every figure agrees",
    )


def _read_in(args: argparse.Namespace) -> int:
    from schedules.knowledge.reading.page import read_aloud
    from schedules.knowledge.signed import Signer
    from schedules.library.one_file import read_version
    from schedules.library.read_in import read_in
    from schedules.library.reading_file import signed_in, write_signed

    problems = Problems()
    for field, text in (("who", args.who), ("role", args.role)):
        if not text.strip() or not text.isprintable() or "," in text:
            why = "has a comma or cannot be printed" if text.strip() else "is missing"
            problems.add(
                field, text, why=why, write="a name and a role: --who AB --role pharmacist"
            )
    problems.raise_if_any()
    reading = read_aloud(read_version(args.file))
    found = read_in(reading, _ask)
    for figure, typed in found.differ:
        say(f"DIFFERS  {figure.question}\n  typed: {typed.strip() or 'nothing'}")
        say(f"  the file has: {figure.stands}")
    by = Signer(
        name=args.who.strip(), role=args.role.strip(), on=now().date(), meaning=reading.meaning
    )
    every = found.agree + len(found.differ)
    if every:
        say(f"{found.agree} of {every} figures of {args.file.name} agree, read in blind by {by}.")
    else:
        say(f"{args.file.name} has no figures: its words are compared by reading them aloud.")
    if found.differ:
        return STOPPED
    if args.sign is not None:
        write_signed(args.file, reading, signed_in(args.file).by(args.sign, by))
        say(f"Signed as {args.sign}, for the meaning {by.meaning}. It is a claim until proved.")
    return DONE


def _ask(question: str) -> str:
    try:
        return input(question)
    except EOFError:
        refuse("answers", "", why="are incomplete", accepted="type a figure for every gap")


COMMANDS: Commands = {"read-in": (_options, _read_in)}
