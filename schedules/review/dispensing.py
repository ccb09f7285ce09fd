"""What a pharmacy prepares and dispenses for a course: packs of each dose, packs in all, waste.

Products are those that the plan's site names, or of its jurisdiction. Where several remain, the
table says which were counted.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Literal
from zoneinfo import ZoneInfo

from dosing.calculation.packs import Packs, vials, whole_and_halved
from dosing.drugs.drug import Drug, Product
from dosing.errors import InputError
from dosing.units import MINUTE, Quantity, duration, in_unit, plain, quantity, same_kind, show
from schedules.course.course import Course
from schedules.course.rows import BY_MOUTH, Administration
from schedules.knowledge.site import AS_THE_DRUG_FILE, Pharmacy, Site

_DRAWN_UP = ("vial", "ampoule")
# Sums are rounded to this many decimals: floating-point noise.
_CLEAN = 9
_DIGITS = 6


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """The products that a dose is made of. ``instead_of`` names others that were not counted."""

    products: tuple[Product, ...]
    instead_of: tuple[str, ...] = ()

    @property
    def names(self) -> str:
        """Name its products."""
        return ", ".join(product.name for product in self.products)

    @property
    def drawn_up(self) -> bool:
        """Whether doses are drawn up from it, so that two of one visit may come from one vial."""
        return self.products[0].form in _DRAWN_UP


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What is prepared at one time: the packs of one dose, or of doses that share opened vials."""

    rows: tuple[Administration, ...]
    packs: Packs
    stock: Stock


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Dispensed:
    """How many packs of one strength the course takes, what they hold, and what is left over.

    ``condition`` is what these doses depend on, if they do.
    """

    drug: str
    drug_name: str
    product: str
    form: Literal["vial", "tablet", "capsule", "ampoule", "bottle"]
    strength: Quantity
    count: int
    total: Quantity
    waste: Quantity
    condition: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Dispensing:
    """What a course takes: preparations by date, packs by strength, and notes on them."""

    prepared: tuple[Prepared, ...]
    rows: tuple[Dispensed, ...]
    notes: tuple[str, ...]


def dispensing(course: Course) -> Dispensing:
    """Count the vials and tablets of a course.

    Vials are shared between the doses of one visit, and between visits only where the plan's
    pharmacy says for how long.

    Args:
        course: the course; its plan holds what the site's pharmacy stocks.

    Returns:
        The packs of the doses that take place. The notes name what cannot be counted.
    """
    site, zone = course.plan.site, ZoneInfo(course.plan.zone)
    prepared: list[Prepared] = []
    notes: list[str] = []
    bottles: list[Dispensed] = []
    groups: dict[tuple[str, str, str], list[Administration]] = {}
    for row in course.rows:
        groups.setdefault((row.drug, row.route, row.condition), []).append(row)
    for (drug, route, _), rows in groups.items():
        stock = stocked(course.drugs[drug], route, site)
        bottle = find_bottle(course.drugs[drug], route, site)
        from_bottle: list[Administration] = []
        if stock is None or not stock.products:
            if bottle is None:
                notes += _notes_on(stock, course.drugs[drug], route)
            else:
                bottles.append(_count_bottles(rows, bottle, zone))
            continue
        notes += _notes_on(stock, course.drugs[drug], route)
        counted: dict[tuple[str, ...], Packs | str] = {}  # the hash of a Quantity costs more
        for together in _together(rows, stock, drug, site.pharmacy, zone):
            key = tuple(f"{row.phase}/{row.item}/{plain(row.dose.amount)}" for row in together)
            if key not in counted:
                counted[key] = packs_or_why(together, stock)
            packs = counted[key]
            if not isinstance(packs, str):
                prepared.append(Prepared(rows=tuple(together), packs=packs, stock=stock))
            elif bottle is None:
                notes.append(packs)
            else:
                from_bottle += together
        if bottle is not None and from_bottle:
            bottles.append(_count_bottles(from_bottle, bottle, zone))
    prepared.sort(key=lambda entry: (entry.rows[0].date, entry.rows[0].time, entry.rows[0].id))
    return Dispensing(
        prepared=tuple(prepared),
        rows=(*_dispensed(prepared), *bottles),
        notes=tuple(dict.fromkeys(notes)),
    )


