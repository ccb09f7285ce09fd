"""What a change does to the dates of a course, one function for each word of the clinic.

Nothing is dropped: what is omitted or ceased stays in its place, marked, so that a calendar can
cancel it. What was given never moves again.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from dosing.calculation.rule import Adjustment
from dosing.errors import refuse
from dosing.trace import TYPED, Finding, warn
from dosing.units import amount
from schedules.course.agenda import Agenda, DoseFields, DoseKind
from schedules.course.hold_step import hold_step, in_step
from schedules.course.planned_regimen import PlannedRegimen
from schedules.course.rows import Dated, Slot, State, replaced
from schedules.course.take_branch import take_branch
from schedules.course.timetable import Timetable
from schedules.knowledge.site import read_clock
from schedules.plans.changes import (
    PREVIOUS,
    AddCourse,
    Adjust,
    Cease,
    Change,
    Decline,
    Defer,
    Hold,
    NewFacts,
    Omit,
    Record,
    Result,
    ReviewOutcome,
    Reweigh,
    Scope,
    Switch,
    Undo,
)


def apply(change: Change, agenda: Agenda, planned: Sequence[PlannedRegimen]) -> Agenda:
    """Carry out one change.

    Args:
        change: what was decided.
        agenda: the dates before it.
        planned: the regimens of the course in their order, for other choices or measurements.

    Raises:
        InputError: if it names a place that is not there, or does what cannot be done.
    """
    match change:
        case Defer():
            return _defer(change, agenda)
        case Omit() | Cease():
            return _leave_out(change, agenda)
        case Reweigh():
            return _reweigh(change, agenda, planned)
        case Adjust():
            return _adjust(change, agenda)
        case Switch():
            return _switch(change, agenda, planned)
        case Record():
            return _record(change, agenda)
        case Hold():
            return hold_step(change, agenda)
        case ReviewOutcome():
            return take_branch(change, agenda, planned)
        # A course is laid out with the other regimens, results and facts move nothing, and what
        # an undo leaves in force is all that is carried out.
        case AddCourse() | Result() | Decline() | NewFacts() | Undo():
            return agenda


def _leave_out(change: Omit | Cease, agenda: Agenda) -> Agenda:
    scope: Scope = change.scope if isinstance(change, Omit) else "later"
    state: State = "omitted" if isinstance(change, Omit) else "ceased"
    return agenda.marked([d.id for d in agenda.touched(change.at, scope)], state)


def _defer(change: Defer, agenda: Agenda) -> Agenda:
    target = agenda.find(change.at)
    days = change.by_days
    if days is None:
        days = ((change.to or target.date) - target.date).days
    if days == 0:
        refuse(
            "to", str(change.to), why="is the day on which it stands already", write="another day"
        )
    scope = "later" if _follows_given_dose(agenda, target) else change.scope
    return agenda.moved(agenda.touched_from(target, change.at, scope), days)


def _follows_given_dose(agenda: Agenda, target: Dated) -> bool:
    """Return whether later cycles are counted from the dose that was really given.

    A companion on a day of its own moves none of them.
    """
    followed = agenda.laid.followed
    if isinstance(target, Slot) and target.medicine.companion:
        followed = [slot for slot in followed if slot.stands_with(target)]
    return any(in_step(slot, target) for slot in followed)


def _reweigh(change: Reweigh, agenda: Agenda, planned: Sequence[PlannedRegimen]) -> Agenda:
    """Dose what is to come by the new measurements, unless the doses are to be kept."""
    newest = agenda.newest + 1
    agenda = dataclasses.replace(agenda, newest=newest)
    if change.doses == "kept":
        return agenda
    kinds = agenda.kinds
    # A course that was added later is planned by these or by newer ones.
    older = {number for number, one in enumerate(planned, 1) if one.measurement < newest}
    ids = [
        d.id
        for d in agenda.planned_from(change.from_day)
        if d.id in kinds and d.course_number in older
    ]
    to_come = dict.fromkeys(map(kinds.__getitem__, ids))
    fresh = {
        number: planned[number - 1].measured_again(agenda.measurements[newest])
        for number in dict.fromkeys(kind.dose.course_number for kind in to_come)
    }
    findings = [*agenda.findings]
    for regimen in fresh.values():
        findings += regimen.findings
    rules = {kind: fresh[kind.dose.course_number].rule_for(kind.dose) for kind in to_come}
    if any((rule or (None, kind.dose.rule))[1].derived for kind, rule in rules.items()):
        text = (
            "The steps of the taper still come down from the dose that it was planned with. If "
            "the full dose changes, adjust the steps too, or plan the taper anew."
        )
        findings.append(warn("taper.not_reweighed", text, TYPED))
    fields: dict[DoseKind, DoseFields] = {
        kind: {"medicine": rule[0], "rule": rule[1], "measurement": newest}
        for kind, rule in rules.items()
        if rule is not None
    }
    dosed = agenda.dosed([key for key in ids if kinds[key] in fields], fields.__getitem__)
    return dataclasses.replace(dosed, findings=tuple(findings))


def _adjust(change: Adjust, agenda: Agenda) -> Agenda:
    # A share of another dose follows it, and is never adjusted a second time. A companion keeps its
    # dose where that of the drug it goes with is adjusted.
    own = agenda.own_doses(agenda.touched(change.at, change.scope))
    ids = [key for key in own if not agenda.kinds[key].dose.medicine.companion] or own
    if not ids:
        refuse(
            "from",
            change.at,
            why="has no dose to adjust",
            accepted="name a day on which a drug is given",
        )
    return agenda.dosed(ids, _adjusted(change, ids, agenda))


def _adjusted(
    change: Adjust, ids: Sequence[str], agenda: Agenda
) -> Callable[[DoseKind], DoseFields]:
    """Return what says which fields of each dose an adjustment replaces."""
    if change.amount:
        stated: DoseFields = {"amount": amount(change.amount), "adjustments": ()}
        return lambda _: stated
    of_previous = change.of == PREVIOUS
    share = Adjustment(
        factor=(change.percent or 0) / 100,
        source=TYPED,
        reason=f"{change.why} (of the previous dose)" if of_previous else change.why,
    )
    if not of_previous:
        alone: DoseFields = {"amount": None, "adjustments": (share,)}
        return lambda _: alone
    chosen = set(ids)
    of_each: dict[tuple[int, str], DoseFields] = {
        key: {"amount": base.amount, "adjustments": (*base.adjustments, share)}
        for key, base in _previous_doses(agenda.slots, chosen).items()
    }
    if not of_each.keys() >= {_medicine_of(agenda.kinds[key].dose) for key in ids}:
        refuse("of", PREVIOUS, why="there is no dose before this one", write="standard dose")
    return lambda kind: of_each[_medicine_of(kind.dose)]


def _previous_doses(every: Sequence[Slot], chosen: Collection[str]) -> dict[tuple[int, str], Slot]:
    """Return the last live dose of each medicine before the first that is chosen."""
    firsts: dict[tuple[int, str], dt.date] = {}
    for slot in every:
        if slot.id not in chosen:
            continue
        key = _medicine_of(slot)
        firsts[key] = min(firsts.get(key, slot.date), slot.date)
    previous: dict[tuple[int, str], Slot] = {}
    for slot in sorted(every, key=lambda s: (s.date, s.time)):
        key = _medicine_of(slot)
        if slot.live and key in firsts and slot.date < firsts[key]:
            previous[key] = slot
    return previous


def _medicine_of(slot: Slot) -> tuple[int, str]:
    return slot.course_number, slot.medicine.name


def _switch(change: Switch, agenda: Agenda, planned: Sequence[PlannedRegimen]) -> Agenda:
    """Lay the rest out anew with the other choice, counted on from the last that stays."""
    target = agenda.find(change.at)
    number = target.course_number
    fresh = planned[number - 1].lay_out(change.choices)
    ids = {d.id for d in (*fresh.slots, *fresh.occasions)}
    own = {d.id: d for d in agenda.dated if d.course_number == number}
    staying = {key: d for key, d in own.items() if d.date < target.date or d.state == "given"}
    leaving = own.keys() - staying.keys()
    gone, laid_anew = leaving - ids, leaving & ids
    days = dt.timedelta(days=_shift(target, fresh, staying.values()))

    models = _last_doses(agenda.slots)

    def carried(d: Dated) -> dict[str, object]:
        state = own[d.id].state if d.id in own else "planned"
        return {"date": d.date + days, "state": state}

    planned_no_more = {key for key in gone if own[key].state == "planned"}
    rest = agenda.marked(planned_no_more, "ceased")
    return rest.with_rows(
        slots=(
            *(slot for slot in rest.slots if slot.id not in laid_anew),
            *(
                replaced(slot, **carried(slot), **_dose_of(own.get(slot.id), slot, models))
                for slot in fresh.slots
                if slot.id not in staying
            ),
        ),
        occasions=(
            *(one for one in rest.occasions if one.id not in laid_anew),
            *(replaced(one, **carried(one)) for one in fresh.occasions if one.id not in staying),
        ),
    )


def _shift(target: Dated, fresh: Timetable, staying: Collection[Dated]) -> int:
    """Return by how many days the fresh dates move to go on from the last that stays."""
    dates = {d.id: d.date for d in (*fresh.slots, *fresh.occasions)}
    known = [d for d in staying if d.id in dates]
    last = max(known, key=lambda d: (d.date, d.time), default=target)
    return (last.date - dates[last.id]).days if last.id in dates else 0


def _last_doses(slots: Sequence[Slot]) -> dict[tuple[str, str], Slot]:
    """Return the last dose of each medicine, by the place in its phase and not by the date."""
    last: dict[tuple[str, str], Slot] = {}
    for slot in slots:
        known = last.setdefault((slot.phase, slot.medicine.name), slot)
        if (slot.cycle, slot.day) > (known.cycle, known.day):
            last[slot.phase, slot.medicine.name] = slot
    return last


def _dose_of(
    was: Dated | None, slot: Slot, models: Mapping[tuple[str, str], Slot]
) -> dict[str, object]:
    """Return the fields of a dose's amount after a switch: as it was, or as of its medicine."""
    if isinstance(was, Slot):
        model: Slot | None = was
    elif slot.rule.derived:  # a new dose of a taper has the amount of its own step
        model = None
    else:
        model = models.get((slot.phase, slot.medicine.name))
    if model is None:
        return {}
    names = ("measurement", "adjustments", "amount", "rule", "medicine")
    return {name: getattr(model, name) for name in names}


