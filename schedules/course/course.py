"""A course: the dated doses that follow from a plan, with its findings and totals."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping

from dosing.drugs.drug import Drug
from dosing.patient import Patient
from dosing.trace import Finding, RefusedError, stops
from schedules.course.checked import NOT_CHECKED, Verification
from schedules.course.gate_states import GateState
from schedules.course.ledger import LedgerLine
from schedules.course.proposals import Proposal
from schedules.course.rows import Administration, Occasion
from schedules.course.totals import Total
from schedules.knowledge.regimen import Regimen
from schedules.plans.changes import Record
from schedules.plans.plan import Acknowledgement, Plan


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What follows from a plan: rows, totals, findings. With a STOP it is shown, never exported.

    ``patient`` is as the plan states it, with the clearance and severity of its regimen's bands.
    ``rows`` and ``occasions`` take place or took place; ``cancelled`` were omitted, ceased or
    stopped by what became known later.
    ``earlier`` works out the state after so many of its changes, when it is asked for.
    ``regimen`` is the plan's own, ``regimens`` holds those that were added as well.
    ``drugs`` are the drugs of them all as their files state them.
    ``ledger`` says of each fact that was entered which rules looked at it, ``questions`` of each
    drug and each of the eight questions whether it was asked.
    ``recorded`` has what was recorded of each dose that was given, by its id.
    ``gate_states`` says of each dose, by its id, which tests decide on it and what is known of
    them; ``proposals`` are what a result proposes and nobody has taken or declined yet.
    ``checked`` says whether this very content is checked, as far as the caller knows, and
    ``acknowledged`` which warnings were accepted after the plan was saved.
    """

    plan: Plan
    patient: Patient
    regimen: Regimen
    rows: tuple[Administration, ...]
    totals: tuple[Total, ...]
    findings: tuple[Finding, ...]
    occasions: tuple[Occasion, ...] = ()
    cancelled: tuple[Administration | Occasion, ...] = ()
    regimens: tuple[Regimen, ...] = ()
    tests_and_decisions: tuple[Occasion, ...] = ()
    earlier: Callable[[int], Course] | None = dataclasses.field(
        default=None, compare=False, repr=False
    )
    drugs: Mapping[str, Drug] = dataclasses.field(default_factory=dict)
    ledger: tuple[LedgerLine, ...] = ()
    questions: Mapping[str, Mapping[str, str]] = dataclasses.field(default_factory=dict)
    recorded: Mapping[str, Record] = dataclasses.field(default_factory=dict)
    gate_states: Mapping[str, tuple[GateState, ...]] = dataclasses.field(default_factory=dict)
    proposals: tuple[Proposal, ...] = ()
    checked: Verification = NOT_CHECKED
    acknowledged: tuple[Acknowledgement, ...] = ()

    @property
    def before(self) -> Course | None:
        """Return the course before the last change, None where nothing was changed."""
        count = len(self.plan.changes)
        return self.earlier(count - 1) if self.earlier and count else None

    def state(self, count: int) -> Course:
        """Return the course after only this many of its changes.

        It bears the check of this one, which decides whether any of its states may be used.
        """
        if self.earlier is None or count == len(self.plan.changes):
            return self
        return dataclasses.replace(
            self.earlier(count), checked=self.checked, acknowledged=self.acknowledged
        )

    @property
    def states(self) -> list[Course]:
        """Return the course as it was planned and after each change; the last is this one."""
        return [self.state(count) for count in range(len(self.plan.changes) + 1)]

    @property
    def every(self) -> tuple[Administration | Occasion, ...]:
        """Return everything in the course, what was omitted or ceased as well."""
        return (*self.rows, *self.occasions, *self.cancelled)

    @property
    def stopped(self) -> bool:
        """Whether a finding stops it."""
        return bool(stops(self.findings))

    @property
    def stopped_from(self) -> dt.date | None:
        """Return the day of the first dose that is stopped by what became known later."""
        return min((row.date for row in self.cancelled if row.state == "stopped"), default=None)

    @property
    def acknowledgements(self) -> tuple[Acknowledgement, ...]:
        """Return every acknowledgement: those in the plan, and those kept beside it."""
        return (*self.plan.acknowledgements, *self.acknowledged)

    @property
    def unacknowledged(self) -> tuple[Finding, ...]:
        """Return the WARN findings that nobody has acknowledged with a reason, or decided on."""
        seen = {entry.code for entry in self.acknowledgements} - self.undecided
        return tuple(f for f in self.findings if f.level == "WARN" and f.code not in seen)

    @property
    def undecided(self) -> frozenset[str]:
        """Return the codes of the findings that only a decision on a result settles."""
        return frozenset(code for one in self.proposals for code in one.codes)

    def must_be_exportable(self) -> None:
        """Refuse to export it while a finding stops it or waits for an acknowledgement.

        Raises:
            RefusedError: with those findings.
        """
        in_the_way = stops(self.findings) or self.unacknowledged
        if in_the_way:
            raise RefusedError(*in_the_way)
