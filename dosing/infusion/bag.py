"""The bag that really hangs there: its whole volume, and how that volume came about."""

from __future__ import annotations

import dataclasses

from dosing.errors import refuse
from dosing.rounding import snapped
from dosing.units import ML, Quantity, in_unit, quantity, same_kind, show, spelling


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Bag:
    """What runs in: its whole volume, how that volume came about, and what it is diluted in.

    ``assumed`` where nobody stated what the volume holds, and it is taken as everything.
    """

    volume: Quantity
    because: str
    diluent: str = ""
    assumed: bool = False


def bag_holding_all(volume: Quantity, diluent: str = "", *, assumed: bool = False) -> Bag:
    """Return a bag whose volume holds everything: drug, diluent and overfill."""
    return Bag(
        volume=quantity(in_unit(volume, ML, "volume"), ML),
        diluent=diluent,
        because="holds everything that runs in: drug, diluent and overfill",
        assumed=assumed,
    )


def bag_added_to(
    volume: Quantity, *, drug: Quantity, overfill: Quantity | None, diluent: str = ""
) -> Bag:
    """Return a bag to which the drug's own volume is added.

    Args:
        volume: what is printed on the bag.
        drug: the volume of the drug that is added.
        overfill: what the maker put in above the printed volume, or None: it is not counted.
        diluent: what the bag holds.
    """
    printed, added = in_unit(volume, ML, "volume"), in_unit(drug, ML, "drug volume")
    extra = 0.0 if overfill is None else in_unit(overfill, ML, "overfill")
    counted = f"{show(overfill)} of overfill" if overfill is not None else "overfill not counted"
    return Bag(
        volume=quantity(snapped(printed + added + extra), ML),
        diluent=diluent,
        because=f"is {show(volume)} and {show(drug)} of drug, {counted}",
    )


def drug_volume(dose: Quantity, concentration: Quantity) -> Quantity:
    """Return the volume in which a product holds a dose: 700 mg of 10 mg/mL are 70 mL.

    Raises:
        InputError: if the dose is measured otherwise than the product, or comes to no volume.
    """
    per_ml = concentration * quantity(1.0, ML)
    must_measure_alike(dose, per_ml, "concentration")
    volume = snapped(in_unit(dose, per_ml.units, "dose") / per_ml.magnitude)
    if not volume:
        refuse("dose", show(dose), why="has no volume", accepted="correct its unit or number")
    return quantity(volume, ML)


def undiluted(dose: Quantity, concentration: Quantity) -> Bag:
    """Return a dose as the product comes, with nothing added."""
    return Bag(
        volume=drug_volume(dose, concentration),
        because=f"is {show(dose)} at {show(concentration)}, nothing added",
    )


def must_measure_alike(value: Quantity, other: Quantity, field: str) -> None:
    """Refuse an amount in mg where the other is in units, mL or mmol."""
    if not same_kind(value, other):
        refuse(
            field,
            show(value),
            why="is in another kind of unit than the rate",
            accepted=f"give it in {spelling(other.units)}",
        )
