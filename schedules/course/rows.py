"""What has a date in a course: a slot before its amount is known, a dose, an occasion."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Literal, TypeVar

from dosing.calculation.calculate import Dose
from dosing.calculation.packs import Packs
from dosing.calculation.rule import Adjustment, DoseRule
from dosing.units import Quantity
from schedules.knowledge.branch import Branch
from schedules.knowledge.medicine import Medicine, Rate
from schedules.knowledge.phase import OpenDays

State = Literal["planned", "given", "omitted", "ceased", "stopped"]
BY_MOUTH = "oral"
Status = Literal["planned", "conditional", "given", "omitted", "ceased", "stopped"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Dated:
    """What has a date in a course. ``time`` is a wall-clock time in the plan's zone.

    It begins then and lasts ``length``; a person arrives ``before`` it and stays on ``after`` it.
    ``original_date`` is the day on which it stood before it was moved; None if it never was.
    Without ``slots``, so that ``replaced`` can copy all fields at once.
    """

    id: str
    date: dt.date
    time: dt.time
    length: dt.timedelta
    phase: str
    cycle: int
    day: int
    n: int
    condition: str = ""
    course_number: int = 1
    state: State = "planned"
    original_date: dt.date | None = None
    before: dt.timedelta = dt.timedelta()
    after: dt.timedelta = dt.timedelta()

    @property
    def status(self) -> Status:
        """Return what became of it; a planned one may depend on something not known yet."""
        return "conditional" if self.condition and self.state == "planned" else self.state

    @property
    def live(self) -> bool:
        """Whether it takes place, or took place."""
        return self.state in {"planned", "given"}

    @property
    def planned_on(self) -> dt.date:
        """Return the day on which it stood before it was moved."""
        return self.original_date or self.date

    def stands_with(self, other: Dated) -> bool:
        """Return whether both have the same place."""
        return (self.day, self.cycle, self.phase, self.course_number) == (
            other.day,
            other.cycle,
            other.phase,
            other.course_number,
        )

    @property
    def place(self) -> str:
        """Return where in the course it stands, in words that a change can name."""
        course = f"course {self.course_number}, " if self.course_number > 1 else ""
        return f"{course}{self.phase} cycle {self.cycle} day {self.day}"

    @property
    def at_home(self) -> bool:
        """Whether a person takes it at home, and comes to no clinic for it: a dose by mouth."""
        return False

    @property
    def follows(self) -> bool:
        """Whether it is a companion beside one dose or procedure, and goes where that goes."""
        return False


D = TypeVar("D", bound=Dated)


def replaced(dated: D, **fields: object) -> D:
    """Return it with some fields replaced.

    A change may copy a year of doses, and ``dataclasses.replace`` takes fifty times as long.

    Raises:
        TypeError: if it has no such field.
    """
    before = dated.__dict__
    after = before | fields
    if len(after) != len(before):
        raise TypeError(f"one of {', '.join(fields)} is no field of {type(dated).__name__}")
    copy = object.__new__(type(dated))
    object.__setattr__(copy, "__dict__", after)
    return copy


@dataclasses.dataclass(frozen=True, kw_only=True)
class Slot(Dated):
    """A dose on its date, before its amount is computed.

    ``goes_with`` is the id of the dose or procedure that it is tied to, if it is tied to one.
    ``dealt`` is its position among the doses over which the total of a day, of two days or of a
    cycle is dealt out, and their number. ``follows_given_dose``: later cycles are counted from the
    day on which this dose was really given. ``measurement`` is an index into the measurements of
    the agenda; 0 are those of the plan. An ``amount`` that a person stated replaces the rule.
    ``into`` is the joint or side that was chosen.
    """

    medicine: Medicine
    rule: DoseRule
    goes_with: str = ""
    dealt: tuple[int, int] | None = None
    follows_given_dose: bool = False
    measurement: int = 0
    adjustments: tuple[Adjustment, ...] = ()
    amount: Quantity | None = None
    into: str = ""

    @property
    def at_home(self) -> bool:
        """Whether it is taken at home."""
        return self.medicine.route == BY_MOUTH

    @property
    def follows(self) -> bool:
        """Whether it is a companion beside one dose or procedure, and goes where that goes."""
        return bool(self.medicine.companion and self.goes_with)

    @property
    def beside(self) -> str:
        """Return when it is given, counted from what it goes with: at the start of rituximab."""
        if not self.goes_with:
            return ""
        at = self.medicine.at[(self.n - 1) % len(self.medicine.at)]
        return (
            f"{at.replace('start', 'the start').replace('end', 'the end')} of {self.medicine.event}"
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Occasion(Dated):
    """What takes place like a dose and has none: a procedure, a review, a test, a decision.

    ``outcome`` is the result of a decision or review, once it was entered. A review with a
    ``window`` is booked on an open day in it; ``branches`` are what it may open.
    """

    what: str
    kind: Literal["procedure", "review", "monitoring", "decision"]
    outcome: str = ""
    window: OpenDays | None = None
    branches: tuple[Branch, ...] = ()

    @property
    def open_branches(self) -> tuple[Branch, ...]:
        """Return what it may still open: nothing once its outcome was entered."""
        return () if self.outcome else self.branches


def outcome_lines(one: Occasion) -> list[str]:
    """Return what a review may still open, a line for each outcome; nothing opens by itself."""
    if not one.open_branches:
        return []
    return ["Outcomes, of which a person enters one:", *(f"- {b}" for b in one.open_branches)]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Administration(Dated):
    """One dated dose. ``tablets`` make it up, where the drug has tablets for its route.

    ``beside`` says when it is given beside the dose or procedure that it goes with; a dose with a
    ``companion`` is there for the sake of others, and decides nothing about them.
    ``infusion`` is "later" only where it is certainly not the first infusion of its drug in the
    course; ``rate`` names the regimen's ladders for both.
    """

    item: str
    drug: str
    drug_name: str
    route: str
    dose: Dose
    tablets: Packs | None = None
    measurement: int = 0
    rate: Rate | None = None
    infusion: Literal["", "first", "later"] = ""
    companion: str = ""
    beside: str = ""
    into: str = ""

    @property
    def at_home(self) -> bool:
        """Whether it is taken at home."""
        return self.route == BY_MOUTH

    @property
    def site(self) -> str:
        """Return where it goes, or which of several doses of a visit it is: a joint, a gland.

        Doses by mouth are told apart by their times.
        """
        if self.at_home or self.into:
            return self.into
        of_the_drug = {self.drug, *self.drug.split("-")}
        return " ".join(word for word in self.item.split() if word not in of_the_drug)

    @property
    def name(self) -> str:
        """Return the name of the drug, and where it goes where that tells two doses apart."""
        return f"{self.drug_name}, {self.site}" if self.site else self.drug_name

    @property
    def ladder(self) -> str:
        """Return the id of the rate ladder that the regimen names for it, if it names one."""
        if self.rate is None or not self.infusion:
            return ""
        return self.rate.first if self.infusion == "first" else self.rate.later
