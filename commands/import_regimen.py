"""The command ``import``: a draft regimen file from a FHIR PlanDefinition."""

from __future__ import annotations

import argparse
from pathlib import Path

from commands.inputs import read_file, read_knowledge_as_kept
from commands.line import DONE, Commands, say, say_error
from dosing.drugs.file_model import Place
from dosing.errors import refuse

_DRAFT = ".draft"


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="a PlanDefinition of FHIR R4, alone or in a bundle"
    )
    parser.add_argument(
        "--out", type=Path, metavar="DRAFT", help="the file to write: rituximab.yaml.draft"
    )


def _import(args: argparse.Namespace) -> int:
    """Write a draft, and say what is open in it."""
    from schedules.library.draft_text import draft_text
    from schedules.library.read_plan_definition import read_plan_definition
    from schedules.outputs.formats import write_all

    if args.out is not None and args.out.suffix != _DRAFT:
        why = "is no name of a draft"
        refuse("out", args.out.name, why=why, write=f"{args.out.stem}.yaml{_DRAFT}")
    content = read_file(args.file, "file", "give a PlanDefinition of FHIR R4 as JSON")
    draft = read_plan_definition(content, read_knowledge_as_kept(args).drugs)
    text = draft_text(draft, args.file.name)
    if args.out is None:
        say(text.rstrip("\n"))
    else:
        write_all([(args.out, text.encode())])
        say(f"Draft written: {args.out.name}. It is not used for planning.")
    say_error(f"open: {_in_words(place)}: {question}" for place, question in draft.questions)
    return DONE


def _in_words(place: Place) -> str:
    """Return a place in a draft: phases 1, medicines 2, drug."""
    parts = (f" {part + 1}" if isinstance(part, int) else f", {part}" for part in place)
    return "".join(parts).removeprefix(", ")


COMMANDS: Commands = {"import": (_options, _import)}
