"""The door for programmers: a library, a plan, its course, its changes and its files.

Like the screens and the command lines it is a face of the program: today is asked here where a
plan is dated or a page is printed and the caller does not say when.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

from dosing.clock import now
from dosing.errors import InputError, Problems, refuse, text_of
from dosing.trace import Finding
from schedules.course.answer_result import ENTERED, Answering, answer_results
from schedules.course.course import Course
from schedules.course.proposals import Proposal
from schedules.course.read_change import read_change, with_change
from schedules.course.rows import Administration
from schedules.course.totals import Total
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.library.reader import open_library
from schedules.outputs.course_json import course_as_dict
from schedules.outputs.formats import Job, pick
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PATIENT_FIELDS, PatientEntry, PatientFacts
from schedules.plans.patient_reading import read_date
from schedules.plans.plan import Acknowledgement, Plan, PlannedAdjustment
from schedules.plans.wrong_values import make_of

if TYPE_CHECKING:
    # pandas costs 0.3 s, and few callers want a frame.
    import pandas as pd


_SPELLINGS = {field.name: field.spelling for field in PATIENT_FIELDS if field.spelling} | {
    "size_confirmed": "True or False",
    "conditions": '["myasthenia gravis"]',
    "takes": '["valproate"]',
    "allergies": '["mouse protein"]',
    "results": '["neutrophils 0.9 10^9/L 2026-11-28"]',
    "vaccinations": '["MenACWY 2026-11-01"]',
    "earlier": '{"DRUG": "2 g"}',
}


@dataclasses.dataclass(frozen=True, slots=True)
class PatientCourse:
    """The course of one patient, to look at, to change and to write out.

    It never changes: ``change`` returns a new one. What a STOP or an unacknowledged WARN stands
    in the way of raises a RefusedError on every way out; ``findings`` says what it is.
    """

    course: Course
    library: Library

    @property
    def plan(self) -> Plan:
        """The plan, with its changes; ``plan.to_json()`` is the plan file."""
        return self.course.plan

    @property
    def doses(self) -> tuple[Administration, ...]:
        """The dated doses, none while a STOP stands."""
        return self.course.rows

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything found, the gravest first."""
        return self.course.findings

    @property
    def totals(self) -> tuple[Total, ...]:
        """The totals of each drug: a day, a cycle, the course, a lifetime."""
        return self.course.totals

    def change(self, kind: str, *, at: str = "", why: str, who: str, **typed: Any) -> PatientCourse:
        """Return the course with one more change.

        >>> import schedules
        >>> planned = schedules.plan(
        ...     "rituximab-weekly", label="ward-7", weight="70 kg", height="175 cm", sex="male",
        ...     age="48 years", start="2026-11-30",
        ... )
        >>> moved = planned.change(
        ...     "defer", at="cycle 1 day 8", by="7 days", scope="later", why="neutrophils 0.9",
        ...     who="AB",
        ... )
        >>> [str(dose.date) for dose in moved.doses]
        ['2026-11-30', '2026-12-14', '2026-12-21', '2026-12-28']

        Args:
            kind: defer, omit, cease, re-weigh, adjust, switch, record, hold, step-back, add,
                outcome, facts, results, decline or result.
            at: the place: ``"cycle 1 day 8"`` or a date; none for add.
            why: the reason.
            who: initials or a role.
            **typed: what the kind of change takes, as on the command line: ``by="7 days"``,
                ``scope="later"``, ``give="75 % of the standard dose"``; ``when`` is its time.

        Raises:
            InputError: with every problem; this course stays as it is.
        """
        when = typed.pop("when", None) or now()
        fields = {"from": at, **typed}
        decided = read_change(kind, fields, self.course, self.library, who=who, why=why, when=when)
        return PatientCourse(with_change(self.plan, decided, self.library), self.library)

    @property
    def proposals(self) -> tuple[Proposal, ...]:
        """What results propose and nobody has taken or refused yet."""
        return self.course.proposals

    def results(
        self, *texts: str, who: str, why: str = ENTERED, when: dt.datetime | None = None
    ) -> Answering:
        """Enter results; what they propose is decided by a person.

        >>> import schedules
        >>> planned = schedules.plan(
        ...     "cyclophosphamide-monthly", label="ward-7", weight="70 kg", height="175 cm",
        ...     sex="male", age="48 years", start="2026-11-30",
        ... )
        >>> answering = planned.results("neutrophils 0.9 10^9/L 2026-12-27", who="AB")
        >>> answering.proposals[0].changes
        ('defer 7 days', 'give 75 % of the standard dose')
        >>> [str(dose.date) for dose in planned.take(answering, "defer 7 days", who="AB").doses][:2]
        ['2026-11-30', '2027-01-04']

        Args:
            *texts: test, value with its unit, and date.
            who: initials or a role.
            why: what they are from.
            when: now, if not stated.

        Raises:
            InputError: with every result that cannot be read.
        """
        return answer_results(
            self.course, texts, self.library, who=who, why=why, when=when or now()
        )

    def take(
        self,
        answering: Answering,
        change: str,
        *,
        gate: str = "",
        who: str,
        when: dt.datetime | None = None,
    ) -> PatientCourse:
        """Return the course with the results, and with one of the changes that they propose.

        Raises:
            InputError: if it is not proposed; this course stays as it is.
        """
        found = answering.find(gate)
        after = answering.take(found, change, who=who, when=when or now())
        return PatientCourse(after, self.library)

    def refuse(
        self,
        answering: Answering,
        *,
        gate: str = "",
        why: str,
        who: str,
        when: dt.datetime | None = None,
    ) -> PatientCourse:
        """Return the course with the results, its doses as planned, and the reason for that.

        Raises:
            InputError: if the reason is missing; this course stays as it is.
        """
        found = answering.find(gate)
        after = answering.decline(found, who=who, why=why, when=when or now())
        return PatientCourse(after, self.library)

    def acknowledge(self, reasons: Mapping[str, str], *, who: str = "") -> PatientCourse:
        """Return the course with warnings acknowledged: a reason for each finding code.

        Raises:
            InputError: if a reason is missing, or no finding has the code.
        """
        problems = Problems()
        more = _acknowledgements(problems, reasons, _text(problems, "who", who))
        codes = {finding.code for finding in self.findings}
        waiting = ", ".join(dict.fromkeys(f.code for f in self.course.unacknowledged))
        for entry in more:
            if entry.code not in codes:
                why = "is not the code of a finding here"
                accepted = f"these wait: {waiting}" if waiting else "no warning waits"
                problems.add("acknowledge", entry.code, why=why, accepted=accepted)
            elif entry.code in self.course.undecided:
                why, accepted = "waits for a decision", "take what is proposed, or decline it"
                problems.add("acknowledge", entry.code, why=why, accepted=accepted)
        problems.raise_if_any()
        known = [*self.plan.acknowledgements, *more]
        plan = self.plan.model_copy(update={"acknowledgements": known})
        return PatientCourse(work_out(plan, self.library), self.library)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as ``schedules course PLAN --json`` prints them."""
        return course_as_dict(self.course)

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each dose, with the unit in the column's name.

        Raises:
            RefusedError: if a finding stands in the way.
        """
        from schedules.outputs.table import frame

        self.course.must_be_exportable()
        return frame(self.course)

    def to_ics(self, *, discreet: bool = False) -> bytes:
        """Return the calendar file; ``discreet`` names neither drug, dose nor disease.

        Raises:
            RefusedError: if a finding stands in the way.
        """
        return self._written("ics", "", discreet=discreet)

    def to_csv(self) -> bytes:
        """Return the table as CSV. It raises as ``to_ics`` does."""
        return self._written("csv")

    def to_xlsx(self) -> bytes:
        """Return the workbook. It raises as ``to_ics`` does."""
        return self._written("xlsx")

    def to_fhir(self) -> bytes:
        """Return FHIR R4 JSON. It raises as ``to_ics`` does."""
        return self._written("fhir")

    def to_pdf(
        self, what: str, *, discreet: bool = False, printed_at: dt.datetime | None = None
    ) -> bytes:
        """Return a document: ``chart``, ``worksheet`` or ``patient``. It raises as ``to_ics``."""
        return self._written("pdf", what, discreet=discreet, printed_at=printed_at)

    def _written(
        self,
        to: str,
        what: str = "",
        *,
        discreet: bool = False,
        printed_at: dt.datetime | None = None,
    ) -> bytes:
        at: object = now() if printed_at is None else printed_at
        if not isinstance(at, dt.datetime):
            why = "is not a date with a time"
            refuse("printed at", str(at), why=why, write="dt.datetime(2026, 11, 30, 9, 0)")
        job = Job(course=self.course, library=self.library, printed_at=at)
        return pick(to, what, discreet=discreet).write(job)


