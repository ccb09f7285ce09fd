"""Asks for a new regimen and writes its file, for people who do not program.

Each question is asked again until its answer can be read. The file is kept only if it holds: dose x
days is the stated total, the doses are within the limits of the drug, and the worked example comes
out as it was calculated by hand. Its reading is written beside it.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from dosing.errors import InputError, KnowledgeError, refuse
from dosing.formulas.body import BSA
from dosing.names import ROUNDING_RULES
from dosing.units import KG, M2, amount, dose, parts
from schedules.knowledge.days import day_numbers_of
from schedules.knowledge.library import Library
from schedules.knowledge.span import Span
from schedules.library.reader import read_library
from schedules.library.reading_file import reading_of, write_reading
from schedules.plans.patient_reading import read_date

Ask = Callable[[str], str]
Say = Callable[[str], None]

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_BASES = ("actual", "lean")
_DRAFT = ".draft"
_REVIEW_AFTER = Span(months=12)


def new_regimen(root: Path, library: Library, ask: Ask, say: Say, today: dt.date) -> Path:
    """Ask for a regimen of one drug in one phase, write its file and check it.

    Args:
        root: the folder that holds ``regimens/``.
        library: what is there already; the drug must be in it.
        ask: puts a question and returns the answer.
        say: shows what is wrong with an answer.
        today: from whoever asks the clock; the review is due a year later.

    Returns:
        The path of the file that was written.

    Raises:
        KnowledgeError: if the file does not hold; it is then kept beside, ending in ``.draft``.
        InputError: if a file of this name exists already.
    """
    questions = _Questions(ask, say)
    name = questions.read("Id, in small letters with hyphens (rituximab-weekly)", _matching(_ID))
    path = root / "regimens" / f"{name}.yaml"
    if path.exists():
        refuse("id", name, why="is already in the library", accepted="choose another")
    text = "\n".join(_lines(name, questions, library, today)) + "\n"
    path.write_text(text, encoding="utf-8")
    try:
        write_reading(path)
        read_library(root, only=name)
    except KnowledgeError as error:
        reading_of(path).unlink(missing_ok=True)
        draft = path.with_name(path.name + _DRAFT)
        path.replace(draft)
        raise KnowledgeError(
            *error.problems, f"kept as {draft.name}, which is not used for planning"
        ) from None
    return path


class _Questions:
    """Asks until an answer can be read."""

    def __init__(self, ask: Ask, say: Say) -> None:
        self._ask = ask
        self._say = say

    def read(self, question: str, reader: Callable[[str], Any]) -> str:
        """Return the answer as it was typed, once the reader accepts it."""
        while True:
            answer = self._ask(f"{question}: ").strip()
            try:
                reader(answer)
            except (InputError, ValueError) as error:
                self._say(f"  {error}")
                continue
            return answer

    def optional(self, question: str, reader: Callable[[str], Any]) -> str:
        """Return the answer, which may be empty."""
        return self.read(f"{question} (empty for none)", lambda text: text and reader(text))


def _matching(pattern: re.Pattern[str]) -> Callable[[str], None]:
    def read(text: str) -> None:
        if not pattern.fullmatch(text):
            raise ValueError("write it as in the example")

    return read


def _one_of(known: Sequence[str]) -> Callable[[str], None]:
    def read(text: str) -> None:
        if text not in known:
            raise ValueError(f"write one of: {', '.join(known)}")

    return read


def _some(text: str) -> None:
    if not text:
        raise ValueError("an answer is needed")


def _yaml(text: str) -> str:
    """Return a text for YAML: a JSON text is one, whatever is in it."""
    return json.dumps(text)


def _days(text: str) -> list[int] | str:
    if re.fullmatch(r"[0-9]+(, ?[0-9]+)*", text):
        days: list[int] | str = [int(day) for day in text.split(",")]
    else:
        days = text
    day_numbers_of(days, None, 1)
    return days


def _lines(name: str, questions: _Questions, library: Library, today: dt.date) -> Iterator[str]:
    """Yield the lines of the file, each question where its answer stands."""
    title = questions.read("Title (Rituximab 375 mg/m2 once a week, 4 doses)", _some)
    diseases = questions.read("For which diseases, with commas", _some)
    cite = questions.read("Source: who says so (label, guideline, article)", _some)
    place = questions.read("Where in it (section, table)", _some)
    seen = questions.read(
        "Did you see the figure there yourself? yes or no", _one_of(("yes", "no"))
    )
    yield from (f"id: {name}", f"title: {_yaml(title)}", "for:")
    yield from (f"  - {_yaml(disease.strip())}" for disease in diseases.split(","))
    yield from ("status: under review", "version: 1")
    due = _REVIEW_AFTER.after(today)
    yield f"reviewed: {{due: {due.isoformat()}}}"
    yield from _medicine(questions, library)
    yield from _example(questions)
    unseen = "" if seen == "yes" else ", not seen in the source"
    yield from (
        "sources:",
        "  source:",
        f"    cite: {_yaml(cite + unseen)}",
        f"    place: {_yaml(place)}",
        f"    confirmed: {'true' if seen == 'yes' else 'false'}",
    )


def _medicine(questions: _Questions, library: Library) -> Iterator[str]:
    drug = questions.read("Drug, by its file in drugs/", _one_of(list(library.drugs)))
    limits = library.drug(drug).limits
    routes = list(dict.fromkeys(route for limit in limits for route in limit.routes))
    route = questions.read("Route", _one_of(routes) if routes else _some)
    rate = questions.read("Dose (375 mg/m2, 0.4 g/kg or 600 mg)", dose)
    every = questions.optional("It repeats every (28 days, 1 month)", Span.parse)
    count = questions.read("How many times", _matching(re.compile("[1-9][0-9]?"))) if every else ""
    days = _days(questions.read("On which days (1, 8, 15 or 1 to 5); day 1 is the first", _days))
    total = questions.read("Total of one cycle, dose x days, calculated by hand", dose)
    word = questions.read("Time of day, by the site's words", _one_of(list(library.site.times)))
    yield from ("phases:", "  - name: course")
    if every:
        yield f"    cycle: {{every: {every}, count: {count}}}"
    yield from ("    medicines:", f"      - drug: {drug}", f"        route: {_yaml(route)}")
    yield f"        dose: {rate}"
    body = parts(dose(rate).units).body
    if body is KG:
        yield f"        weight: {questions.read('Dosing weight', _one_of(_BASES))}"
    if body is M2:
        yield f"        surface: {questions.read('Surface formula', _one_of(list(BSA)))}"
    step = questions.optional("Rounded to (100 mg)", amount)
    if step:
        rule = questions.read("Rounding rule", _one_of(ROUNDING_RULES))
        yield f"        round: {{to: {step}, rule: {rule}, over: dose, source: source}}"
    yield from (
        f"        days: {days}",
        f"        at: [{_yaml(word)}]",
        f"        per_cycle: {total}",
        "        source: source",
    )


def _example(questions: _Questions) -> Iterator[str]:
    """Ask for a worked example: it must come out as it was calculated by hand."""
    fields = ("weight", "height", "sex", "age")
    answers = {field: questions.optional(f"Worked example: {field}", str) for field in fields}
    patient = ", ".join(f"{field}: {_yaml(text)}" for field, text in answers.items() if text)
    start = questions.read("First day (2026-11-30)", lambda text: read_date(text, "first day"))
    yield from ("examples:", f"  - patient: {{{patient}}}", f"    start: {start}", "    expect:")
    line = questions.read("Each dose as calculated by hand (2026-11-30 rituximab 700 mg)", _some)
    while line:
        yield f"      - {line}"
        line = questions.optional("The next one", str)
    yield "    source: by hand"
