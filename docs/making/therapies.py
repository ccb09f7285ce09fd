"""The page docs/therapies.md: every therapy of the two source articles, and the file that plans it.

What an article names stands in ``therapies.yaml``, made by hand. Patients, dates and totals are
those of the first worked example of each regimen, which is replayed when the library is read;
here the files are only parsed.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import Field, model_validator

from docs.making.tables import table
from dosing.drugs.file_model import FileModel, Words
from schedules.knowledge.expected import expanded, totals
from schedules.knowledge.regimen import Example
from schedules.knowledge.yaml_file import parse_quickly

_HEAD = """# Therapies

Every therapy that the two source articles name, and the regimen that plans it. Made from the first
worked example of each regimen by `make docs`: its patient, its days, and what it comes to. Where no
file plans a therapy, the table says why. What an article prints otherwise than it must mean stands
as an erratum in the file.
"""
_COLUMNS = ("therapy", "regimen", "example", "days", "comes to")
_DAY = len("2027-01-04")


class Therapy(FileModel):
    """What an article names: the regimens that plan it, or why none does.

    Where it goes with others as a companion, ``chosen`` names it: the first example that has it is
    shown.
    """

    therapy: Words
    regimens: list[str] = Field(default_factory=list)
    chosen: str = ""
    absent: str = ""

    @model_validator(mode="after")
    def _planned_or_not(self) -> Therapy:
        if bool(self.regimens) is bool(self.absent):
            raise ValueError("needs regimens, or absent with the reason")
        return self


class Disease(FileModel):
    """The therapies of one disease."""

    disease: Words
    therapies: list[Therapy]


class Article(FileModel):
    """One source article."""

    article: Words
    diseases: list[Disease]


@functools.cache
def named_therapies() -> tuple[Article, ...]:
    """Return what the articles name."""
    path = Path(__file__).with_name("therapies.yaml")
    return tuple(map(Article.model_validate, parse_quickly(path.read_bytes())))


def therapies_page(root: Path) -> str:
    """Return the text of docs/therapies.md."""
    files = {path.stem: path for path in sorted(root.glob("regimens/*.yaml"))}
    parts = [_HEAD]
    named: set[str] = set()
    for article in named_therapies():
        parts.append(f"## {article.article}\n")
        for disease in article.diseases:
            rows = [row for one in disease.therapies for row in _rows(one, files)]
            parts.append(f"### {_sentence(disease.disease)}\n\n{table(_COLUMNS, rows)}\n")
            named |= {name for one in disease.therapies for name in one.regimens}
    if others := [("", *_example(path)) for name, path in files.items() if name not in named]:
        parts.append(f"## Named by neither article\n\n{table(_COLUMNS, others)}\n")
    return "\n".join(parts)


def _rows(one: Therapy, files: Mapping[str, Path]) -> Iterator[tuple[str, ...]]:
    if one.absent:
        yield (one.therapy, "none", _sentence(one.absent), "", "")
    for n, name in enumerate(one.regimens):
        yield ("" if n else one.therapy, *_example(files[name], one.chosen))


def _example(path: Path, chosen: str = "") -> tuple[str, ...]:
    """Return the file, and patient, days and totals of its first example that chooses this."""
    examples = map(Example.model_validate, parse_quickly(path.read_bytes())["examples"])
    example = next(one for one in examples if not chosen or chosen in one.choose)
    entered = {**example.patient, **example.choose}
    patient = ", ".join(f"{name.replace('_', ' ')} {text}" for name, text in entered.items())
    days = sorted(line[:_DAY] for text in example.expect for line in expanded(text))
    span = days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}"
    link = f"[{path.stem}](../regimens/{path.name})"
    return (link, patient, span, "; ".join(totals(example.expect)))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
