"""A linter for authors: files that hold, but lack what a pharmacist would ask for.

``RULES`` lists every rule. A rule looks at one file and yields each place with what is missing.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from dosing.drugs.drug import Drug, Limit, Product
from dosing.drugs.file_model import Place
from dosing.drugs.safety import NO_SOURCE
from dosing.errors import InputError
from dosing.rounding import round_to, whole_ticks
from dosing.units import (
    Quantity,
    dose_unit,
    in_unit,
    ordinary_spaces,
    parts,
    quantity,
    same_kind,
    show,
    spelling,
)
from schedules.course.tablets import by_jurisdiction, made_of
from schedules.course.taper import levels
from schedules.knowledge.library import Library
from schedules.knowledge.medicine import Medicine
from schedules.knowledge.phase import Phase
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.span import Span
from schedules.library.one_file import line_namer

_ORIGIN_IN_WORDS = re.compile("from memory|proposed|by hand", re.IGNORECASE)
_DOUBT_IN_WORDS = re.compile(
    "proposed|from memory|not seen|unreviewed|by hand|needs a( named)? clinician", re.IGNORECASE
)
_EXAMPLES_PER_BODY = 2

Lack = tuple[Place, str]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PlacedMedicine:
    """A medicine with its place in the file, its phase and its drug."""

    place: Place
    medicine: Medicine
    phase: Phase
    drug: Drug

    @property
    def title(self) -> str:
        """Return its name and route: rituximab (intravenous infusion)."""
        return f"{self.medicine.name} ({self.medicine.route})"

    @property
    def hard_limits(self) -> list[Limit]:
        """Return the limits per dose and per day above which its route is stopped."""
        return [
            limit
            for limit in self.drug.limits_for(self.medicine.route)
            if limit.per in ("dose", "day") and limit.hard and limit.hard.high is not None
        ]

    @property
    def products(self) -> list[Product]:
        """Return the products for its route whose strengths are of the same kind as its dose."""
        amount = parts(self.medicine.dose.units).amount
        return [
            product
            for product in self.drug.products
            if self.medicine.route in product.routes and same_kind(product.strengths[0], amount)
        ]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What the rules look at: a drug file, or a regimen file with its drugs."""

    entry: Regimen | Drug
    today: dt.date
    drugs: Mapping[str, Drug] = dataclasses.field(default_factory=dict)
    medicines: Sequence[PlacedMedicine] = ()

    @property
    def regimen(self) -> Regimen | None:
        """Return the regimen; None for a drug file."""
        return self.entry if isinstance(self.entry, Regimen) else None

    @property
    def phases(self) -> Sequence[Phase]:
        """Return the phases of the regimen; none for a drug file."""
        return self.entry.phases if isinstance(self.entry, Regimen) else ()


def findings(library: Library, root: Path, today: dt.date) -> list[str]:
    """Check every file of a library against every rule.

    Args:
        library: what was read from the folder.
        root: the folder, to find the lines in its files.
        today: the day on which a review may be overdue.

    Returns:
        One line for each finding, as ``regimens/x.yaml:14: text``, by file and line.
    """
    files = [
        (f"regimens/{regimen.id}.yaml", regimen_file(regimen, library.drugs, today))
        for regimen in library.regimens.values()
    ]
    files += [
        (f"drugs/{drug.id}.yaml", File(entry=drug, today=today)) for drug in library.drugs.values()
    ]
    lines: list[str] = []
    at = line_namer(root)
    for name, file in files:
        lacks = [lack for rule in RULES.values() for lack in rule(file)]
        if lacks:
            placed = [(at(name, place), ordinary_spaces(text)) for place, text in lacks]
            lines += [f"{where}: {text}" for where, text in sorted(placed, key=_by_line)]
    # What is said of a shared source is said once.
    return list(dict.fromkeys(lines))


def _by_line(placed: tuple[str, str]) -> tuple[str, int, str]:
    file, _, line = placed[0].rpartition(":")
    return file, int(line), placed[1]


def regimen_file(regimen: Regimen, drugs: Mapping[str, Drug], today: dt.date) -> File:
    """Return a regimen with its medicines laid out for the rules."""
    medicines: list[PlacedMedicine] = []
    for p, phase in enumerate(regimen.phases):
        for n, medicine in enumerate(phase.medicines):
            place, drug = ("phases", p, "medicines", n), drugs[medicine.drug]
            medicines.append(PlacedMedicine(place=place, medicine=medicine, phase=phase, drug=drug))
    return File(entry=regimen, today=today, drugs=drugs, medicines=medicines)


