"""A linter for authors: files that hold, and leave out what a pharmacist would ask for.

``RULES`` lists every rule. A rule looks at one file and yields each place with what is missing.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from dosing.drugs.drug import Drug, Limit, Product, SourceEntry
from dosing.drugs.file_model import Place
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
from schedules.knowledge.yaml_file import line_finder

_ORIGIN_IN_WORDS = re.compile("from memory|proposed|by hand", re.IGNORECASE)
_DOUBT_IN_WORDS = re.compile(
    "proposed|from memory|not seen|unreviewed|by hand|needs a( named)? clinician", re.IGNORECASE
)
_EXAMPLES_PER_BODY = 2

Found = tuple[Place, str]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PlacedMedicine:
    """A give with its place in the file, its phase and its drug."""

    place: Place
    medicine: Medicine
    phase: Phase
    drug: Drug

    @property
    def said(self) -> str:
        """Name it: rituximab by intravenous infusion."""
        return f"{self.medicine.name} ({self.medicine.route})"

    @property
    def hard_limits(self) -> list[Limit]:
        """Give the limits per dose and per day above which its route is stopped."""
        return [
            limit
            for limit in self.drug.limits_for(self.medicine.route)
            if limit.per in ("dose", "day") and limit.hard and limit.hard.high is not None
        ]

    @property
    def products(self) -> list[Product]:
        """Give the products for its route that are measured in what its dose is measured in."""
        amount = parts(self.medicine.dose.units).amount
        return [
            product
            for product in self.drug.products
            if self.medicine.route in product.routes and same_kind(product.strengths[0], amount)
        ]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What the rules look at: a drug file has sources, a regimen file has all of it."""

    sources: Mapping[str, SourceEntry]
    today: dt.date
    read_back: Sequence[str]
    regimen: Regimen | None = None
    drugs: Mapping[str, Drug] = dataclasses.field(default_factory=dict)
    medicines: Sequence[PlacedMedicine] = ()