def stocked(drug: Drug, route: str, site: Site) -> Stock | None:
    """Choose the products that make the doses by a route; None where none can be counted.

    Those that the pharmacy names are taken; else those of no jurisdiction, and of the first of the
    site's jurisdictions that has any, or of the first in the drug file where the site states none.
    What is counted only if it is named is none of these.
    """
    countable = [
        product
        for product in drug.products
        if route in product.routes and (product.solid or product.form in _DRAWN_UP)
    ]
    if not countable:
        return None
    named = [p for p in countable if p.name in site.pharmacy.products.get(drug.id, [])]
    free = [p for p in countable if not p.if_named]
    of_file = list(dict.fromkeys(p.jurisdiction for p in free if p.jurisdiction))
    here = [place for place in site.jurisdiction if place in of_file]
    place = (here if site.jurisdiction else of_file)[:1]
    chosen = named or [p for p in free if p.jurisdiction in ("", *place)]
    others = [
        p.name
        for p in (free if chosen else countable)
        if p not in chosen and (not chosen or not site.jurisdiction or p.jurisdiction in here)
    ]
    return Stock(products=tuple(chosen), instead_of=() if named else tuple(others))


def find_bottle(drug: Drug, route: str, site: Site) -> Product | None:
    """Return the bottle that doses by mouth are taken from, where the file states what it holds."""
    for product in drug.products:
        here = not site.jurisdiction or product.jurisdiction in ("", *site.jurisdiction)
        if product.holds is not None and route == BY_MOUTH and route in product.routes and here:
            return product
    return None


def _count_bottles(rows: Sequence[Administration], bottle: Product, zone: ZoneInfo) -> Dispensed:
    """Count bottles for doses that are taken from one after another, for as long as one keeps.

    Where the file does not say how long, an opened bottle is used up.
    """
    unit = bottle.strengths[0].units
    strength = float(in_unit(bottle.content, unit, "holds"))
    keeps = dt.timedelta.max
    if bottle.opened is not None:
        keeps = dt.timedelta(minutes=float(in_unit(bottle.opened.within, MINUTE, "within")))
    instants = [instant_of(row, zone) for row in rows]
    taken, count = 0.0, 0
    for group in opened_together(rows, instants, keeps):
        used = sum(float(in_unit(row.dose.amount, unit, "dose")) for row in group)
        packs = vials(quantity(round(used, _CLEAN), unit), [quantity(strength, unit)])
        taken, count = taken + used, count + packs.pieces
    return Dispensed(
        drug=rows[0].drug,
        drug_name=rows[0].drug_name,
        product=bottle.name,
        form=bottle.form,
        strength=quantity(strength, unit),
        count=count,
        total=quantity(round(count * strength, _CLEAN), unit),
        waste=quantity(round(count * strength - taken, _CLEAN), unit),
        condition=rows[0].condition,
    )


def packs_for(rows: Sequence[Administration], stock: Stock) -> Packs:
    """Choose the packs that hold these doses: vials to draw from, or tablets to swallow.

    Where the pharmacy has the tablets that the course chose for a dose, they are taken.

    Raises:
        InputError: if tablets cannot make the amount.
    """
    unit, own = rows[0].dose.amount.units, rows[0].tablets
    number = sum(float(in_unit(row.dose.amount, unit, "dose")) for row in rows)
    wanted = quantity(round(number, _CLEAN), unit)
    products = [p for p in stock.products if same_kind(p.strengths[0], wanted)]
    there = [strength for product in products for strength in product.strengths]
    if own is not None and all(_whole(part, own) in there for part, _ in own.counts):
        return own
    if stock.drawn_up:
        return vials(wanted, there)
    scored = [
        strength
        for product in products
        if product.scored and product.form == "tablet"
        for strength in product.strengths
    ]
    return whole_and_halved(wanted, there, scored)


def _whole(part: Quantity, packs: Packs) -> Quantity:
    """Return the strength of the whole tablet that a half is taken from."""
    return quantity(part.magnitude * 2, part.units) if part in packs.halves else part


def packs_or_why(rows: Sequence[Administration], stock: Stock) -> Packs | str:
    """Return the packs of doses, or the sentence that says why there are none."""
    try:
        return packs_for(rows, stock)
    except InputError as error:
        problem = error.problems[0]
        return (
            f"{rows[0].drug_name} {show(rows[0].dose.amount, _DIGITS)}: not counted; {problem.why} "
            f"({stock.names}); {problem.accepted}."
        )


