"""What a calculation asks of a patient, and how one text of the command line is read."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, TypeVar

from dosing.errors import Problems
from dosing.names import SEXES

if TYPE_CHECKING:  # brings pint, which takes longer to import than a help takes to print
    from dosing.patient import Patient

T = TypeVar("T")
Name = TypeVar("Name", bound=str)


def add_patient(parser: argparse.ArgumentParser) -> None:
    """Add the measurements of a patient."""
    parser.add_argument("--weight", metavar="W", help='body weight: "70 kg", "3500 g" or "154 lb"')
    parser.add_argument("--height", metavar="H", help='height: "175 cm", "1.75 m" or "69 in"')
    parser.add_argument("--sex", metavar="S", help="male or female")
    parser.add_argument("--age", metavar="A", help='"48 years" or "7 months"')


def read_patient(problems: Problems, args: argparse.Namespace) -> Patient:
    """Read the measurements; what is wrong with them is added to the problems."""
    from dosing import units
    from dosing.amputation import read_amputations
    from dosing.patient import Patient

    return Patient(
        weight=read_if_given(problems, units.weight, args.weight, "weight"),
        height=read_if_given(problems, units.height, args.height, "height"),
        surface=read_if_given(problems, units.surface, getattr(args, "bsa", None), "bsa"),
        sex=choose(problems, "sex", args.sex, SEXES),
        age=read_if_given(problems, units.age, args.age, "age"),
        size_confirmed=getattr(args, "size_confirmed", True),
        amputated=problems.reading(read_amputations, getattr(args, "amputation", [])),
    )


def read_if_given(
    problems: Problems, read: Callable[[str, str], T], text: str | None, field: str
) -> T | None:
    """Read one text; without it return None."""
    return None if text is None else problems.reading(read, text, field)


def read_needed(
    problems: Problems, read: Callable[[str, str], T], text: str | None, field: str, example: str
) -> T | None:
    """Read one text; without it add a problem that shows what to write."""
    if text is None:
        problems.add(field, "", why="is missing", write=example)
    return read_if_given(problems, read, text, field)


def choose(
    problems: Problems, field: str, text: str | None, names: Collection[Name]
) -> Name | None:
    """Return one of the names; another text is a problem."""
    name = next((name for name in names if name == text), None)
    if name is None and text is not None:
        problems.add(field, text, why="is not known here", write=", ".join(names))
    return name
