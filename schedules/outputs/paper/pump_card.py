"""The pump cards of a course: the paper at the pump, a page for each distinct dose in its bag."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from dosing.drugs.drug import Drug
from dosing.drugs.rate_ladder import RateLadder
from dosing.errors import Problems, refuse
from dosing.infusion.order import TypedBag, order_dose
from dosing.infusion.run import infuse
from dosing.infusion.steps import Infusion
from dosing.names import BAGS
from dosing.trace import RefusedError, stops
from dosing.units import plain, show, weight
from schedules.course.course import Course
from schedules.course.rows import Administration
from schedules.course.visit import weight_on
from schedules.knowledge.library import Library
from schedules.outputs.paper.clinical import clinical_head
from schedules.outputs.paper.infusion_card import Card, draw_card
from schedules.outputs.paper.pdf import Paper, make_pdf


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PumpOrder:
    """What a plan does not state of an infusion: whose bag it is, and what the bag holds.

    ``bag`` is what was typed of the bag, and of the length or rates where a ladder is open. Its
    dose, weight and start are those of each row. ``ladders`` are preferred where they fit.
    """

    bag: TypedBag
    drug: str = ""
    ladders: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """An infusion, and every dose of the course that runs so."""

    ladder: RateLadder
    infusion: Infusion
    rows: list[Administration]


def print_pump_cards(
    course: Course, library: Library, order: PumpOrder | None, *, printed_at: dt.datetime
) -> bytes:
    """Return the pump cards (PDF): a page for each distinct dose and infusion of a drug.

    The first infusion of a drug in the course follows its ladder for a first infusion, each one
    after it that for later ones. After a dose that is given only on a condition the next one is
    still a first infusion.

    Args:
        course: the course; it must be exportable.
        library: says whether the drug file is endorsed, as far as its caller knows.
        order: the drug and its bag, which no plan states.
        printed_at: when it is printed, from whoever asks the clock.

    Raises:
        RefusedError: while a finding stops the course or an infusion, or waits for an
            acknowledgement.
        InputError: naming every option that is missing or does not fit, with what to write; and
            every character the fonts lack.
    """
    course.must_be_exportable()
    order = order or PumpOrder(bag=TypedBag())
    drug = _drug_in_bag(course, order)
    runs = _group_into_runs(course, drug, order)
    stopping = [finding for run in runs for finding in stops(run.infusion.findings)]
    if stopping:
        raise RefusedError(*dict.fromkeys(stopping))
    endorsed = library.status(f"drugs/{drug.id}") == "endorsed"
    left_out = list(_drugs_without_card(course, drug))

    def draw(paper: Paper) -> None:
        for number, run in enumerate(runs):
            if number:
                paper.add_page()
            draw_card(paper, _card(drug, run, endorsed=endorsed))
            for text in left_out:
                paper.paragraph(text)

    return make_pdf(
        clinical_head(course, "Pump card", printed_at, identity=True, banner=True), draw
    )


def _infused(course: Course) -> list[Administration]:
    return [row for row in course.rows if "infusion" in row.route]


def _has_ladder(course: Course, row: Administration) -> bool:
    return any(row.route in ladder.routes for ladder in course.drugs[row.drug].ladders)


def _drug_in_bag(course: Course, order: PumpOrder) -> Drug:
    """Settle whose bag it is, or refuse the order with everything that it lacks."""
    drugs = list(dict.fromkeys(row.drug for row in _infused(course) if _has_ladder(course, row)))
    if not drugs:
        reason = "; ".join(_drugs_without_card(course, None)) or "this course has no infusion"
        remedy = f"{reason}: use python -m dosing infuse"
        refuse("what", "pump", why="has nothing to show", accepted=remedy)
    problems = Problems()
    name = order.drug or (drugs[0] if len(drugs) == 1 else "")
    if name not in drugs:
        why = "has no rate ladder in this course" if name else "is missing: whose bag is it"
        problems.add("drug", name, why=why, write=" or ".join(f"--drug {one}" for one in drugs))
    if not order.bag.undiluted:
        if not order.bag.volume:
            problems.add("volume", "", why="is missing", write='--volume "500 mL"')
        if not order.bag.bag:
            words = " or ".join(f"--bag {word} ({meaning})" for word, meaning in BAGS.items())
            problems.add("bag", "", why="is missing", write=words)
    ladders = [ladder.id for one in drugs for ladder in course.drugs[one].ladders]
    for typed in order.ladders:
        if typed not in ladders:
            problems.add("ladder", typed, why="is not known here", write=" or ".join(ladders))
    problems.raise_if_any()
    return course.drugs[name]


def _group_into_runs(course: Course, drug: Drug, order: PumpOrder) -> list[_Run]:
    """Put the doses that run alike on one card, in the order of their dates."""
    runs: dict[tuple[str | dt.time | None, ...], _Run] = {}
    zone = ZoneInfo(course.plan.zone)
    for row in _infused(course):
        if row.drug != drug.id or row.state != "planned":
            continue
        ladder, dose = _find_ladder(drug, row, order.ladders), row.dose.amount
        body, start = weight_on(course.plan, row.date), _clock(row, zone)
        key = (plain(dose), ladder.id, row.infusion, body, start, row.condition)
        if key not in runs:
            ordered = order_dose(
                order.bag,
                dose,
                drug=drug,
                ladder=ladder,
                weight=weight(body) if body else None,
                start=start,
            )
            runs[key] = _Run(ladder=ladder, infusion=infuse(ordered), rows=[])
        runs[key].rows.append(row)
    if not runs:
        remedy = "name a drug that is still to be given"
        refuse("drug", drug.id, why="has no dose to come", accepted=remedy)
    return list(runs.values())


def _find_ladder(drug: Drug, row: Administration, preferred: tuple[str, ...]) -> RateLadder:
    """Return the one ladder for a first or later infusion; which of several is never guessed."""
    fitting = [
        ladder
        for ladder in drug.ladders
        if ladder.infusion in (row.infusion, "any")
        and row.route in ladder.routes
        and ladder.is_for(row.dose.amount)
    ]
    best = [ladder for ladder in fitting if ladder.id in preferred]
    best = best or [ladder for ladder in fitting if ladder.id == row.ladder]
    best = best or [ladder for ladder in fitting if not ladder.only_if]
    if len(best) == 1:
        return best[0]
    dose = f"a {row.infusion} infusion of {show(row.dose.amount)} {drug.name}"
    offered = " or ".join(f"--ladder {ladder.id}" for ladder in best or fitting)
    refuse(
        "ladder",
        ", ".join(preferred),
        why=f"does not settle which one is followed for {dose}",
        accepted=f"write {offered}" if offered else "its drug file has none for it",
    )


def _clock(row: Administration, zone: ZoneInfo) -> dt.time | None:
    """Return the time at which it starts; None where the clocks change within a day of it."""
    start = dt.datetime.combine(row.date, row.time, zone)
    same = start.utcoffset() == (start + dt.timedelta(days=1)).utcoffset()
    return row.time if same else None


def _drugs_without_card(course: Course, drug: Drug | None) -> Iterator[str]:
    """Name every infused drug that has no card here, and why."""
    rows = {
        (row.drug, row.route): row
        for row in _infused(course)
        if drug is None or row.drug != drug.id
    }
    for row in rows.values():
        why = (
            f"it is in another bag; print it with --drug {row.drug}"
            if _has_ladder(course, row)
            else f"its drug file states no rate ladder for {row.route}"
        )
        yield f"No card for {row.drug_name}: {why}"


def _card(drug: Drug, run: _Run, *, endorsed: bool) -> Card:
    first, many = run.rows[0], len(run.rows) > 1
    days = ", ".join(f"{row.date:%a %d-%b-%Y} {row.time:%H:%M}" for row in run.rows)
    before = "No dose" if first.infusion == "first" else "A dose"
    certain = " for certain" if first.infusion == "first" else ""
    return Card(
        title=f"{drug.name} {show(first.dose.amount)}, {first.infusion} infusion",
        infusion=run.infusion,
        drug=drug,
        ladder=run.ladder,
        endorsed=endorsed,
        about=(f"For the dose{'s' if many else ''} of {days}.",),
        loud=(f"ONLY IF {first.condition}",) if first.condition else (),
        untimed="no clock times, because the clocks change within a day",
        because=f" {before} of {drug.name} comes before in this course{certain}, so it is a "
        f"{first.infusion} infusion.",
    )
