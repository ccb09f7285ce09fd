"""By which weight a place doses a drug, in place of the weight that a regimen names.

A drug file states the rules of jurisdictions, ``site.yaml`` the formula that a hospital uses. Where
it was seen that a place adjusts the weight, and not how, a rule has no ``weight``: then the
regimen's own holds, and it is said.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from dosing.drugs.file_model import Day, FileModel, Words, no_entries
from dosing.drugs.safety import Whom
from dosing.formulas.body import IDEAL_WEIGHT
from dosing.names import Jurisdiction


class WeightFormula(FileModel):
    """A dosing weight: its formula, from which body-mass index on, and for whom the actual one.

    Each entry of ``actual_for`` is about some people; whoever one of them is about is dosed by the
    actual weight. ``before_pregnancy`` takes the weight before a pregnancy into the formula.
    With ``actual_by_reason`` a prescriber may choose the actual weight and write why.
    """

    weight: Literal["ideal", "adjusted", "actual"] | None = None
    ideal: str | None = None
    fraction: float | None = Field(default=None, gt=0, lt=1)
    from_bmi: float | None = Field(default=None, gt=0)
    actual_for: list[Whom] = Field(default_factory=no_entries)
    before_pregnancy: bool = False
    actual_by_reason: bool = False
    source: Words

    @model_validator(mode="after")
    def _complete(self) -> WeightFormula:
        if (self.weight in (None, "actual")) != (self.ideal is None):
            raise ValueError("ideal goes with weight: ideal or adjusted, and only with it")
        if self.ideal is not None and self.ideal not in IDEAL_WEIGHT:
            raise ValueError(f'ideal "{self.ideal}" is none of {", ".join(IDEAL_WEIGHT)}')
        if (self.weight == "adjusted") != (self.fraction is not None):
            raise ValueError("fraction goes with adjusted, and only with it")
        return self


class WeightRule(WeightFormula):
    """The dosing weight of a jurisdiction, from a day on."""

    jurisdiction: Jurisdiction
    routes: list[Words] = Field(default_factory=no_entries)
    from_day: Day | None = Field(default=None, alias="from")
    text: Words

    @model_validator(mode="after")
    def _of_a_place(self) -> WeightRule:
        if not self.jurisdiction:
            raise ValueError("needs the jurisdiction that it is of")
        return self


class SiteWeight(WeightFormula):
    """The dosing weight that a hospital decided on; its source is written out."""

    @model_validator(mode="after")
    def _decided(self) -> SiteWeight:
        if self.weight is None:
            raise ValueError("needs weight: ideal, adjusted or actual")
        return self
