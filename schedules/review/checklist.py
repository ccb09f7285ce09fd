"""What a pharmacist verifies of a plan, line by line.

The program fills in what it knows. What only a person can know stays open, and is ticked by hand.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any

from dosing.drugs.drug import Drug
from dosing.trace import SHOWN_DIGITS, Finding, Source, Step, stops
from dosing.units import Quantity, show, show_percent
from schedules.course.course import Course
from schedules.course.rows import Administration, Occasion
from schedules.course.totals import Total
from schedules.knowledge.library import Library
from schedules.knowledge.regimen import Regimen
from schedules.review.margins import Margin, find_margins
from schedules.review.summary import Group, groups

_DIGITS = SHOWN_DIGITS + 1
_BY_MOUTH = "oral"
_SECOND = "second calculation"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DoseLine:
    """Doses computed in one way: when, how much, every step, and the second calculation."""

    what: str
    pattern: str
    days: str
    dose: str
    again: str
    reference: str
    deviation: str
    steps: tuple[Step, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain text for JSON."""
        return {
            "what": self.what,
            "pattern": self.pattern,
            "days": self.days,
            "dose": self.dose,
            "second calculation": self.again,
            "reference": self.reference,
            "deviation": self.deviation,
            "steps": [step.as_dict() for step in self.steps],
        }


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of the checklist. ``needs`` is what a person has to do; empty where nothing."""

    key: str
    what: str
    value: str
    needs: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """All that is verified of one plan."""

    doses: tuple[DoseLine, ...]
    margins: tuple[Margin, ...]
    totals: tuple[str, ...]
    tests_and_decisions: tuple[str, ...]
    before_doses: tuple[str, ...]
    errata: tuple[str, ...]
    unconfirmed: tuple[str, ...]
    findings: tuple[Finding, ...]
    in_the_way: tuple[Finding, ...]
    items: tuple[Item, ...]

    @property
    def open(self) -> tuple[Item, ...]:
        """Return what needs a person."""
        return tuple(item for item in self.items if item.needs)

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain text for JSON."""
        return {
            "could_be_signed": not self.in_the_way,
            "in_the_way": [finding.as_dict() for finding in self.in_the_way],
            "doses": [line.as_dict() for line in self.doses],
            "margins": [margin.as_dict() for margin in self.margins],
            "totals": list(self.totals),
            "tests_and_decisions": list(self.tests_and_decisions),
            "before_doses": list(self.before_doses),
            "errata": list(self.errata),
            "unconfirmed": list(self.unconfirmed),
            "findings": [finding.as_dict() for finding in self.findings],
            "checklist": [dataclasses.asdict(item) for item in self.items],
        }


def checklist(course: Course, library: Library) -> Checklist:
    """Return all that is verified of a plan.

    Args:
        course: what follows from the plan; one that is stopped has findings and no doses.
        library: where its drugs, with limits and sources, are read from.

    Returns:
        Every line, and the checklist with what is known filled in.
    """
    not_seen = tuple(f"{file}: {source}" for file, source in unconfirmed(course, library))
    return Checklist(
        doses=tuple(_dose_lines(course)),
        margins=find_margins(course, library),
        totals=tuple(total_text(library.drug(total.drug), total) for total in course.totals),
        tests_and_decisions=tuple(_watched(course)),
        before_doses=tuple(_before_doses(course)),
        errata=tuple(_errata(course)),
        unconfirmed=not_seen,
        findings=course.findings,
        in_the_way=stops(course.findings) + course.unacknowledged,
        items=tuple(_items(course, library, len(not_seen))),
    )


def _dose_lines(course: Course) -> Iterator[DoseLine]:
    for group in groups(course):
        name = f"{group.phase}: {group.first.name}, {group.first.route}"
        if group.first.condition:
            name += f", only if {group.first.condition}"
        for rows, days, steps in ways(group.rows):
            yield DoseLine(
                what=name,
                pattern=group.pattern,
                days=days,
                dose=_amounts(rows),
                again=_again(rows[0]),
                reference=show(rows[0].dose.reference, SHOWN_DIGITS),
                deviation=_deviations(rows),
                steps=tuple(steps),
            )


def ways(
    rows: Sequence[Administration],
) -> Iterator[tuple[list[Administration], str, list[Step]]]:
    """Yield the different derivations with their doses and dates; dealt out of one total is one."""
    alike: dict[tuple[tuple[str, ...], ...], list[Administration]] = {}
    for row in rows:
        key = tuple(tuple(step.as_dict().values()) for step in row.dose.steps[:-1])
        alike.setdefault(key, []).append(row)
    for own in alike.values():
        last = {tuple(row.dose.steps[-1].as_dict().values()): row.dose.steps[-1] for row in own}
        dates = f"{own[0].date:%a %d-%b-%Y}"
        if own[-1].date != own[0].date:
            dates += f" to {own[-1].date:%a %d-%b-%Y}"
        yield own, f"{_count(len(own), 'dose')}, {dates}", [*own[0].dose.steps[:-1], *last.values()]


