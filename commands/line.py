"""What the command lines share: exit codes, plain error lines, no traceback.

Exit codes: 0 done, 2 bad input (one line for each problem), 3 stopped for safety.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from dosing.errors import InputError, KnowledgeError
from dosing.trace import RefusedError
from dosing.units import ordinary_spaces

DONE = 0
BAD_INPUT = 2
STOPPED = 3


class Parser(argparse.ArgumentParser):
    """A parser whose own errors are one line, like every other error."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the command line itself, and where the help is."""
        say_error([f"{message}; see {self.prog} --help"])
        raise SystemExit(BAD_INPUT)


def add_command(
    commands: Any, name: str, command: Callable[..., int], text: str
) -> argparse.ArgumentParser:
    """Add a command to a command line; ``text`` is its line in the help."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name, allow_abbrev=False, help=text, description=f"{text[:1].upper()}{text[1:]}."
    )
    parser.set_defaults(run=command)
    return parser


def say(text: str = "") -> None:
    """Print a line for a person or a program: ordinary spaces only."""
    sys.stdout.write(ordinary_spaces(text) + "\n")


def say_error(lines: Iterable[str]) -> None:
    """Print error lines."""
    for line in lines:
        sys.stderr.write(ordinary_spaces(line) + "\n")


def run(command: Callable[[], int]) -> int:
    """Run a command and turn what can go wrong into lines and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a letter that it cannot write must not stop it
            stream.reconfigure(errors="backslashreplace")
    try:
        return command()
    except InputError as error:
        say_error(map(str, error.problems))
        return BAD_INPUT
    except KnowledgeError as error:
        say_error(error.problems)
        return BAD_INPUT
    except RefusedError as error:
        say_error(map(str, error.findings))
        return STOPPED
    except BrokenPipeError:  # the reader of our output (head, less) has gone
        sys.stderr.close()
        return DONE
