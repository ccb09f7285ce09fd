"""The commands on the library: list, show, check, diff, read-back, new, schema."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands.inputs import now, read_knowledge
from commands.line import DONE, add_command, say
from dosing.errors import KnowledgeError, refuse

if TYPE_CHECKING:
    from dosing.drugs.drug import Drug
    from dosing.drugs.file_model import FileModel
    from schedules.knowledge.regimen import Regimen


def library_commands(commands: Any) -> None:
    """Add the commands on the library to a command line."""
    listing = add_command(commands, "list", _list, "list the regimens")
    listing.add_argument(
        "--search", default="", metavar="TEXT", help="a disease, drug, route or status"
    )
    listing.add_argument(
        "--jurisdiction",
        default="",
        metavar="PLACE",
        choices=("US", "EU", "UK", "AU", "CA-ON"),
        help="those of US, EU, UK, AU or CA-ON, and of none",
    )
    listing.add_argument("--json", action="store_true", help="print JSON")
    showing = add_command(commands, "show", _show, "show a regimen as a pharmacist reads it")
    showing.add_argument("id", metavar="ID")
    showing.add_argument("--json", action="store_true", help="print JSON")
    checking = add_command(
        commands, "check", _check, "check every file and replay every worked example"
    )
    checking.add_argument(
        "--strict", action="store_true", help="hold every file to the rules for authors too"
    )
    checking.add_argument("--json", action="store_true", help="print JSON")
    differing = add_command(
        commands, "diff", _diff, "say what differs between two versions of a file"
    )
    differing.add_argument("old", type=Path, metavar="OLD", help="a regimen or drug file")
    differing.add_argument("new", type=Path, metavar="NEW", help="another version of it")
    differing.add_argument("--json", action="store_true", help="print JSON")
    reading = add_command(commands, "read-back", _read_back, "read back every figure of a file")
    reading.add_argument(
        "files", type=Path, nargs="+", metavar="FILE", help="a regimen or drug file"
    )
    reading.add_argument(
        "--write",
        action="store_true",
        help="write it into the file, once compared with the sources",
    )
    add_command(commands, "new", _new, "ask for a new regimen and write its file, once it holds")
    schema = add_command(
        commands, "schema", _schema, "print the JSON schema of a file, for an editor"
    )
    schema.add_argument("kind", metavar="KIND", help="regimen, drug, site or plan")


def _list(asked: argparse.Namespace) -> int:
    from schedules.library.reader import summary

    library = read_knowledge(asked)
    fitting = library.search(asked.search)
    if asked.jurisdiction:
        fitting = [one for one in fitting if one.jurisdiction in ("", asked.jurisdiction)]
    found = [summary(library, regimen) for regimen in fitting]
    if asked.json:
        say(json.dumps(found, indent=2, ensure_ascii=False))
        return DONE
    width = max((len(entry["id"]) for entry in found), default=0)
    for entry in found:
        say(
            f"{entry['id']:<{width}}  {entry['title']}  "
            f"({entry['status']}, version {entry['version']})"
        )
    if not found:
        say(f'No regimen has "{asked.search}" in its title, diseases, drugs, routes or status.')
    return DONE


def _show(asked: argparse.Namespace) -> int:
    from schedules.library.regimen_page import page

    library = read_knowledge(asked, only=asked.id)
    regimen = library.regimen(asked.id)
    if asked.json:
        say(regimen.model_dump_json(indent=2, by_alias=True))
    else:
        say("\n".join(page(regimen, library)))
    return DONE


def _check(asked: argparse.Namespace) -> int:
    problems: Sequence[str] = ()
    counts = (0, 0, 0)
    try:
        library = read_knowledge(asked)
        examples = sum(len(regimen.examples) for regimen in library.regimens.values())
        counts = (len(library.regimens), len(library.drugs), examples)
        if asked.strict:
            from schedules.library.author_rules import findings

            problems = findings(library, asked.library, now().date())
    except KnowledgeError as error:
        problems = error.problems
    if asked.json:
        names = ("regimens", "drugs", "examples")
        say(
            json.dumps(
                {**dict(zip(names, counts, strict=True)), "problems": list(problems)}, indent=2
            )
        )
    if problems:
        raise KnowledgeError(*problems)
    if not asked.json:
        say(
            f"{counts[0]} regimens and {counts[1]} drugs hold; "
            f"{counts[2]} worked examples reproduce"
            f"{'; every rule for authors is kept' if asked.strict else ''}."
        )
    return DONE


def _diff(asked: argparse.Namespace) -> int:
    from schedules.library.file_diff import differences
    from schedules.library.reader import read_version

    versions: list[Regimen | Drug] = []
    problems: list[str] = []
    for path in (asked.old, asked.new):
        try:
            versions.append(read_version(path))
        except KnowledgeError as error:
            problems += error.problems
    if problems:
        raise KnowledgeError(*problems)
    found = differences(*versions)
    if asked.json:
        old, new = ({"id": version.id, "version": version.version} for version in versions)
        content = {"old": old, "new": new, "differences": [entry.as_dict() for entry in found]}
        say(json.dumps(content, indent=2, ensure_ascii=False))
        return DONE
    for entry in found:
        say(entry.text)
    if not found:
        say("No difference.")
    return DONE


def _read_back(asked: argparse.Namespace) -> int:
    from schedules.library.read_back_file import read_back_of, write_read_back

    for path in asked.files:
        for line in read_back_of(path):
            say(line)
        if asked.write:
            write_read_back(path)
    return DONE


def _new(asked: argparse.Namespace) -> int:
    from schedules.library.new_regimen import new_regimen

    def ask(question: str) -> str:
        try:
            return input(question)
        except EOFError:
            refuse("answers", "", why="end too early", accepted="answer all")

    path = new_regimen(asked.library, read_knowledge(asked), ask, say, now().date())
    say(f"\nWritten and checked: {path.name}. It is under review until a clinician endorses it.")
    return DONE


def _schema(asked: argparse.Namespace) -> int:
    from dosing.drugs.drug import Drug
    from schedules.knowledge.regimen import Regimen
    from schedules.knowledge.site import Site
    from schedules.plans.plan import Plan

    kinds: dict[str, type[FileModel]] = {
        "regimen": Regimen,
        "drug": Drug,
        "site": Site,
        "plan": Plan,
    }
    if asked.kind not in kinds:
        refuse("schema", asked.kind, why="is not a kind of file", write=f"{', '.join(kinds)}")
    say(json.dumps(kinds[asked.kind].model_json_schema(), indent=2))
    return DONE