def _no_hard_limit(file: File) -> Iterator[Lack]:
    for placed in file.medicines:
        if not placed.hard_limits:
            what = "no hard limit per dose or per day for this route"
            text = f"{placed.title}: drugs/{placed.drug.id}.yaml has {what}"
            yield (*placed.place, "dose"), text


def _nothing_holds_the_dose(file: File) -> Iterator[Lack]:
    for placed in file.medicines:
        dose = parts(placed.medicine.dose.units)
        limits = [parts(limit.unit) for limit in placed.hard_limits]
        held = any(
            limit.body in (None, dose.body) and same_kind(limit.amount, dose.amount)
            for limit in limits
        )
        if placed.medicine.cap is None and not held:
            rate = spelling(dose_unit(dose.amount, dose.body))
            either = "" if dose.body is None else f" or in {spelling(dose.amount)}"
            what = f"no cap, and no hard limit per dose or per day in {rate}{either}"
            yield (*placed.place, "dose"), f"{placed.title}: {what}"


def _no_product(file: File) -> Iterator[Lack]:
    for placed in file.medicines:
        if not placed.products:
            amount = spelling(parts(placed.medicine.dose.units).amount)
            what = f"no product for this route that is measured in {amount}"
            text = f"{placed.title}: drugs/{placed.drug.id}.yaml has {what}"
            yield (*placed.place, "route"), text


def _unreachable_tablets(file: File) -> Iterator[Lack]:
    for placed in file.medicines:
        whole = [product for product in placed.products if product.solid]
        # What also comes as a liquid can be measured out.
        if not whole or len(whole) < len(placed.products):
            continue
        for place, each in _fixed_doses(file, placed):
            causes = [_cannot_make(each, of, placed.medicine) for of in by_jurisdiction(whole)]
            if all(causes):
                yield place, f"{placed.title}: unreachable tablets: {causes[0]}"
                break


def _fixed_doses(file: File, placed: PlacedMedicine) -> Iterator[tuple[Place, Quantity]]:
    """Yield the amounts taken at one time that are the same for everybody, and a taper's."""
    place, medicine = placed.place, placed.medicine
    each = _fixed_dose(medicine)
    if each is not None:
        yield (*place, "dose"), each
    for p, phase in enumerate(file.phases):
        if phase.taper is not None and phase.taper.reduces == placed.phase.name:
            for start in _starts(medicine) if each is None else [each]:
                for level in levels(start, phase.taper):
                    yield ("phases", p, "taper"), level.amount


def _starts(medicine: Medicine) -> Iterator[Quantity]:
    """Yield every dose that a rounded and capped dose per kg or m2 can come to."""
    if medicine.round is None or medicine.cap is None:
        return
    step = medicine.round.to
    cap = float(in_unit(medicine.cap.amount, step.units, "cap"))
    for ticks in range(1, whole_ticks(cap, float(step.magnitude), "down") + 1):
        yield quantity(ticks * float(step.magnitude), step.units)


def _fixed_dose(medicine: Medicine) -> Quantity | None:
    """Return the amount taken at one time, if it is the same for every patient.

    Of a total that is dealt out to tablets every dose is made of its whole steps.
    """
    unit = parts(medicine.dose.units)
    if medicine.round is not None and medicine.round.over in {"day", "2 days"}:
        return medicine.round.to
    if unit.body is not None:
        return None
    doses_a_day = (medicine.doses_a_day or 1) if unit.per_day else 1
    each = quantity(medicine.dose.magnitude / doses_a_day, unit.amount)
    if medicine.round is None or medicine.round.over != "dose":
        return each
    return round_to(each, medicine.round.to, medicine.round.rule)


def _cannot_make(dose: Quantity, products: Sequence[Product], medicine: Medicine) -> str:
    """Return why a dose cannot be made of tablets and capsules; nothing if it can."""
    only = medicine.tablets.of if medicine.tablets else ()
    try:
        made_of(dose, products, only)
    except InputError as error:
        every = [strength for product in products for strength in product.strengths]
        strengths = dict.fromkeys(show(s) for s in every if not only or s in only)
        what = f"{show(dose)} cannot be made of {', '.join(strengths)}"
        return f"{what}; {error.problems[0].accepted}"
    return ""


def _untraceable_source(file: File) -> Iterator[Lack]:
    for name, source in file.entry.sources.items():
        words = f"{source.cite} {source.says}"
        if not source.link and not source.place and not _ORIGIN_IN_WORDS.search(words):
            what = "no word that it is from memory, proposed or worked by hand"
            yield ("sources", name, "cite"), f"source {name}: neither link nor place, and {what}"


