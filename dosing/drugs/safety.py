"""What a drug file answers to eight questions about the patient: for whom, how grave, from where.

An answer holds for those whom its ``when`` describes; everything stated in it must hold. A source
that says something which no rule can hold is kept as ``always`` and shown. Levels are proposed:
what the source calls contraindicated is a STOP, a caution a WARN, all else a NOTE.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Literal, get_args

from pydantic import Field, model_validator

from dosing.drugs.conditions import Interval, NumberMeasure
from dosing.drugs.file_model import FileModel, no_entries
from dosing.drugs.file_quantities import DoseValue
from dosing.drugs.proposed_change import Proposed
from dosing.names import CHILD_PUGH, DIALYSIS, ChildPugh, Dialysis, Genotype, Jurisdiction, Sex
from dosing.rounding import below
from dosing.trace import Level

Question = Literal[
    "age",
    "pregnancy",
    "kidney",
    "liver",
    "infection",
    "conditions",
    "medicines",
    "laboratory",
]
QUESTIONS: tuple[Question, ...] = get_args(Question)
State = Literal["pregnant", "could become pregnant", "breast-feeding"]
STATES: tuple[State, ...] = get_args(State)

ALWAYS = "always"
NO_SOURCE = "no source found"
SEE_ADJUSTMENTS = "see adjustments"
NOT_ANSWERED = "not yet answered"
_NOT_A_WORD = re.compile("[^a-z0-9]+")
_LONGEST_CODE = 60
_NUMBERS: tuple[NumberMeasure, ...] = ("age", "weight", "height", "creatinine", "clearance")
_LISTS = ("is_", "sex", "genotype", "dialysis", "liver", "has", "takes", "allergy")
_CLOSED: dict[str, int] = {"dialysis": len(DIALYSIS), "liver": len(CHILD_PUGH)}


@functools.lru_cache(maxsize=4096)  # for each finding the words of the files are asked for anew
def code_word(text: str) -> str:
    """Return a text as a part of the code of a finding."""
    return _NOT_A_WORD.sub("_", text.lower()).strip("_")


class Outcome(FileModel):
    """The results of a test that an answer is about: a stretch of numbers, or words."""

    test: str
    above: str = ""
    at_least: str = ""
    below: str = ""
    is_: list[str] = Field(default_factory=no_entries, alias="is")

    @model_validator(mode="after")
    def _one_kind(self) -> Outcome:
        numbers = [end for end in (self.above, self.at_least, self.below) if end]
        if bool(numbers) == bool(self.is_):
            raise ValueError("needs above, at_least or below, or else the words that it is")
        if self.above and self.at_least:
            raise ValueError("above and at_least cannot stand together")
        return self

    def __str__(self) -> str:
        """Return it in words: neutrophils below 1.5 10^9/L."""
        ends = (("above", self.above), ("from", self.at_least), ("below", self.below))
        stated = [f"{word} {text}" for word, text in ends if text]
        return f"{self.test} {', '.join(stated) or ' or '.join(self.is_)}"


class Missing(FileModel):
    """A test of which no result was entered, or none that is young enough on the first day."""

    test: str
    older_than: str = ""

    def __str__(self) -> str:
        """Return it in words: no neutrophils of the last 3 days."""
        return f"no {self.test}" + (f" of the last {self.older_than}" if self.older_than else "")


class Whom(FileModel):
    """Whom an answer is about: all that is stated must hold; of a list, one entry."""

    age: Interval | None = None
    weight: Interval | None = None
    height: Interval | None = None
    creatinine: Interval | None = None
    clearance: Interval | None = None
    is_: list[State] = Field(default_factory=no_entries, alias="is")
    sex: list[Sex] = Field(default_factory=no_entries)
    genotype: list[Genotype] = Field(default_factory=no_entries)
    dialysis: list[Dialysis] = Field(default_factory=no_entries)
    liver: list[ChildPugh] = Field(default_factory=no_entries)
    has: list[str] = Field(default_factory=no_entries)
    takes: list[str] = Field(default_factory=no_entries)
    unless_takes: list[str] = Field(default_factory=no_entries)
    allergy: list[str] = Field(default_factory=no_entries)
    result: Outcome | None = None
    missing: Missing | None = None

    @model_validator(mode="after")
    def _readable(self) -> Whom:
        lists = [name for name in _LISTS if getattr(self, name)]
        if not (lists or self.unless_takes or self.intervals() or self.result or self.missing):
            raise ValueError("says of nobody whom it is about; write always, or what must hold")
        for measure, interval in self.intervals():
            low, high = interval.bounds(measure)
            if low is None and high is None:
                raise ValueError(f"{measure} needs at_least, below or both")
            if low is not None and high is not None and not below(low, high):
                raise ValueError(f"{measure}: {interval.at_least} is not below {interval.below}")
        for name in (*lists, *(["unless_takes"] if self.unless_takes else [])):
            words = getattr(self, name)
            if len(set(words)) != len(words):
                raise ValueError(f"{name.strip('_')} names something twice")
            if len(words) == _CLOSED.get(name):
                raise ValueError(f"{name} names every word there is, and so says nothing")
        return self

    def intervals(self) -> list[tuple[NumberMeasure, Interval]]:
        """Return the intervals of numbers that it states."""
        if self.model_fields_set.isdisjoint(_NUMBERS):
            return []
        return [(m, interval) for m in _NUMBERS if (interval := getattr(self, m)) is not None]

    def states_more_than(self, name: str) -> bool:
        """Return whether it states anything beside one of its fields."""
        return bool(self.model_fields_set - {name})

    def __str__(self) -> str:
        """Return it in words: age below 18 years; takes warfarin."""
        parts = [f"{measure} {interval}" for measure, interval in self.intervals()]
        parts += [" or ".join(words) for words in (self.is_, self.sex, self.liver) if words]
        named = ("genotype", "dialysis", "has", "takes", "allergy")
        parts += [
            f"{name} {' or '.join(words)}" for name in named if (words := getattr(self, name))
        ]
        if self.unless_takes:
            parts.append(f"does not take {' or '.join(self.unless_takes)}")
        parts += [str(part) for part in (self.result, self.missing) if part is not None]
        return "; ".join(parts)


class Answer(FileModel):
    """What a source says of some patients, as a sentence that stands by itself.

    ``dose`` is what the source gives them instead of its standard dose; it is shown, as an amount
    for the patient, and never planned. What a result ``proposes`` for the next dose is decided by
    a person.
    """

    when: Whom | Literal["always"]
    routes: list[str] = Field(default_factory=no_entries)
    level: Level
    text: str = Field(min_length=1)
    dose: DoseValue | None = None
    weight: Literal["actual"] | None = None
    jurisdiction: Jurisdiction = ""
    proposes: Proposed | None = None
    source: str

    @model_validator(mode="after")
    def _fits(self) -> Answer:
        if self.when == ALWAYS and self.level != "NOTE":
            raise ValueError("what is shown always is a NOTE: a WARN or STOP needs a rule")
        if isinstance(self.when, Whom) and self.when.missing and self.level != "NOTE":
            raise ValueError("a result that was not entered is a NOTE, as all that was not asked")
        if self.dose is None and self.weight is not None:
            raise ValueError("weight says what a dose goes by, and there is none")
        if self.proposes is not None and not self.is_of_a_result:
            raise ValueError("proposes a change, and is not about a result alone")
        return self

    def code_of(self, drug: str, question: Question) -> str:
        """Return the code of the finding that it comes to, for a drug by its id."""
        whom = self.text[:_LONGEST_CODE] if self.when == ALWAYS else str(self.when)
        return f"safety.{code_word(drug)}.{question}.{code_word(whom)}"

    @property
    def is_of_a_result(self) -> bool:
        """Whether it is about the result of a test, whoever has it."""
        when = self.when
        return isinstance(when, Whom) and bool(when.result) and not when.states_more_than("result")


Answers = list[Answer] | Literal["no source found", "see adjustments"]


class Safety(FileModel):
    """The eight questions. One that is left out was not looked up yet."""

    age: Answers | None = None
    pregnancy: Answers | None = None
    kidney: Answers | None = None
    liver: Answers | None = None
    infection: Answers | None = None
    conditions: Answers | None = None
    medicines: Answers | None = None
    laboratory: Answers | None = None

    @model_validator(mode="after")
    def _stands_once(self) -> Safety:
        for question in QUESTIONS:
            answers = self.answers(question)
            if getattr(self, question) == []:
                raise ValueError(f'{question}: write an answer, or "{NO_SOURCE}"')
            seen: set[tuple[str, tuple[str, ...]]] = set()
            for answer in answers:
                whom = answer.text if answer.when == ALWAYS else str(answer.when)
                if (whom, tuple(answer.routes)) in seen:
                    raise ValueError(f"{question}: two answers are about: {whom}")
                seen.add((whom, tuple(answer.routes)))
        return self

    @property
    def missing(self) -> list[Question]:
        """Return the questions that the file leaves out."""
        return [question for question in QUESTIONS if getattr(self, question) is None]

    def answers(self, question: Question) -> list[Answer]:
        """Return the answers to a question; none where no source was found."""
        stated = getattr(self, question)
        return stated if isinstance(stated, list) else []

    def sources_named(self) -> Iterator[tuple[str, str]]:
        """Yield every place that names a source, and the name."""
        for question, number, answer in self.every_answer():
            place = f"safety {question} {number}"
            yield place, answer.source
            if answer.proposes is not None:
                yield f"{place}, proposes", answer.proposes.source

    def every_answer(self) -> Iterator[tuple[Question, int, Answer]]:
        """Yield each answer with its question and its number, from 1."""
        for question in QUESTIONS:
            for number, answer in enumerate(self.answers(question), 1):
                yield question, number, answer
