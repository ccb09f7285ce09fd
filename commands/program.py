"""How commands are joined to a program: help, version, completion, and what is run.

argparse, not cyclopts: that too takes several values after one option, but it stops at the first
unknown or missing option where argparse names all, and it wants a parameter for each option, of
which ``plan`` has thirty. Completion is by argcomplete, which asks the parsers themselves.
"""

from __future__ import annotations

import argparse
import dataclasses
import gc
import importlib
import os
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from commands.line import BAD_INPUT, Commands, Parser, run, say_error

_HELP_WIDTH = 78
_NAMES_LISTED = 5
# Most of what a command makes is its code, which lives until it ends: to look for garbage at every
# 700 new objects takes an eighth of its time. A plan makes half as many as this.
_NEW_OBJECTS_BETWEEN_COLLECTIONS = 250_000


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command, or a program of several: its name, and its line in the help.

    ``module`` holds the command in its ``COMMANDS``; it is imported only when the command is
    named. A program has ``groups`` of commands instead.
    """

    name: str
    about: str
    module: str = ""
    groups: tuple[CommandGroup, ...] = ()
    epilog: str = ""
    library: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class CommandGroup:
    """Commands that stand together in the help."""

    title: str
    commands: tuple[Command, ...]


def start(
    program: Command, arguments: Sequence[str] | None, *, called: str, bare_help: bool = False
) -> int:
    """Read a command line and run the command that it names.

    Args:
        program: the commands there are.
        arguments: what was typed after the program's name; None for that of this process.
        called: how the program was called, for its help.
        bare_help: whether the program without arguments shows its help.

    Returns:
        The exit code.
    """
    if arguments is None:
        gc.set_threshold(_NEW_OBJECTS_BETWEEN_COLLECTIONS)
        # No plugin that is installed beside us may change what the models accept; to look for one
        # among all packages takes as long as a plan takes to work out.
        os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    typed = list(sys.argv[1:] if arguments is None else arguments)
    if any(not _is_text(text) for text in typed):
        say_error(["an argument is not text in UTF-8; type it again"])
        return BAD_INPUT
    completing = "_ARGCOMPLETE" in os.environ
    words = os.environ.get("COMP_LINE", "").split() if completing else typed
    parser = build_parser(program, called, words)
    if completing:
        import argcomplete

        argcomplete.autocomplete(parser)
    if bare_help and not typed:
        parser.print_help(sys.stderr)
        return BAD_INPUT
    args = parser.parse_args(typed)
    if getattr(args, "library", None) is not None and not args.reads_library:
        parser.error(f"--library is not used by {args.command}")
    code = run(lambda: int(args.run(args)))
    if arguments is None:
        # At its end Python looks for garbage in all that it holds; the process ends anyway.
        gc.freeze()
    return code


def build_parser(program: Command, called: str, words: Sequence[str] | None = None) -> Parser:
    """Build the parser of a program.

    Args:
        program: the commands there are.
        called: how the program was called.
        words: what was typed; only commands named in it get their options. None: all commands do.
    """
    parser = Parser(prog=called, allow_abbrev=False)
    _fill(parser, program, words)
    return parser


def _fill(parser: argparse.ArgumentParser, command: Command, words: Sequence[str] | None) -> None:
    parser.description = f"{command.about[:1].upper()}{command.about[1:]}."
    if command.groups:
        _add_program_options(parser, command)
        _add_commands(parser, command, words)
        return
    commands: Commands = importlib.import_module(command.module).COMMANDS
    add_options, work = commands[command.name]
    add_options(parser)
    parser.set_defaults(run=work, reads_library=command.library)


def _add_program_options(parser: argparse.ArgumentParser, program: Command) -> None:
    if program.library:
        parser.add_argument(
            "--library",
            type=Path,
            metavar="DIR",
            help="the folder that holds regimens/, drugs/ and site.yaml; else the one that comes "
            "with the program",
        )
    parser.add_argument(
        "--version", action=_Version, nargs=0, help="show the version of the program and exit"
    )


def _add_commands(
    parser: argparse.ArgumentParser, program: Command, words: Sequence[str] | None
) -> None:
    """Add the commands of a program, which its help lists in their groups."""
    members = [one for group in program.groups for one in group.commands]
    names = [one.name for one in members]
    width = max(map(len, names))
    listings = [_listing(group, width) for group in program.groups]
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description = "\n\n".join([parser.description or "", *listings])
    parser.epilog = textwrap.fill(program.epilog, _HELP_WIDTH)
    metavar = " | ".join(names) if len(names) <= _NAMES_LISTED else "COMMAND"
    parser.usage = f"{parser.prog}{' [--library DIR]' if program.library else ''} {metavar} ..."
    added = parser.add_subparsers(
        dest="command", required=True, metavar=metavar, prog=parser.prog, help=argparse.SUPPRESS
    )
    # Where the first word names a command, it can be no other; to make a parser takes a while.
    first = [one for one in members if words and one.name == words[0]]
    for one in first or members:
        child = added.add_parser(one.name, allow_abbrev=False)
        if words is None or one.name in words:
            _fill(child, one, words)


class _Version(argparse.Action):
    """Prints the version; it is read only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from schedules.version import VERSION

        sys.stdout.write(f"Posology {VERSION}\n")
        parser.exit()


def _listing(group: CommandGroup, width: int) -> str:
    lines = [f"  {one.name:<{width}}  {one.about}" for one in group.commands]
    return "\n".join([f"{group.title}:", *lines])


def _is_text(argument: str) -> bool:
    """Return whether it can be written out again: bytes that are no text come as surrogates."""
    return not any("\ud800" <= letter <= "\udfff" or letter == "\0" for letter in argument)