def plan(
    regimen: str,
    *,
    start: str | dt.date,
    library: Library | None = None,
    choose: Mapping[str, str] | None = None,
    dose: str = "",
    adjust: Mapping[str, str] | None = None,
    acknowledge: Mapping[str, str] | None = None,
    because: str = "",
    who: str = "",
    zone: str = "",
    times: Mapping[str, str] | None = None,
    made_on: str | dt.date | None = None,
    **patient: Unpack[PatientFacts],
) -> PatientCourse:
    """Return the dated course of a regimen for a patient.

    >>> import schedules
    >>> planned = schedules.plan(
    ...     "rituximab-weekly", label="ward-7", weight="70 kg", height="175 cm", sex="male",
    ...     age="48 years", start="2026-11-30",
    ... )
    >>> [f"{dose.date} {dose.dose}" for dose in planned.doses][:2]
    ['2026-11-30 700 mg', '2026-12-07 700 mg']

    Args:
        regimen: its id.
        start: the first day: ``"2026-11-30"``, or a date.
        library: where it is read from; the shipped one where none is given.
        choose: the choices that the regimen leaves open.
        dose: another dose than the regimen's.
        adjust: shares of the standard dose by drug: ``{"azathioprine": "25 %"}``.
        acknowledge: warnings that are accepted: the reason for each finding code.
        because: why the dose is adjusted.
        who: who adjusts and accepts, as initials.
        zone: another time zone than the site's.
        times: other clock times than the site's, by its words.
        made_on: the day that the plan is dated; today where it is not stated. With the same day
            the same call gives the same bytes.
        **patient: the patient as typed.

    Raises:
        InputError: with everything that is missing or wrong.
        KnowledgeError: if the library cannot be read.
    """
    if library is not None and not isinstance(library, Library):
        refuse("library", text_of(library), why="is no Library", accepted="give open_library(...)")
    library = library or open_library()
    found = library.regimen(regimen)
    problems = Problems()
    entry = _entry(problems, patient)
    today = now().date()
    dated = today if made_on is None else problems.reading(read_date, made_on, "made on")
    choices = _texts(problems, "choose", choose)
    zone, dose = _text(problems, "zone", zone), _text(problems, "dose", dose)
    who = _text(problems, "who", who)
    times = _texts(problems, "times", times)
    adjustments = _adjustments(problems, adjust, because, who)
    acknowledgements = _acknowledgements(problems, acknowledge, who)
    made = problems.reading(
        make_plan,
        found,
        library.knowledge_for(found),
        library.site,
        entry,
        first_day=start,
        made_on=dated or today,
        choices=choices,
        zone=zone,
        times=times,
        dose_text=dose,
        adjustments=adjustments,
        acknowledgements=acknowledgements,
    )
    return PatientCourse(work_out(problems.settled(made), library), library)