def _record(change: Record, agenda: Agenda) -> Agenda:
    slot = _recorded_slot(change, agenda)
    days = (change.on - slot.date).days
    after = agenda.given(slot.id, change.on, _clock(change.time) if change.time else None)
    if change.amount:
        stated: DoseFields = {"amount": amount(change.amount), "adjustments": ()}
        after = after.dosed([slot.id], lambda _: stated)
    after = dataclasses.replace(after, recorded={**after.recorded, slot.id: change})
    after = _with_findings(after, _about_pack(change))
    if not (days and slot.follows_given_dose):
        return after
    later = [
        d
        for d in after.planned_from(slot.date + dt.timedelta(days=1))
        if d.course_number == slot.course_number
    ]
    return after.moved(later, days)


def _about_pack(change: Record) -> Iterator[Finding]:
    """Yield that a pack was past its use when it was given: it was given all the same."""
    if change.expires is not None and change.expires < change.on:
        text = (
            f"{change.at[:1].upper()}{change.at[1:]}, given on {change.on:%d-%b-%Y}: the pack was "
            f"to be used by {change.expires:%d-%b-%Y}. Is the date right?"
        )
        yield warn("given.expired", text, TYPED)


def _with_findings(agenda: Agenda, findings: Iterable[Finding]) -> Agenda:
    return dataclasses.replace(agenda, findings=(*agenda.findings, *findings))


def _recorded_slot(change: Record, agenda: Agenda) -> Slot:
    """Return the one planned dose that a record names; which of several is never guessed."""
    place = agenda.find(change.at).place
    at_place = agenda.standing(agenda.laid.at_place.get(place, ()))
    here = [slot for slot in at_place if isinstance(slot, Slot)]
    named = [s for s in here if s.n == change.n and change.item in ("", s.medicine.name)]
    if len(named) != 1:
        names = ", ".join(dict.fromkeys(slot.medicine.name for slot in here))
        refuse(
            "item",
            change.item,
            why="does not name one dose of this place",
            accepted=f"write one of: {names}" if names else "name a place with a dose",
        )
    slot = named[0]
    if slot.state != "planned":
        why = f"is already {slot.state}"
        refuse("from", change.at, why=why, accepted="record a dose that is planned")
    return slot


def _clock(text: str) -> dt.time:
    try:
        return read_clock(text)
    except ValueError:
        refuse("time", text, why="is not a clock time", write="09:00")