def _amounts(rows: Sequence[Administration]) -> str:
    return ", ".join(dict.fromkeys(show(row.dose.amount, _DIGITS) for row in rows))


def _deviations(rows: Sequence[Administration]) -> str:
    away = sorted({float(row.dose.deviation) for row in rows})
    return " to ".join(dict.fromkeys(show_percent(end) for end in (away[0], away[-1])))


def _again(row: Administration) -> str:
    """Return the result of the second calculation; of doses dealt out it computes the total."""
    for step in row.dose.steps:
        if step.what == _SECOND:
            value = step.of[0]
            text = value if isinstance(value, str) else show(value, _DIGITS)
            total = " in all" if row.dose.steps[-1] is not step and _dealt(row) else ""
            return f"{text}{total}, {step.value_text}"
    return "not calculated a second time"


def _dealt(row: Administration) -> bool:
    return row.dose.steps[-1].what.startswith("dose ")


def total_text(drug: Drug, total: Total) -> str:
    """Return what a course holds of a drug: in all, a day, by cycle and in a lifetime."""
    parts = [
        f"{drug.name}: {show(total.course, _DIGITS)} in {_count(total.doses, 'dose')}",
        f"at most {show(total.most_in_a_day, _DIGITS)} a day",
    ]
    if len(total.cycles) > 1:
        parts += _by_cycle(total)
    if total.lifetime is not None:
        parts.append(f"in a lifetime {show(total.lifetime, _DIGITS)}")
    return "; ".join(parts)


def _by_cycle(total: Total) -> Iterator[str]:
    """Yield what each cycle holds, those in a row that hold the same once."""
    for (phase, amount), run in groupby(
        total.cycles, key=lambda cycle: (cycle[0], show(cycle[2], _DIGITS))
    ):
        numbers = [number for _, number, _ in run]
        if len(numbers) == 1:
            yield f"{phase} {numbers[0]}: {amount}"
        else:
            yield f"{phase} {numbers[0]} to {numbers[-1]}: {amount} each"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def unconfirmed(course: Course, library: Library) -> Iterator[tuple[str, Source]]:
    """Yield each source in the files of a course whose figure no person has confirmed."""
    drugs = dict.fromkeys(name for regimen in course.regimens for name in regimen.drugs)
    files: list[Regimen | Drug] = [*course.regimens, *map(library.drug, drugs)]
    for file in files:
        for name, entry in file.sources.items():
            if not entry.confirmed:
                yield f"{file.id}: {name}", entry.as_source()


def _watched(course: Course) -> Iterator[str]:
    for one in course.tests_and_decisions:
        result = one.outcome or ("no result yet" if one.kind == "decision" else "")
        text = f"{one.date:%a %d-%b-%Y}, {one.kind}, {one.place}: {one.what}"
        yield f"{text}; {result}" if result else text


def _before_doses(course: Course) -> Iterator[str]:
    ticked = [entry for entry in course.acknowledgements if entry.code.startswith("check.")]
    for finding in course.findings:
        if finding.code.startswith("check."):
            by = [e.who or "somebody unnamed" for e in ticked if e.reason.endswith(finding.text)]
            yield f"{finding.text} {'Seen: ' + by[-1] if by else 'Not ticked in the plan'}."


def _errata(course: Course) -> Iterator[str]:
    for regimen in course.regimens:
        for erratum in regimen.errata:
            says = regimen.source(erratum.says)
            yield f"prints {erratum.prints}, must mean {erratum.means}: {erratum.why} ({says})"


def _items(course: Course, library: Library, not_seen: int) -> Iterator[Item]:
    """Yield the lines of the checklist, in the order in which they are verified."""
    lines = groups(course)
    yield Item(
        key="patient",
        what="Patient",
        value=course.plan.patient.label or "no label",
        needs="compare the label with the patient's record",
    )
    yield _body_size(course)
    yield _regimen(course)
    doses = _by_group(lines, lambda g: ", ".join(filter(None, (*g.amounts, g.deviation))))
    yield Item(key="dose", what="Dose", value=doses)
    yield Item(key="interval", what="Interval", value=_by_group(lines, lambda g: g.pattern))
    yield _results(course)
    yield Item(
        key="premedication",
        what="Premedication",
        value=_prerequisites_before(course, "each dose") or "the regimen's file asks for none",
        needs="look up what has to be given before",
    )
    yield _diluent(course, lines)
    yield _cumulative(course, library)
    yield _interactions(course)
    if not_seen:
        yield Item(
            key="unconfirmed",
            what="Unconfirmed figures",
            value=f"{_count(not_seen, 'source')} not seen by a person",
            needs="look up every figure that is unconfirmed",
        )
    yield Item(
        key="allergy", what="Allergy", value="", needs="ask about allergies and earlier reactions"
    )
    yield Item(
        key="consent",
        what="Consent",
        value="",
        needs="see that consent was asked for and given",
    )