def _entry(problems: Problems, patient: PatientFacts) -> PatientEntry:
    """Return the patient; what is of another kind than a text ends the reading."""
    facts = {name: fact for name, fact in patient.items() if fact is not None}
    for unknown in facts.keys() - PatientEntry.model_fields.keys():
        problems.add(
            unknown, "", why="is not known of a patient", write=", ".join(PatientEntry.model_fields)
        )
        del facts[unknown]
    for field in PATIENT_FIELDS:
        if field.kind == "date" and field.name in facts:
            facts[field.name] = problems.reading(read_date, facts[field.name], field.name)
    try:
        return make_of(PatientEntry, facts, "patient", "")
    except InputError as error:
        wrong = error.problems
    for one in wrong:
        accepted = f"write {_SPELLINGS.get(one.field.split(', ')[0], 'a text')}"
        problems.extend([dataclasses.replace(one, accepted=accepted)])
    problems.raise_if_any()
    return PatientEntry()


def _adjustments(
    problems: Problems, shares: Mapping[str, str] | None, because: str, who: str
) -> list[PlannedAdjustment]:
    parts, reason = _texts(problems, "adjust", shares), _text(problems, "because", because).strip()
    if parts and not reason:
        problems.add("because", "", why="is missing", write="why the dose is adjusted: allopurinol")
        return []
    return [
        PlannedAdjustment(drug=drug, part=part, reason=reason, who=who)
        for drug, part in parts.items()
    ]


def _acknowledgements(
    problems: Problems, reasons: Mapping[str, str] | None, who: str
) -> list[Acknowledgement]:
    stated = _texts(problems, "acknowledge", reasons)
    for code in (code for code, why in stated.items() if not why.strip()):
        example = "the reason, such as seen by AB"
        problems.add(f"acknowledge {code}", "", why="is missing", write=example)
    return [
        Acknowledgement(code=code, reason=why.strip(), who=who)
        for code, why in stated.items()
        if why.strip()
    ]


def _text(problems: Problems, field: str, value: object) -> str:
    """Return a text that was handed in; None is none."""
    if value is None or isinstance(value, str):
        return value or ""
    problems.add(field, text_of(value), why="is not a text", accepted="hand in a text")
    return ""


def _texts(problems: Problems, field: str, values: object) -> dict[str, str]:
    """Return texts by name that were handed in; None is none."""
    if values is None:
        return {}
    if not isinstance(values, Mapping):
        why = "is not a mapping of names to texts"
        problems.add(field, text_of(values), why=why, write='{"NAME": "TEXT"}')
        return {}
    if any(isinstance(name, str) and not name.strip() for name in values):
        problems.add(field, "", why="has an entry without a name", write='{"NAME": "TEXT"}')
    return {
        _text(problems, field, name): _text(problems, f"{field} {name}", text)
        for name, text in values.items()
    }