def _notes_on(stock: Stock | None, drug: Drug, route: str) -> Iterator[str]:
    if stock is None:
        forms = "vial, ampoule, tablet, capsule or bottle of a stated size"
        yield f"{drug.name}, {route}: the drug file names no {forms} to count."
    elif not stock.products:
        yield (
            f"{drug.name}, {route}: no product of this jurisdiction is known; "
            f"known are {', '.join(stock.instead_of)}."
        )
    elif stock.instead_of:
        yield (
            f"{drug.name}, {route}: counted with {stock.names}; "
            f"there is also {', '.join(stock.instead_of)}, and site.yaml names none of them."
        )


def _together(
    rows: Sequence[Administration], stock: Stock, drug: str, pharmacy: Pharmacy, zone: ZoneInfo
) -> Iterator[list[Administration]]:
    """Put together the doses that share opened vials.

    Those of one visit are drawn up together, as several glands are from one vial. Beyond it vials
    are shared for a stated time only, which runs from the first dose, so that none is used longer
    than it may be.
    """
    shared = pharmacy.share_vials.get(drug) if stock.drawn_up else None
    within = None if shared is None else opened_length(shared, stock)
    one_visit = dt.timedelta() if stock.drawn_up else None
    return opened_together(rows, [instant_of(row, zone) for row in rows], within or one_visit)


def opened_together(
    rows: Sequence[Administration], instants: Sequence[dt.datetime], longest: dt.timedelta | None
) -> Iterator[list[Administration]]:
    """Part doses in the order of their instants into those that share opened vials.

    Args:
        rows: the doses.
        instants: when each of them begins.
        longest: for how long a vial serves from the first dose on; None where none is shared.
    """
    group: list[Administration] = []
    opened = None
    for row, instant in zip(rows, instants, strict=True):
        if opened is not None and (longest is None or instant - opened > longest):
            yield group
            group, opened = [], None
        opened = opened or instant
        group.append(row)
    yield group


def opened_length(shared: str, stock: Stock) -> dt.timedelta | None:
    """Return how long an opened vial may be used; None where the drug file does not state it."""
    if shared != AS_THE_DRUG_FILE:
        stated = [duration(shared, "share_vials")]
    else:
        opened = [product.opened for product in stock.products]
        stated = [entry.within for entry in opened if entry is not None]
        if len(stated) < len(opened):
            return None
    minutes = sorted(float(in_unit(length, MINUTE, "share_vials")) for length in stated)
    return dt.timedelta(minutes=minutes[0])


def instant_of(row: Administration, zone: ZoneInfo) -> dt.datetime:
    """Return when a dose begins."""
    # In UTC: two wall-clock times across a clock change are an hour nearer or further.
    return dt.datetime.combine(row.date, row.time, tzinfo=zone).astimezone(dt.UTC)


def halves_taken(entry: Prepared) -> Iterator[tuple[Product, Quantity, int]]:
    """Yield each product and strength of a preparation, and how many halves of a pack it takes."""
    for strength, count in entry.packs.counts:
        whole = _whole(strength, entry.packs)
        product = next(p for p in entry.stock.products if whole in p.strengths)
        yield product, whole, count if strength in entry.packs.halves else 2 * count


def _dispensed(prepared: Sequence[Prepared]) -> Iterator[Dispensed]:
    """Add up the packs of each strength; two halves of a tablet are one tablet."""
    halves: dict[tuple[str, str, str, str], int] = {}
    wastes: dict[tuple[str, str, str, str], float] = {}
    strengths: dict[tuple[str, str, str, str], tuple[Prepared, Product, Quantity]] = {}
    for entry in prepared:
        first = entry.rows[0]
        for product, whole, count in halves_taken(entry):
            key = (first.drug, first.condition, product.name, plain(whole))
            strengths.setdefault(key, (entry, product, whole))
            halves[key] = halves.get(key, 0) + count
        # One draws from the larger vials first: what is left over is in the last, the smallest.
        waste = float(in_unit(entry.packs.waste, whole.units, "waste"))
        wastes[key] = wastes.get(key, 0.0) + waste
    for key, (entry, product, strength) in strengths.items():
        count, odd = (halves[key] + 1) // 2, halves[key] % 2
        number = float(strength.magnitude)
        yield Dispensed(
            drug=key[0],
            drug_name=entry.rows[0].drug_name,
            product=product.name,
            form=product.form,
            strength=strength,
            count=count,
            total=quantity(round(number * count, _CLEAN), strength.units),
            waste=quantity(round(wastes.get(key, 0.0) + odd * number / 2, _CLEAN), strength.units),
            condition=key[1],
        )
