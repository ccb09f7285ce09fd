"""An adjustment that a drug file proposes: for whom, which share of the standard dose, and why.

It never applies itself: a person applies a share, with a reason, or does not.
"""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field, model_validator

from dosing.drugs.conditions import When
from dosing.drugs.file_model import FileModel, Words, no_entries
from dosing.drugs.safety import Question
from dosing.errors import InputError
from dosing.numbers import read_share
from dosing.patient import Patient
from dosing.trace import Level

AVOID = "avoid"


class ProposedAdjustment(FileModel):
    """What is proposed for whom.

    ``propose`` is a share of the standard dose ("50 %", "30 % to 80 %", "a quarter") or "avoid".
    With the level STOP nothing is planned until a share no greater than that is applied.
    """

    when: When | None = None
    if_taking: list[Words] = Field(default_factory=no_entries)
    routes: list[Words] = Field(default_factory=no_entries)
    propose: str
    level: Level
    text: Words
    source: str

    @model_validator(mode="after")
    def _readable(self) -> ProposedAdjustment:
        if self.when is None and not self.if_taking:
            raise ValueError("needs when or if_taking")
        try:
            low, *rest = self.parts or (0.0,)
        except InputError as error:
            problems = "; ".join(map(str, error.problems))
            raise ValueError(f'{problems}; "30 % to 80 %" or "{AVOID}"') from None
        if rest and rest[0] <= low:
            raise ValueError(f'propose "{self.propose}": low is not below high')
        return self

    @property
    def question(self) -> Question:
        """Return which of the eight questions it answers."""
        measures = self.when.measures if self.when is not None else []
        if "clearance" in measures or "creatinine" in measures:
            return "kidney"
        if "genotype" in measures:
            return "laboratory"
        return "medicines" if self.if_taking else "age"

    @property
    def parts(self) -> tuple[float, ...]:
        """Return the proposed share, or the least and the greatest; nothing for "avoid".

        Raises:
            InputError: if it is none of these.
        """
        if self.propose == AVOID:
            return ()
        return tuple(read_share(text, "propose") for text in self.propose.split(" to ", 1))

    def concerns(self, patient: Patient, drugs: Iterable[str]) -> bool:
        """Return whether it is meant for a patient who takes these other drugs.

        Raises:
            InputError: naming what it depends on and what was not measured.
        """
        taken = [drug.casefold() for drug in drugs]
        meets = any(name.casefold() in drug for name in self.if_taking for drug in taken)
        return (meets or not self.if_taking) and (self.when is None or self.when.holds(patient))

    def __str__(self) -> str:
        """Return for whom it is meant, and what it proposes."""
        whom = [str(self.when)] if self.when is not None else []
        whom += [f"takes {' or '.join(self.if_taking)}"] if self.if_taking else []
        what = self.propose if self.propose == AVOID else f"{self.propose} of the standard dose"
        return f"{'; '.join(whom)}: {what}. {self.text}"
