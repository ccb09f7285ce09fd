"""The independent second calculation, in exact fractions, sharing no code with the first.

It has its own reader, its own table of units, its own constants and its own order of steps, so that
an error in the first calculation cannot repeat itself here. It uses neither pint nor NumPy. Powers
that are not whole are taken in decimal arithmetic of 40 digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from math import isqrt

_PRECISE = Context(prec=40)
_AGREE = Fraction(1, 10**9)
_HALF = Fraction(1, 2)
# Below this weight Livingston and Lee give other coefficients.
_LIVINGSTON_SMALL_KG = 10

# Each unit as (kind, how many of the kind's own unit: mg, mL, units, mmol, m2, cm, minutes).
UNITS: dict[str, tuple[str, Fraction]] = {
    "g": ("mg", Fraction(1000)),
    "mg": ("mg", Fraction(1)),
    "mcg": ("mg", Fraction(1, 1000)),
    "mL": ("mL", Fraction(1)),
    "L": ("mL", Fraction(1000)),
    "units": ("units", Fraction(1)),
    "unit": ("units", Fraction(1)),
    "mmol": ("mmol", Fraction(1)),
    "m2": ("m2", Fraction(1)),
    "cm": ("cm", Fraction(1)),
    "m": ("cm", Fraction(100)),
    "in": ("cm", Fraction(254, 100)),
    "ft": ("cm", Fraction(3048, 100)),
    "min": ("minutes", Fraction(1)),
    "h": ("minutes", Fraction(60)),
    "day": ("minutes", Fraction(1440)),
    "days": ("minutes", Fraction(1440)),
    "week": ("minutes", Fraction(10080)),
    "weeks": ("minutes", Fraction(10080)),
}
WEIGHTS: dict[str, Fraction] = {
    "kg": Fraction(1),
    "g": Fraction(1, 1000),
    "lb": Fraction(45359237, 100000000),
}
# By formula and whether male: the weight at 5 feet, and for each inch more.
IDEAL_WEIGHTS: dict[tuple[str, bool], tuple[str, str]] = {
    ("devine", True): ("50", "2.3"),
    ("devine", False): ("45.5", "2.3"),
    ("robinson", True): ("52", "1.9"),
    ("robinson", False): ("49", "1.7"),
    ("miller", True): ("56.2", "1.41"),
    ("miller", False): ("53.1", "1.36"),
    ("hamwi", True): ("48", "2.7"),
    ("hamwi", False): ("45.5", "2.2"),
}
# By formula: the factor, and the powers of kg and of cm.
SURFACES: dict[str, tuple[str, str, str]] = {
    "du_bois": ("0.007184", "0.425", "0.725"),
    "haycock": ("0.024265", "0.5378", "0.3964"),
    "gehan_george": ("0.0235", "0.51456", "0.42246"),
    "fujimoto": ("0.008883", "0.444", "0.663"),
    "takahira": ("0.007241", "0.425", "0.725"),
    "schlich male": ("0.000579479", "0.38", "1.24"),
    "schlich female": ("0.000975482", "0.46", "1.08"),
}

# Nadler's blood volume in litres, by sex: for each cubic metre, for each kg, and in all.
BLOOD_VOLUMES: dict[str, tuple[str, str, str]] = {
    "male": ("0.3669", "0.03219", "0.6041"),
    "female": ("0.3561", "0.03308", "0.1833"),
}


def amount(
    *,
    rate: str,
    weight: str | None = None,
    missing: float | None = None,
    height: str | None = None,
    surface: str | None = None,
    sex: str | None = None,
    basis: str | None = None,
    ideal: str | None = None,
    fraction: float | None = None,
    formula: str | None = None,
    hematocrit: float | None = None,
    plasma: str | None = None,
    doses_a_day: int | None = None,
    times: int = 1,
    factors: Sequence[float] = (),
    cap: str | None = None,
    step: str | None = None,
    rounding: str | None = None,
    bands: Sequence[tuple[str | None, str | None, str]] | None = None,
    banded_by: str = "dose",
) -> Fraction:
    """Calculate an amount again, in mg (or units, mL, mmol), from values written as text.

    Every argument is what the first calculation was given: ``rate`` as ``"0.4 g/kg"``, measures as
    ``"70 kg"`` and ``"175 cm"``, ``missing`` the percentage of the body that was lost, ``basis``
    actual, ideal, adjusted or lean, ``formula`` the name of the surface formula, ``plasma`` that of
    the plasma volume, ``step`` and ``rounding`` the rounding, ``bands`` start, end and dose of each
    band (None for an open end), ``banded_by`` whether they go by the dose or the weight.
    Valid for one patient.

    Raises:
        ValueError: if a text or a name is not one that it knows.
    """
    number, _, unit = rate.partition(" ")
    what, *per = unit.split("/")
    result = _exact(number, UNITS[what][1])
    result *= times
    if "kg" in per:
        kg = kilograms(weight) if basis == "actual" else _whole(weight, missing)
        result *= _weight_for_dose(kg, height, sex, basis, ideal, fraction)
    if "m2" in per:
        whole = Fraction(0) if surface else _whole(weight, missing)
        result *= read(surface, "m2") if surface else _surface(formula, whole, height, sex)
    if "L-plasma" in per:
        result *= _plasma(plasma, kilograms(weight), height, sex, hematocrit)
    if "day" in per and doses_a_day:
        result /= doses_a_day
    for factor in factors:
        result *= Fraction(repr(float(factor)))
    if cap is not None and result > read(cap) * times:
        result = read(cap) * times
    if step is not None:
        result = _rounded(result, read(step), rounding)
    return _banded(result, kilograms(weight) if banded_by == "weight" else result, bands or ())


def _banded(
    result: Fraction, by: Fraction, bands: Sequence[tuple[str | None, str | None, str]]
) -> Fraction:
    """Return the dose of the band in which a dose or a weight lies; without one the result."""
    for start, end, dose in bands:
        if (start is None or by >= read_end(start)) and (end is None or by < read_end(end)):
            return read(dose)
    return result


def read_end(text: str) -> Fraction:
    """Read the end of a band: a dose, or a weight in kg."""
    return kilograms(text) if text.endswith("kg") else read(text)


def agrees(first: str, again: Fraction) -> bool:
    """Return whether the amount of the first calculation, as text, is the one calculated again."""
    amount_of_first = read(first)
    return amount_of_first == again or abs(amount_of_first - again) <= _AGREE * abs(again)


def read(text: str | None, kind: str | None = None) -> Fraction:
    """Read a value with its unit as an exact number of its kind's own unit.

    Raises:
        ValueError: if it is missing, or of another kind than the one named.
        KeyError: if the unit is not one that it knows.
    """
    if text is None:
        raise ValueError(f"a value in {kind} is missing")
    number, _, unit = text.removesuffix("/day").partition(" ")
    own_kind, size = UNITS[unit]
    if kind is not None and own_kind != kind:
        raise ValueError(f"{text} is not in {kind}")
    return _exact(number, size)


def kilograms(text: str | None) -> Fraction:
    """Read a body weight in kg.

    Raises:
        ValueError: if it is missing.
        KeyError: if the unit is not one that it knows.
    """
    if text is None:
        raise ValueError("a weight is missing")
    number, _, unit = text.partition(" ")
    return _exact(number, WEIGHTS[unit])


def _whole(text: str | None, missing: float | None) -> Fraction:
    """Return the weight of the body with the percentage of it that was lost."""
    rest = 100 - Fraction(repr(float(missing or 0)))
    return kilograms(text) * 100 / rest


def _exact(number: str, size: Fraction) -> Fraction:
    """Return digits, with a point or without, as so many of a unit."""
    whole, _, decimals = number.partition(".")
    value = Fraction(int(whole + decimals), 10 ** len(decimals))
    return value if size == 1 else value * size


def _rounded(value: Fraction, step: Fraction, rounding: str | None) -> Fraction:
    count, rest = divmod(value, step)
    if rounding == "up":
        count += rest > 0
    elif rounding == "nearest":
        count += rest >= step * _HALF
    elif rounding != "down":
        raise ValueError(f"no rounding rule {rounding!r}")
    return count * step


def _weight_for_dose(
    kg: Fraction,
    height: str | None,
    sex: str | None,
    basis: str | None,
    ideal: str | None,
    share: float | None,
) -> Fraction:
    if basis == "actual":
        return kg
    cm, male = read(height, "cm"), {"male": True, "female": False}[str(sex)]
    if basis == "lean":
        index = kg * 10000 / (cm * cm)
        return 9270 * kg / (6680 + 216 * index if male else 8780 + 244 * index)
    start, each = IDEAL_WEIGHTS[str(ideal), male]
    target = Fraction(start) + Fraction(each) * (cm / Fraction(254, 100) - 60)
    if basis == "ideal":
        return target
    if basis == "adjusted" and share is not None:
        # Whoever weighs less than the ideal weight is dosed by what they weigh.
        return kg if kg < target else target + Fraction(repr(float(share))) * (kg - target)
    raise ValueError(f"no weight basis {basis!r}")


def _surface(formula: str | None, kg: Fraction, height: str | None, sex: str | None) -> Fraction:
    if formula == "mosteller":
        square = read(height, "cm") * kg / 3600
        top, bottom = isqrt(square.numerator), isqrt(square.denominator)
        if (top * top, bottom * bottom) == (square.numerator, square.denominator):
            return Fraction(top, bottom)  # cut off, a dose half-way between two would fall below
        # A whole root of the scaled square: exact to 30 places.
        return Fraction(isqrt(square.numerator * 10**60 // square.denominator), 10**30)
    with localcontext(_PRECISE):
        if formula == "livingston_lee":
            low = kg < _LIVINGSTON_SMALL_KG
            return _power("0.1037" if low else "0.1173", (kg, "0.6724" if low else "0.6466"))
        cm = read(height, "cm")
        if formula == "boyd":
            grams = kg * 1000
            power = Decimal("0.7285") - Decimal("0.0188") * _decimal(grams).log10()
            return _power("0.0003207", (cm, "0.3"), (grams, str(power)))
        if formula == "schlich":
            formula = {"male": "schlich male", "female": "schlich female"}[str(sex)]
        factor, of_kg, of_cm = SURFACES[str(formula)]
        return _power(factor, (kg, of_kg), (cm, of_cm))


def _plasma(
    formula: str | None,
    kg: Fraction,
    height: str | None,
    sex: str | None,
    hematocrit: float | None,
) -> Fraction:
    share = 1 - Fraction(repr(float(hematocrit or 0)))
    if formula == "kaplan":
        return Fraction("0.065") * kg * share
    if formula == "nadler":
        of_m, of_kg, more = BLOOD_VOLUMES[str(sex)]
        metres = read(height, "cm") / 100
        blood = Fraction(of_m) * metres**3 + Fraction(of_kg) * kg + Fraction(more)
        return blood * share
    raise ValueError(f"no plasma volume {formula!r}")


def _power(factor: str, *terms: tuple[Fraction, str]) -> Fraction:
    product = Decimal(factor)
    for base, exponent in terms:
        product *= _decimal(base) ** Decimal(exponent)
    return Fraction(product)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
