"""The command ``affected``: a figure proved wrong; which plans were made or checked with it."""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands.inputs import add_json, library_folder, read_knowledge_as_kept, read_plan
from commands.line import BAD_INPUT, DONE, STOPPED, Commands, say, say_error, say_json
from dosing.errors import InputError, refuse

if TYPE_CHECKING:  # the engine takes longer to import than a help takes to print
    from schedules.knowledge.library import Library
    from schedules.review.affected import Affected, FileUse

_KINDS = ("regimens", "drugs", "bands", "terms")
_SHORT = 12


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "plans",
        type=Path,
        nargs="*",
        metavar="PLAN",
        help="saved plan files, or folders of them, in the place of the records",
    )
    parser.add_argument(
        "--file",
        required=True,
        metavar="FILE",
        help="the file of the figure: drugs/rituximab.yaml",
    )
    parser.add_argument(
        "--since",
        default="",
        metavar="VERSION",
        help="the version of the file that brought the figure, or the hash of one meaning; "
        "else every other meaning",
    )
    # One each: several would swallow the plans that follow.
    parser.add_argument(
        "--old",
        type=Path,
        action="append",
        default=[],
        metavar="OLD",
        help="the file as it was, from a backup, to tell what changed in words; again for another",
    )
    parser.add_argument(
        "--labels", action="store_true", help="also print the label of each patient"
    )
    add_json(parser)


def _affected(args: argparse.Namespace) -> int:
    """Print the plans that followed from another meaning of a file.

    Returns:
        0 where there is none; 3 where there is one; 2 where a plan file could not be read.
    """
    from schedules.review.affected import Since, find_affected

    since = Since.read(args.since)
    library = read_knowledge_as_kept(args)
    file = _name_of(args.file)
    unread: list[str] = []
    uses = list(_uses_in_files(args.plans, file, unread) if args.plans else _uses_in_records(file))
    used = library.used(file)
    if used is None and not uses:
        refuse("file", args.file, why="is not in the library", write="drugs/rituximab.yaml")
    now = None if used is None else used.sha256
    texts = _readings(library, file, args)
    since.must_be_known(uses, {*texts, *filter(None, (now,))})
    found = find_affected(uses, now, since, texts)
    affected = {plan for one in found for plan in one.plans}
    before = {use.plan for use in uses if use.meaning != now} - affected
    for_json = {
        "file": file,
        "now": None if used is None else {"version": used.version, "meaning": used.sha256},
        "used_by": len({use.plan for use in uses}),
        "left_out_by_since": len(before),
        "affected": [_as_json(one, labels=args.labels) for one in found],
        "unread": unread,
    }
    if args.json:
        say_json(for_json)
    else:
        is_now = "is no longer in the library"
        if used is not None:
            is_now = f"is version {used.version}, meaning {used.sha256[:_SHORT]}"
        say(f"{file} {is_now}.")
        say(f"{len(affected)} of {len({use.plan for use in uses})} plans that use it are affected.")
        if before:
            say(f"{len(before)} with another meaning are left out by --since {args.since}.")
        for line in _lines(found, is_there=used is not None, labels=args.labels):
            say(line)
    say_error(unread)
    return STOPPED if found else BAD_INPUT if unread else DONE


def _name_of(file: str) -> str:
    """Return a file as plans name it: the last folder of its path, and its name."""
    path = Path(file)
    name = f"{path.parent.name}/{path.name.removesuffix('.yaml').removesuffix('.csv')}"
    if path.parent.name not in _KINDS:
        refuse("file", file, why="is no file of the library", write="drugs/rituximab.yaml")
    return name


def _uses_in_records(file: str) -> list[FileUse]:
    from records.database import database_url, exists
    from records.place import heads_file, home_of_records
    from records.store import open_store

    url = database_url(os.environ, home_of_records())
    if not exists(url):
        accepted = "look at POSOLOGY_DATA, or name plan files"
        refuse("records", str(url.database), why="is not there", accepted=accepted)
    with contextlib.closing(open_store(url, heads_file(os.environ))) as store:
        return store.uses_of(file)


def _uses_in_files(paths: Sequence[Path], file: str, unread: list[str]) -> Iterator[FileUse]:
    """Return the uses in plan files; what cannot be read as one is added to the problems."""
    from schedules.review.affected import FileUse, uses_in

    found = (sorted(path.glob("**/*.json")) if path.is_dir() else [path] for path in paths)
    files = list(itertools.chain.from_iterable(found))
    if not files:
        refuse("plans", ", ".join(map(str, paths)), why="holds no file", write="plans/*.json")
    for path in files:
        try:
            plan = read_plan(path)
        except InputError as error:
            unread += [f"{path}: {problem}" for problem in error.problems]
            continue
        for meaning, version in dict.fromkeys(uses_in(plan.content, file)):
            yield FileUse(
                plan=str(path),
                label=plan.patient.label,
                how="made with it",
                meaning=meaning,
                version=version,
            )


def _readings(library: Library, file: str, args: argparse.Namespace) -> dict[str, str]:
    """Return the readings at hand, by meaning: of now, of the release, of what was kept."""
    from schedules.knowledge.reading.page import meaning_of, read_aloud
    from schedules.knowledge.reading.release import released_text
    from schedules.library.one_file import read_version

    kind, _, name = file.partition("/")
    entry = {"regimens": library.stated.get(name), "drugs": library.drugs.get(name)}.get(kind)
    texts = [] if entry is None else [read_aloud(entry).text]
    if (released := released_text(file)) is not None:
        texts.append(released)
    folder = library_folder(args)
    texts += [read_aloud(read_version(old, folder)).text for old in args.old]
    return {meaning_of(text): text for text in texts}


def _as_json(one: Affected, *, labels: bool) -> dict[str, Any]:
    return {
        "meaning": one.meaning,
        "versions": list(one.versions),
        "changes": None if one.changes is None else [change.as_dict() for change in one.changes],
        "plans": [
            {
                "plan": plan,
                **({"label": uses[0].label} if labels else {}),
                "how": [use.how for use in uses],
            }
            for plan, uses in one.plans.items()
        ],
    }


def _lines(found: Sequence[Affected], *, is_there: bool, labels: bool) -> Iterator[str]:
    for one in found:
        versions = ", ".join(f"version {version}" for version in one.versions) or "version unknown"
        yield from ("", f"It was {versions}, meaning {one.meaning[:_SHORT]}. What changed since:")
        if not is_there:
            yield "  There is no file of now to compare with: it was taken out, or is not read."
        elif one.changes is None:
            yield "  Its words are not at hand; give the file as it was: --old FILE."
        for change in one.changes or ():
            yield from (f"  {line}" for line in change.text.splitlines())
        for plan, of_plan in one.plans.items():
            label = f" ({of_plan[0].label})" if labels else ""
            yield f"  PLAN {plan}{label}: {'; '.join(use.how for use in of_plan)}"


COMMANDS: Commands = {"affected": (_options, _affected)}