def _by_group(lines: Sequence[Group], describe: Callable[[Group], str]) -> str:
    texts = [(group, describe(group).strip()) for group in lines]
    named = len(lines) > 1
    return "; ".join(
        f"{group.phase}, {group.first.name}: {text}" if named else text
        for group, text in texts
        if text
    )


def _regimen(course: Course) -> Item:
    regimen = course.regimen
    cycles = len({(row.course_number, row.phase, row.cycle) for row in course.rows})
    name = f"{regimen.title}, version {regimen.version}, {regimen.status}"
    value = f"{name}; {_count(cycles, 'cycle')}"
    return Item(key="regimen", what="Regimen and cycle", value=value)


def _diluent(course: Course, lines: Sequence[Group]) -> Item:
    key, what = "diluent", "Diluent and rate"
    if {row.route for row in course.rows} == {_BY_MOUTH}:
        return Item(key=key, what=what, value="by mouth: none")
    booked = _by_group(lines, lambda group: group.booked)
    return Item(
        key=key,
        what=what,
        value=f"{f'booked for: {booked}; ' if booked else ''}the file states no diluent",
        needs="look up diluent, volume and rate",
    )


def _body_size(course: Course) -> Item:
    entry = course.plan.patient
    measured = {"weight": entry.weight, "height": entry.height, "creatinine": entry.creatinine}
    parts = [f"{name} {text}" for name, text in measured.items() if text]
    if entry.weight_on is not None:
        parts.append(f"weight measured on {entry.weight_on:%d-%b-%Y}")
    by_body = any(row.dose.bodies for row in course.rows)
    needs = ""
    if by_body and entry.weight_on is None:
        parts.append("no date of the measurement")
        needs = "find out when it was measured"
    return Item(
        key="body",
        what="Body size and its date",
        needs=needs,
        value=", ".join(parts) or "not stated; no dose depends on it",
    )


def _results(course: Course) -> Item:
    decisions = [one for one in course.tests_and_decisions if one.kind == "decision"]
    stated = _prerequisites_before(course, "first dose")
    value = "; ".join(filter(None, (stated, *_decided(decisions))))
    complete = bool(decisions) and all(one.outcome for one in decisions)
    return Item(
        key="laboratory",
        what="Laboratory results",
        value=value or "the regimen's file asks for none",
        needs="" if complete else "look at the results that the first dose depends on",
    )


def _decided(decisions: Sequence[Occasion]) -> Iterator[str]:
    """Yield each result that a dose waits for; those that say the same, once with their places."""
    places: dict[tuple[str, str], list[str]] = {}
    for one in decisions:
        places.setdefault((one.what, one.outcome or "no result yet"), []).append(one.place)
    for (what, outcome), where in places.items():
        rest = f" to {where[-1]} ({len(where)} times)" if len(where) > 1 else ""
        yield f"{where[0]}{rest}: {what}: {outcome}"


def _prerequisites_before(course: Course, before: str) -> str:
    texts = [
        check.what
        for regimen in course.regimens
        for check in regimen.prerequisites_of(course.plan.patient.sex)
        if check.before == before
    ]
    stated = f"before {before.replace('first', 'the first')}: {'; '.join(texts)}"
    return stated if texts else ""


def _cumulative(course: Course, library: Library) -> Item:
    parts, unknown = [], []
    for total in course.totals:
        drug = library.drug(total.drug)
        value: Quantity = total.lifetime if total.lifetime is not None else total.course
        word = "in a lifetime" if total.lifetime is not None else "in this course"
        parts.append(f"{drug.name} {show(value, _DIGITS)} {word}")
        if total.lifetime is None and any(limit.per == "lifetime" for limit in drug.limits):
            unknown.append(drug.name)
    needs = f"find out how much {' and '.join(unknown)} was given before" if unknown else ""
    return Item(key="cumulative", what="Cumulative dose", value="; ".join(parts), needs=needs)


# What the drug files say of other diseases and drugs.
_OF_OTHERS = re.compile(r"safety\.\w+\.(conditions|medicines)\.")


def _interactions(course: Course) -> Item:
    entry = course.plan.patient
    told = [f.text for f in course.findings if _OF_OTHERS.match(f.code)]
    stated = ", ".join((*entry.conditions, *entry.takes))
    value = "no other disease or drug is stated"
    if stated:
        met = " ".join(told) or "no answer of the drug files"
        value = f"{stated}: {met}"
    # The drug files hold what their sources say, and no whole list: silence proves nothing.
    return Item(
        key="interactions",
        what="Interactions",
        value=value,
        needs="check all drugs that the patient takes",
    )
