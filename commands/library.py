"""The commands on the library and its files: list, show, safety, check, diff and the others."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from commands.columns import TextColumn, say_table
from commands.inputs import (
    add_json,
    add_regimen,
    as_records_know,
    library_folder,
    read_knowledge,
    read_knowledge_as_kept,
)
from commands.line import BAD_INPUT, DONE, Commands, say, say_json
from dosing.clock import now
from dosing.errors import KnowledgeError, refuse

if TYPE_CHECKING:  # the engine takes longer to import than a help takes to print
    from dosing.drugs.drug import Drug
    from dosing.drugs.file_model import FileModel
    from schedules.knowledge.library import Library
    from schedules.knowledge.regimen import Regimen
    from schedules.knowledge.terms import TermsFile
    from schedules.library.file_diff import Version


def _list_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--search",
        default="",
        metavar="TEXT",
        help="a disease, drug, brand, route or status",
    )
    parser.add_argument(
        "--jurisdiction",
        default="",
        metavar="PLACE",
        choices=("US", "EU", "UK", "AU", "CA-ON"),
        help="those of US, EU, UK, AU or CA-ON, and those of no one place",
    )
    add_json(parser)


def _show_options(parser: argparse.ArgumentParser) -> None:
    add_regimen(parser)
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--drug", action="store_true", help="ID is a drug: show its file")
    kind.add_argument(
        "--words",
        action="store_true",
        help="ID is conditions, medicines or tests: show it",
    )
    parser.add_argument(
        "--fhir",
        type=Path,
        metavar="FILE",
        help="write a regimen into a file, as a PlanDefinition of FHIR R4",
    )
    add_json(parser)


def _safety_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("drug", nargs="?", default="", metavar="DRUG", help="one drug, in full")
    add_json(parser)


def _unconfirmed_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", nargs="?", default="", metavar="FILE", help="one file, such as drugs/rituximab"
    )
    add_json(parser)


def _check_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--strict", action="store_true", help="also check every file against the rules for authors"
    )
    add_json(parser)


def _diff_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "old", type=Path, metavar="OLD", help="a file in regimens/, drugs/ or terms/"
    )
    parser.add_argument("new", type=Path, metavar="NEW", help="another version of it")
    add_json(parser)


def _read_back_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", type=Path, nargs="+", metavar="FILE", help="a file in regimens/, drugs/ or terms/"
    )
    parser.add_argument(
        "--write",
        action="store_true",
        help="write it beside the file, once it was compared with the sources",
    )


def _new_options(_: argparse.ArgumentParser) -> None:
    """Add nothing: all is asked for."""


def _convert_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "path",
        type=Path,
        metavar="PATH",
        help="a file in regimens/ or drugs/, or the folder that holds them",
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 2 where a file would change"
    )


def _schema_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", metavar="KIND", help="regimen, drug, site or plan")


def _list(args: argparse.Namespace) -> int:
    from schedules.library.reader import summary

    library = read_knowledge_as_kept(args)
    fitting = library.search(args.search)
    if args.jurisdiction:
        fitting = [one for one in fitting if one.jurisdiction in ("", args.jurisdiction)]
    entries = [summary(library, regimen) for regimen in fitting]
    if args.json:
        say_json(entries)
        return DONE
    rows = [
        (e["id"], e["title"], "; ".join(filter(None, (e["status"], e["claim"]))), str(e["version"]))
        for e in entries
    ]
    width = max((len(row[0]) for row in rows), default=0)
    plain = [
        f"{name:<{width}}  {title}  ({status}, version {version})"
        for name, title, status, version in rows
    ] or [f'No regimen has "{args.search}" in its title, diseases, drugs, routes or status.']
    columns = (
        TextColumn("ID", whole=True),
        TextColumn("Title"),
        TextColumn("Status"),
        TextColumn("Version"),
    )
    say_table(columns, rows, plain)
    return DONE


def _show(args: argparse.Namespace) -> int:
    from schedules.library.file_page import page

    entry: Regimen | Drug | TermsFile
    if args.fhir is not None:
        return _show_as_fhir(args)
    if args.drug or args.words:
        library = read_knowledge_as_kept(args)
        entry = library.drug(args.id) if args.drug else library.words(args.id)
    else:
        library = read_knowledge(args, only=args.id)
        entry = library.regimen(args.id)
    if args.json:
        say(entry.model_dump_json(indent=2, by_alias=True))
    else:
        say("\n".join(page(entry, library)))
    return DONE


def _show_as_fhir(args: argparse.Namespace) -> int:
    from schedules.library.write_plan_definition import to_plan_definition
    from schedules.outputs.formats import write_all

    if args.drug or args.words or args.json:
        other = "drug" if args.drug else "words" if args.words else "json"
        refuse(other, "", why="is not for --fhir", accepted="leave one of them out")
    library = read_knowledge(args, only=args.id)
    write_all([(args.fhir, to_plan_definition(library.regimen(args.id), library.drugs))])
    say(f"PlanDefinition written: {args.fhir.name}.")
    return DONE


def _safety(args: argparse.Namespace) -> int:
    from schedules.library.safety_matrix import counts_by_mark, safety_matrix

    library = read_knowledge_as_kept(args)
    drugs = [library.drug(args.drug)] if args.drug else list(library.drugs.values())
    matrix = safety_matrix(drugs)
    if args.json:
        drugs_as_json = {
            name: {
                question: {"state": cell.state, "answers": [one.as_dict() for one in cell.told]}
                for question, cell in cells.items()
            }
            for name, cells in matrix.items()
        }
        say_json({"counts": counts_by_mark(matrix), "drugs": drugs_as_json})
        return DONE
    for name, cells in matrix.items():
        say(name)
        for question, cell in cells.items():
            say(f"  {question:<12} {cell}")
            for one in cell.told if args.drug else ():
                say(f"    {one.level}  {one.whom}: {one.text}  [{one.source}]")
    return DONE


def _unconfirmed(args: argparse.Namespace) -> int:
    from schedules.library.unconfirmed import count_unconfirmed, unconfirmed_figures

    library = read_knowledge_as_kept(args)
    found = unconfirmed_figures(library, _saved_plans())
    if wanted := args.file.removesuffix(".yaml"):
        if library.used(wanted) is None:
            refuse("file", args.file, why="is not in the library", write="drugs/rituximab")
        found = [one for one in found if one.file == wanted]
    counts = count_unconfirmed(found)
    if args.json:
        say_json({"counts": counts, "unconfirmed": [one.as_dict() for one in found]})
        return DONE
    for one in found:
        say(f"{one.file}: {one.name}" + (" (ours)" if one.ours else ""))
        say(f"  {one.cite}")
        say(f"  reaches {one.reach}")
        for place, times in one.figures.items():
            say(f"  - {place}" + (f" ({times} times)" if times > 1 else ""))
    for kind, count in counts.items():
        ours = f"{count['ours']} of ours, which a named clinician decides on"
        say(f"{kind}: {count['not seen']} figures not seen in their source, {ours}.")
    return DONE


def _saved_plans() -> Mapping[str, int]:
    """Count the saved plans by file; there are none where there are no records."""
    from records.database import database_url, exists
    from records.place import heads_file, home_of_records

    url = database_url(os.environ, home_of_records())
    if not exists(url):
        return {}
    from records.store import open_store

    with contextlib.closing(open_store(url, heads_file(os.environ))) as store:
        return store.count_plans_by_file()


def _check(args: argparse.Namespace) -> int:
    from schedules.library.reader import read_library

    problems: Sequence[str] = ()
    counts = (0, 0, 0)
    changed: Sequence[str] = ()
    try:
        library = as_records_know(read_library(library_folder(args)))
        examples = sum(len(regimen.examples) for regimen in library.regimens.values())
        counts = (len(library.regimens), len(library.drugs), examples)
        changed = _since_release(library)
        if args.strict:
            from schedules.library.author_rules import findings

            problems = findings(library, library_folder(args), now().date())
    except KnowledgeError as error:
        problems = error.problems
    if args.json:
        names = ("regimens", "drugs", "examples")
        say(
            json.dumps(
                {
                    **dict(zip(names, counts, strict=True)),
                    "problems": list(problems),
                    "since_release": list(changed),
                },
                indent=2,
            )
        )
    if problems:
        raise KnowledgeError(*problems)
    if not args.json:
        say(
            f"{counts[0]} regimens and {counts[1]} drugs hold; "
            f"{counts[2]} worked examples reproduce"
            f"{'; every rule for authors is kept' if args.strict else ''}."
        )
        for text in changed:
            say(text)
    return DONE


def _since_release(library: Library) -> list[str]:
    """List what the files mean otherwise than in the release; what is new, and void signatures."""
    from schedules.knowledge.reading.release import all_since_release

    found = all_since_release(library)
    lines = [f"{one}:\n{one.in_full}" for one in found if not one.is_new]
    if new := [one.file for one in found if one.is_new]:
        lines.append(f"New since release {found[0].release}: {', '.join(new)}.")
    signed = (file for file in library.entries if library.claim(file))
    return lines + [f"{file} is {library.standing(file)}." for file in signed]


def _diff(args: argparse.Namespace) -> int:
    from schedules.library.file_diff import differences, version_remark
    from schedules.library.one_file import read_version

    versions: list[Version] = []
    problems: list[str] = []
    for path in (args.old, args.new):
        try:
            versions.append(read_version(path, library_folder(args)))
        except KnowledgeError as error:
            problems += error.problems
    if problems:
        raise KnowledgeError(*problems)
    old, new = versions
    changes, remark = differences(old, new), version_remark(old, new)
    if args.json:
        facts = ({"id": version.id, "version": version.version} for version in versions)
        entries = [one.as_dict() for one in changes]
        names = ("old", "new")
        say_json({**dict(zip(names, facts, strict=True)), "remark": remark, "differences": entries})
        return DONE
    for text in filter(None, (remark, *(one.text for one in changes))):
        say(text)
    if not changes:
        say("No difference.")
    return DONE


def _read_back(args: argparse.Namespace) -> int:
    from schedules.knowledge.reading.page import read_aloud
    from schedules.library.one_file import read_version
    from schedules.library.reading_file import write_reading

    for path in args.files:
        reading = write_reading(path) if args.write else read_aloud(read_version(path))
        say(reading.text.rstrip("\n"))
    return DONE


def _new(args: argparse.Namespace) -> int:
    from schedules.library.new_regimen import new_regimen

    def ask(question: str) -> str:
        try:
            return input(question)
        except EOFError:
            refuse("answers", "", why="are incomplete", accepted="answer all")

    path = new_regimen(library_folder(args), read_knowledge(args), ask, say, now().date())
    say(f"\nWritten and checked: {path.name}. It is under review until a clinician endorses it.")
    return DONE


def _convert(args: argparse.Namespace) -> int:
    from schedules.library.convert import convert

    changed = convert(args.path, write=not args.check)
    for one in changed:
        say(str(one))
    if not changed:
        say("Everything is in today's format.")
    return BAD_INPUT if args.check and changed else DONE


def _schema(args: argparse.Namespace) -> int:
    from dosing.drugs.drug import Drug
    from schedules.knowledge.regimen import Regimen
    from schedules.knowledge.short_forms import schema_of
    from schedules.knowledge.site import Site
    from schedules.plans.plan import Plan

    kinds: dict[str, type[FileModel]] = {
        "regimen": Regimen,
        "drug": Drug,
        "site": Site,
        "plan": Plan,
    }
    if args.kind not in kinds:
        refuse("schema", args.kind, why="is not a kind of file", write=", ".join(kinds))
    kind = kinds[args.kind]
    schema = schema_of(kind) if kind in (Regimen, Drug) else kind.model_json_schema()
    say(json.dumps(schema, indent=2))
    return DONE


COMMANDS: Commands = {
    "list": (_list_options, _list),
    "show": (_show_options, _show),
    "safety": (_safety_options, _safety),
    "unconfirmed": (_unconfirmed_options, _unconfirmed),
    "check": (_check_options, _check),
    "diff": (_diff_options, _diff),
    "read-back": (_read_back_options, _read_back),
    "new": (_new_options, _new),
    "convert": (_convert_options, _convert),
    "schema": (_schema_options, _schema),
}
