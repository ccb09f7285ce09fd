"""Plasma: its volume by four formulas, and what an exchange of it removes.

The formulas take Quantities by keyword, each one value or a column, and return litres. A
hematocrit is a fraction such as 0.42.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from dosing.columns import is_column
from dosing.errors import refuse
from dosing.formulas.formula import ADULT_AGE, Formula, by_sex, fraction, number
from dosing.plausibility import PLAUSIBLE
from dosing.rounding import above, deviation
from dosing.trace import Derivation, Finding, Source
from dosing.units import KG, METRE, L, Quantity, quantity, show, show_percent


def plasma_volume_kaplan(*, weight: Quantity, hematocrit: Any) -> Quantity:
    """Return the plasma volume by Kaplan: 0.065 x kg x (1 - hematocrit), in L.

    Valid population: adults; overestimates in obesity. Source: Kaplan 1990 (unconfirmed).
    Raises InputError when an input is missing or the hematocrit is not a fraction such as 0.42.
    """
    plasma_share = 1 - fraction(hematocrit, "hematocrit", "0.42")
    return quantity(0.065 * number(weight, KG, "weight") * plasma_share, L)


def plasma_volume_seventy(*, weight: Quantity, hematocrit: Any) -> Quantity:
    """Return the plasma volume by 70 mL of blood per kg: 0.07 x kg x (1 - hematocrit), in L.

    Valid population: adults; overestimates in obesity.
    Source: LearnHaem, FRCPath transfusion, plasma exchange.
    Raises InputError when an input is missing or the hematocrit is not a fraction such as 0.42.
    """
    plasma_share = 1 - fraction(hematocrit, "hematocrit", "0.42")
    return quantity(0.07 * number(weight, KG, "weight") * plasma_share, L)


def plasma_volume_forty(*, weight: Quantity) -> Quantity:
    """Return the plasma volume by 40 mL per kg, in L. It needs no hematocrit.

    Valid population: adults; overestimates in obesity.
    Source: LearnHaem, FRCPath transfusion, plasma exchange.
    Raises InputError when the weight is missing, of another kind or not above zero.
    """
    return quantity(0.04 * number(weight, KG, "weight"), L)


def plasma_volume_nadler(
    *, weight: Quantity, height: Quantity, sex: Any, hematocrit: Any
) -> Quantity:
    """Return the plasma volume by Nadler: blood volume x (1 - hematocrit), in L.

    Blood volume, men: 0.3669 x m^3 + 0.03219 x kg + 0.6041;
    women: 0.3561 x m^3 + 0.03308 x kg + 0.1833.
    Valid population: adults. Source: Nadler, Surgery 1962;51:224.
    Raises InputError when an input is missing or the hematocrit is not a fraction such as 0.42.
    """
    kg, m = number(weight, KG, "weight"), number(height, METRE, "height")
    plasma_share = 1 - fraction(hematocrit, "hematocrit", "0.42")
    blood = (
        by_sex(sex, {"male": 0.3669, "female": 0.3561}) * m**3
        + by_sex(sex, {"male": 0.03219, "female": 0.03308}) * kg
        + by_sex(sex, {"male": 0.6041, "female": 0.1833})
    )
    return quantity(blood * plasma_share, L)


def removed_by_exchange(*, volumes: float) -> float:
    """Return the share of what is only in plasma that an exchange removes: 1 - e^-volumes.

    ``volumes`` counts plasma volumes, such as 1.5. One compartment: what flows back from the
    tissues during and after the exchange is left out; in truth less is removed.
    Source: https://renalcarematters.com/guides/calc-plasma-volume.html. Raises InputError when it
    is not above zero.
    """
    if not (isinstance(volumes, (int, float)) and 0 < volumes < math.inf):
        refuse("volumes", str(volumes), why="is not a number above zero", write="1 or 1.5")
    return 1 - math.exp(-volumes)


_LEARN_HAEM = Source(
    cite="LearnHaem, FRCPath transfusion, plasma exchange",
    link="https://learnhaem.com/courses/frcpath-transfusion/lessons/plasma-exchange/",
    confirmed=True,
)

PLASMA_VOLUME: dict[str, Formula] = {
    "kaplan": Formula(
        name="kaplan",
        title="Kaplan",
        function=plasma_volume_kaplan,
        inputs=("weight", "hematocrit"),
        source=Source(cite="Kaplan 1990"),
        population="adults; overestimates in obesity",
        valid=(ADULT_AGE,),
    ),
    "seventy": Formula(
        name="seventy",
        title="70 mL of blood per kg",
        function=plasma_volume_seventy,
        inputs=("weight", "hematocrit"),
        source=_LEARN_HAEM,
        population="adults; overestimates in obesity",
        valid=(ADULT_AGE,),
    ),
    "forty": Formula(
        name="forty",
        title="40 mL per kg",
        function=plasma_volume_forty,
        inputs=("weight",),
        source=_LEARN_HAEM,
        population="adults; overestimates in obesity",
        valid=(ADULT_AGE,),
    ),
    "nadler": Formula(
        name="nadler",
        title="Nadler",
        function=plasma_volume_nadler,
        inputs=("weight", "height", "sex", "hematocrit"),
        source=Source(cite="Nadler, Surgery 1962;51:224", confirmed=True),
        population="adults",
        valid=(ADULT_AGE,),
    ),
}

# Those by which the replacement of an exchange is ordered.
PLASMA_ORDERS = ("kaplan", "nadler")


def plasma_volumes_differ(volumes: Mapping[str, Quantity]) -> tuple[Finding, ...]:
    """Return a WARN with both plasma volumes where those by Kaplan and by Nadler lie far apart.

    The difference is that of Kaplan from Nadler, which knows the height; a column gives it for its
    rows.
    """
    if not {"kaplan", "nadler"} <= volumes.keys():
        return ()
    kaplan, nadler = volumes["kaplan"], volumes["nadler"]
    apart = deviation(kaplan, nadler)
    decided, derivation = PLAUSIBLE.plasma_volumes, Derivation()
    far = above(abs(apart), decided.differ_by_percent / 100)
    both = "Kaplan and Nadler"
    if not is_column(apart):
        both = (
            f"Kaplan {show(kaplan, 4)} and Nadler {show(nadler, 4)} ({show_percent(float(apart))})"
        )
    text = (
        f"The plasma volumes by {both} differ by more than {decided.differ_by_percent:g} %: Kaplan "
        "overestimates in obesity. Choose one by name."
    )
    derivation.warn("plasma.volumes_differ", text, decided.source, far)
    return derivation.findings
