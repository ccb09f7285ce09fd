"""An adjustment that a drug file proposes: for whom, which part of the standard dose, and why.

It is proposed and never applied by itself: a person applies a part, with a reason, or does not.
"""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field, model_validator

from dosing.drugs.conditions import When
from dosing.drugs.file_model import FileModel
from dosing.errors import InputError
from dosing.numbers import read_share
from dosing.patient import Patient
from dosing.trace import Level

AVOID = "avoid"


class ProposedAdjustment(FileModel):
    """What is proposed for whom.

    ``propose`` is a part of the standard dose ("50 %", "30 % to 80 %", "a quarter") or "avoid".
    With the level STOP nothing is planned until a part no greater than the proposed one is applied.
    """

    when: When | None = None
    takes: list[str] = Field(default_factory=list)
    routes: list[str] = Field(default_factory=list)
    propose: str
    level: Level
    text: str = Field(min_length=1)
    source: str

    @model_validator(mode="after")
    def _readable(self) -> ProposedAdjustment:
        if self.when is None and not self.takes:
            raise ValueError("needs when or takes")
        try:
            low, *rest = self.parts or (0.0,)
        except InputError as error:
            said = "; ".join(map(str, error.problems))
            raise ValueError(f'{said}; "30 % to 80 %" or "{AVOID}"') from None
        if rest and rest[0] <= low:
            raise ValueError(f'propose "{self.propose}": low is not below high')
        return self

    @property
    def parts(self) -> tuple[float, ...]:
        """Give the proposed part, or the least and the greatest; nothing for "avoid".

        Raises:
            InputError: if it is none of these.
        """
        if self.propose == AVOID:
            return ()
        return tuple(read_share(text, "propose") for text in self.propose.split(" to ", 1))

    def concerns(self, patient: Patient, drugs: Iterable[str]) -> bool:
        """Tell whether it is meant for a patient who takes these other drugs.

        Raises:
            InputError: if what it depends on was not measured, naming it.
        """
        said = [drug.casefold() for drug in drugs]
        meets = not self.takes or any(
            name.casefold() in drug for name in self.takes for drug in said
        )
        return meets and (self.when is None or self.when.holds(patient))

    def __str__(self) -> str:
        """Say for whom, and what."""
        whom = [str(self.when)] if self.when is not None else []
        whom += [f"takes {' or '.join(self.takes)}"] if self.takes else []
        what = self.propose if self.propose == AVOID else f"{self.propose} of the standard dose"
        return f"{'; '.join(whom)}: {what}. {self.text}"