def findings(library: Library, root: Path, today: dt.date) -> list[str]:
    """Hold every file of a library to every rule.

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
        (f"drugs/{drug.id}.yaml", File(sources=drug.sources, today=today, read_back=drug.read_back))
        for drug in library.drugs.values()
    ]
    said: list[str] = []
    for name, file in files:
        found = [entry for rule in RULES.values() for entry in rule(file)]
        if found:
            line = line_finder(root / name)
            placed = sorted((line(place), ordinary_spaces(text)) for place, text in found)
            said += [f"{name}:{n}: {text}" for n, text in placed]
    return said


def regimen_file(regimen: Regimen, drugs: Mapping[str, Drug], today: dt.date) -> File:
    """Give a regimen with its gives laid out for the rules."""
    medicines = [
        PlacedMedicine(
            place=("phases", p, "gives", g),
            medicine=medicine,
            phase=phase,
            drug=drugs[medicine.drug],
        )
        for p, phase in enumerate(regimen.phases)
        for g, medicine in enumerate(phase.medicines)
    ]
    return File(
        sources=regimen.sources,
        today=today,
        read_back=regimen.read_back,
        regimen=regimen,
        drugs=drugs,
        medicines=medicines,
    )


def _no_hard_limit(file: File) -> Iterator[Found]:
    for given in file.medicines:
        if not given.hard_limits:
            where = f"drugs/{given.drug.id}.yaml"
            yield (
                (*given.place, "dose"),
                f"{given.said}: {where} has no hard limit per dose or per day for this route",
            )


def _nothing_holds_the_dose(file: File) -> Iterator[Found]:
    for given in file.medicines:
        dose = parts(given.medicine.dose.units)
        limits = [parts(limit.unit) for limit in given.hard_limits]
        held = any(
            limit.body in (None, dose.body) and same_kind(limit.amount, dose.amount)
            for limit in limits
        )
        if given.medicine.cap is None and not held:
            rate = spelling(dose_unit(dose.amount, dose.body))
            either = "" if dose.body is None else f" or in {spelling(dose.amount)}"
            yield (
                (*given.place, "dose"),
                f"{given.said}: no cap, and no hard limit per dose or per day in {rate}{either}",
            )


def _no_product(file: File) -> Iterator[Found]:
    for given in file.medicines:
        if not given.products:
            amount = spelling(parts(given.medicine.dose.units).amount)
            yield (
                (*given.place, "route"),
                f"{given.said}: drugs/{given.drug.id}.yaml has no product for this route "
                f"that is measured in {amount}",
            )


def _unreachable_tablets(file: File) -> Iterator[Found]:
    for given in file.medicines:
        whole = [product for product in given.products if product.solid]
        # What also comes as a liquid can be measured out.
        if not whole or len(whole) < len(given.products):
            continue
        for place, each in _fixed_doses(file, given):
            why = [_cannot_make(each, packs, given.medicine) for packs in by_jurisdiction(whole)]
            if all(why):
                yield place, f"{given.said}: unreachable tablets: {why[0]}"
                break


def _fixed_doses(file: File, given: PlacedMedicine) -> Iterator[tuple[Place, Quantity]]:
    """Give the amounts taken at one time that no patient changes, and all those of a taper."""
    place, medicine = given.place, given.medicine
    each = _fixed_dose(medicine)
    if each is not None:
        yield (*place, "dose"), each
    for p, phase in enumerate(file.regimen.phases if file.regimen else ()):
        if phase.taper is not None and phase.taper.reduces == given.phase.name:
            for start in _starts(medicine) if each is None else [each]:
                for level in levels(start, phase.taper):
                    yield ("phases", p, "taper"), level.amount


def _starts(medicine: Medicine) -> Iterator[Quantity]:
    """Give every dose that a rounded and capped dose per kg or m2 can come to."""
    if medicine.round is None or medicine.cap is None:
        return
    step = medicine.round.to
    cap = float(in_unit(medicine.cap.amount, step.units, "cap"))
    for ticks in range(1, whole_ticks(cap, float(step.magnitude), "down") + 1):
        yield quantity(ticks * float(step.magnitude), step.units)


def _fixed_dose(medicine: Medicine) -> Quantity | None:
    """Give the amount taken at one time, if it is the same for every patient."""
    unit = parts(medicine.dose.units)
    if unit.body is not None:
        return None
    share = (
        medicine.dose.magnitude / (medicine.doses_a_day or 1)
        if unit.per_day
        else medicine.dose.magnitude
    )
    each = quantity(share, unit.amount)
    if medicine.round is None or medicine.round.over != "dose":
        return each
    return round_to(each, medicine.round.to, medicine.round.rule)


def _cannot_make(dose: Quantity, products: Sequence[Product], medicine: Medicine) -> str:
    """Say why a dose cannot be made of tablets and capsules; nothing if it can."""
    only = medicine.tablets.of if medicine.tablets else ()
    try:
        made_of(dose, products, only)
    except InputError as error:
        strengths = [strength for product in products for strength in product.strengths]
        sizes = ", ".join(dict.fromkeys(show(s) for s in strengths if not only or s in only))
        return f"{show(dose)} cannot be made of {sizes}; {error.problems[0].accepted}"
    return ""


def _untraceable_source(file: File) -> Iterator[Found]:
    for name, source in file.sources.items():
        words = f"{source.cite} {source.says}"
        if not source.link and not source.place and not _ORIGIN_IN_WORDS.search(words):
            yield (
                ("sources", name, "cite"),
                f"source {name}: neither link nor place, and no word that it is from memory, "
                "proposed or worked by hand",
            )


def _unmarked_doubt(file: File) -> Iterator[Found]:
    for name, source in file.sources.items():
        # The place is printed with the cite in every output.
        if not source.confirmed and not _DOUBT_IN_WORDS.search(f"{source.cite}, {source.place}"):
            yield (
                ("sources", name, "cite"),
                f"source {name}: is unconfirmed, and its cite does not say so: write proposed, "
                "from memory, not seen, unreviewed, by hand or needs a clinician",
            )


def _erratum_without_meaning(file: File) -> Iterator[Found]:
    for n, erratum in enumerate(file.regimen.errata if file.regimen else ()):
        if erratum.means.strip() in ("", erratum.prints.strip()):
            yield (
                ("errata", n, "means"),
                f'erratum "{erratum.prints}": does not say what it must mean',
            )


def _too_few_examples(file: File) -> Iterator[Found]:
    count = len(file.regimen.examples) if file.regimen else 0
    for given in file.medicines:
        by_body = parts(given.medicine.dose.units).body is not None
        by_band = len(given.phase.tables()[given.medicine.name]) > 1
        if (by_body or by_band) and count < _EXAMPLES_PER_BODY:
            yield (
                (*given.place, "dose"),
                f"{given.said}: a dose that depends on the patient needs 2 worked examples, "
                f"there is {count}",
            )


def _nothing_watched(file: File) -> Iterator[Found]:
    regimen = file.regimen
    if regimen and not regimen.checks and not any(phase.monitor for phase in regimen.phases):
        yield ("phases",), "no check before a dose and no monitoring at all"


def _review_overdue(file: File) -> Iterator[Found]:
    if file.regimen and file.regimen.reviewed.due < file.today:
        yield ("reviewed", "due"), f"review overdue since {file.regimen.reviewed.due:%d-%b-%Y}"


def _no_window(file: File) -> Iterator[Found]:
    for given in file.medicines:
        # What goes with something else moves with it.
        if given.medicine.window is None and not given.medicine.event and _repeats(given):
            yield (*given.place, "days"), f"{given.said}: is given repeatedly and has no window"


def _repeats(given: PlacedMedicine) -> bool:
    """Tell whether it is given on more than one day; a number that is left open may be more."""
    cycle = given.phase.cycle
    if cycle is not None and cycle.count != 1:
        return True
    length = cycle.every if cycle is not None else given.phase.length
    try:
        shortest = length.shortest_days() if isinstance(length, Span) else None
        days = given.phase.day_numbers(given.medicine, shortest)
        return len(days) > 1
    except ValueError:  # on each day of a length that a person chooses
        return True


def _not_read_back(file: File) -> Iterator[Found]:
    if not file.read_back:
        yield (
            ("sources",),
            "figures not read back: compare python -m schedules read-back FILE with the sources, "
            "then add --write",
        )


def _as_required_without_limit(file: File) -> Iterator[Found]:
    for p, phase in enumerate(file.regimen.phases if file.regimen else ()):
        for n, part in enumerate(phase.as_required):
            limits = [
                lim for lim in file.drugs[part.drug].limits_for(part.route) if lim.per == "day"
            ]
            if not any(limit.hard and limit.hard.high is not None for limit in limits):
                yield (
                    ("phases", p, "as_required", n, "dose"),
                    f"{part.drug} ({part.route}): is taken as required, and "
                    f"drugs/{part.drug}.yaml has no hard limit per day for this route",
                )


Rule = Callable[[File], Iterator[Found]]
RULES: dict[str, Rule] = {
    "a give has a hard limit per dose or per day for its route": _no_hard_limit,
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
    "the figures are read back": _not_read_back,
    "what is taken as required has a hard limit per day": _as_required_without_limit,
}