def _unmarked_doubt(file: File) -> Iterator[Lack]:
    for name, source in file.entry.sources.items():
        # The place is printed with the cite in every output.
        if not source.confirmed and not _DOUBT_IN_WORDS.search(f"{source.cite}, {source.place}"):
            write = "proposed, from memory, not seen, unreviewed, by hand or needs a clinician"
            what = f"is unconfirmed, and its cite does not say so: write {write}"
            yield ("sources", name, "cite"), f"source {name}: {what}"


def _erratum_without_meaning(file: File) -> Iterator[Lack]:
    for n, erratum in enumerate(file.regimen.errata if file.regimen else ()):
        if erratum.means.strip() == erratum.prints.strip():
            text = f'erratum "{erratum.prints}": does not say what it must mean'
            yield ("errata", n, "means"), text


def _too_few_examples(file: File) -> Iterator[Lack]:
    count = len(file.regimen.examples) if file.regimen else 0
    for placed in file.medicines:
        by_body = parts(placed.medicine.dose.units).body is not None
        by_band = len(placed.phase.tables()[placed.medicine.name]) > 1
        if (by_body or by_band) and count < _EXAMPLES_PER_BODY:
            what = "a dose that depends on the patient needs 2 worked examples"
            yield (*placed.place, "dose"), f"{placed.title}: {what}, there is {count}"


def _nothing_watched(file: File) -> Iterator[Lack]:
    regimen = file.regimen
    if regimen and not regimen.prerequisites and not any(phase.monitor for phase in regimen.phases):
        yield ("phases",), "no check before a dose and no monitoring at all"


def _review_overdue(file: File) -> Iterator[Lack]:
    if file.regimen and file.regimen.reviewed.due < file.today:
        yield ("reviewed", "due"), f"review overdue since {file.regimen.reviewed.due:%d-%b-%Y}"


def _no_window(file: File) -> Iterator[Lack]:
    for placed in file.medicines:
        # Tied doses move with the event they are tied to.
        if placed.medicine.window is None and not placed.medicine.event and _repeats(placed):
            yield (*placed.place, "days"), f"{placed.title}: is given repeatedly and has no window"


def _review_without_open_days(file: File) -> Iterator[Lack]:
    for p, phase in enumerate(file.phases):
        for n, one in enumerate(phase.procedures):
            if one.kind == "review" and one.window is None:
                text = f"{one.what}: does not say how far it may lie from its day"
                yield ("phases", p, "procedures", n, "kind"), text


def _repeats(placed: PlacedMedicine) -> bool:
    """Return whether it is given on more than one day; a number that is left open may be more."""
    cycle = placed.phase.cycle
    if cycle is not None and cycle.count != 1:
        return True
    length = cycle.every if cycle is not None else placed.phase.length
    shortest = length.shortest_days() if isinstance(length, Span) else None
    try:
        return len(placed.phase.day_numbers(placed.medicine, shortest)) > 1
    except ValueError:  # on each day of a length that a person chooses
        return True


def _as_required_without_limit(file: File) -> Iterator[Lack]:
    for p, phase in enumerate(file.phases):
        for n, entry in enumerate(phase.as_required):
            limits = file.drugs[entry.drug].limits_for(entry.route)
            held = any(
                limit.per == "day" and limit.hard and limit.hard.high is not None
                for limit in limits
            )
            if not held:
                what = f"drugs/{entry.drug}.yaml has no hard limit per day for this route"
                text = f"{entry.drug} ({entry.route}): is taken as required, and {what}"
                yield ("phases", p, "as_required", n, "dose"), text


def _questions_left_open(file: File) -> Iterator[Lack]:
    if isinstance(file.entry, Drug):
        for question in file.entry.safety.missing:
            yield ("safety",), f'{question}: is missing; write answers, or "{NO_SOURCE}"'


Rule = Callable[[File], Iterator[Lack]]
RULES: dict[str, Rule] = {
    "a medicine has a hard limit per dose or per day for its route": _no_hard_limit,
    "a cap or a hard limit on the amount or the rate holds the dose": _nothing_holds_the_dose,
    "a dose has products for its route": _no_product,
    "a fixed amount can be made of tablets and capsules": _unreachable_tablets,
    "a source has a link, a place, or a word on where it is from": _untraceable_source,
    "an unconfirmed source says so in words": _unmarked_doubt,
    "an erratum says what it must mean": _erratum_without_meaning,
    "a dose per kg, per m2 or by band has two worked examples": _too_few_examples,
    "a regimen has a check or monitoring": _nothing_watched,
    "a review is not overdue": _review_overdue,
    "a repeated dose has a window": _no_window,
    "a review has a window of open days": _review_without_open_days,
    "what is taken as required has a hard limit per day": _as_required_without_limit,
    "a drug file answers the eight questions of safety": _questions_left_open,
}
