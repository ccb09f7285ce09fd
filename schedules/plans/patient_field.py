"""One fact that is asked of a patient: its kind of value, its titles and its spelling."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Literal

from dosing.drugs.file_model import FileModel

Place = Literal["first", "age", "more", "genotype", "kidney", "apart"]
_NOT_MEASURED = ("text", "word", "fraction", "date", "several", "amounts", "confirmed")


def join_words(words: Sequence[str]) -> str:
    """Return one text that parts into just these words, none of which has a semicolon."""
    if any("," in word for word in words):
        return "".join(f"{word}; " for word in words).rstrip()
    return ", ".join(words)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PatientField:
    """One fact about a patient, as the command line, the Plan screen and the plan file ask for it.

    Attributes:
        kind: a kind of ``dosing.units.KINDS``; or text, word (one of ``words``), fraction, date,
            several (texts), amounts (by drug) or confirmed (yes or no).
        help: the line of the option in the help.
        name: its key in the plan file, which names the field of the model.
        option: the option without its dashes, where it is not the name.
        metavar: what stands for the value in the help, where it is not the first letter.
        leads: whether it stands at the head of the options of its form.
        title: what stands above the field on the screen.
        example: the spelling, shown while the field is empty.
        hint: what the mark beside the title says when it is clicked.
        place: where the Plan screen asks for it: at first sight, in the place of the age, behind
            one click, where the regimen needs the genotype or the kidney, or apart.
        words: the words that are accepted, where it is a word.
        only_with: the field without which this one says nothing, and beside which it must stand.
        again: the spelling of a new value, where it can be measured again during a course.
        again_help: the line of that option.
        later: whether it may become another during a course whose doses do not go by it.
    """

    kind: str
    help: str
    name: str = ""
    option: str = ""
    metavar: str = ""
    leads: bool = False
    title: str = ""
    example: str = ""
    hint: str | None = None
    place: Place = "more"
    words: tuple[str, ...] = ()
    only_with: str = ""
    again: str = ""
    again_help: str = ""
    later: bool = False

    @property
    def measured(self) -> bool:
        """Whether its value is a number with a unit."""
        return self.kind not in _NOT_MEASURED

    @property
    def in_words(self) -> str:
        """Return its name as a problem calls it."""
        return self.name.replace("_", " ")

    @property
    def spelling(self) -> str:
        """Return how it is written: an example, or the words there are."""
        if not self.words:
            return self.example
        return f"{', '.join(self.words[:-1])} or {self.words[-1]}"


def read_fields(model: type[FileModel]) -> tuple[PatientField, ...]:
    """Return what a model says of each of its fields, in their order.

    Raises:
        TypeError: if it says nothing of one, which nobody would then be asked for.
    """
    fields = []
    for name, info in model.model_fields.items():
        found = [part for part in info.metadata if isinstance(part, PatientField)]
        if not found:
            raise TypeError(f"{model.__name__}.{name} has no PatientField")
        metavar = "DATE" if found[0].kind == "date" else name[0].upper()
        fields.append(
            dataclasses.replace(
                found[0],
                name=name,
                option=found[0].option or name.replace("_", "-"),
                metavar=found[0].metavar or metavar,
            )
        )
    return tuple(fields)
