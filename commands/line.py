"""What every command shares: exit codes, one-line errors, no traceback.

Exit codes: 0 done, 2 bad input (one line for each problem), 3 stopped for safety.
Only the standard library is imported here at the top: help and completion have to be quick.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:  # trace brings pint
    from dosing.trace import Finding

DONE = 0
BAD_INPUT = 2
STOPPED = 3

# The commands of a module by name: what adds the options of each, and what runs it.
Commands = Mapping[
    str,
    tuple[Callable[[argparse.ArgumentParser], None], Callable[[argparse.Namespace], int]],
]


class Parser(argparse.ArgumentParser):
    """A parser whose own errors are one line, like every other error."""

    def error(self, message: str) -> NoReturn:
        """Report what is wrong with the command line itself, and where the help is."""
        say_error([f"{message}; see {self.prog} --help"])
        raise SystemExit(BAD_INPUT)


def say(text: str = "") -> None:
    """Print a line for a person or a program: ordinary spaces only."""
    from dosing.units import ordinary_spaces

    sys.stdout.write(ordinary_spaces(text) + "\n")


def say_json(content: Any) -> None:
    """Print JSON, in which letters stay as they are."""
    say(json.dumps(content, indent=2, ensure_ascii=False))


def say_findings(findings: Iterable[Finding], indent: str = "") -> None:
    """Print findings, each with its code and source."""
    for finding in findings:
        say(f"{indent}{finding.level}  {finding.text}  [{finding.code}; {finding.source}]")


def say_error(lines: Iterable[str]) -> None:
    """Print error lines."""
    from dosing.units import ordinary_spaces

    for line in lines:
        sys.stderr.write(ordinary_spaces(line) + "\n")


def run(command: Callable[[], int]) -> int:
    """Run a command; turn what can go wrong into lines and an exit code."""
    from dosing.errors import InputError, KnowledgeError
    from dosing.trace import RefusedError

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a letter it cannot write must not stop it
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
