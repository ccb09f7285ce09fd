"""The published equations once more, in decimals: the coefficients are typed from the papers.

docs/formulas.md names the papers. Nothing is imported of the program.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

# mg/dL in umol/L, as the equations were published.
UMOL = Decimal("88.4")
_ONE = Decimal(1)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What the equations ask of a person: creatinine in mg/dL, cystatin C in mg/L."""

    female: bool
    years: Decimal
    kg: Decimal
    cm: Decimal
    creatinine: Decimal
    cystatin: Decimal

    def by_sex(self, male: str, female: str) -> Decimal:
        """Return the coefficient of her, or of him."""
        return Decimal(female if self.female else male)


Equation: TypeAlias = Callable[[Person], Decimal]


def _surface(factor: str, of_kg: str, of_cm: str) -> Equation:
    return lambda one: Decimal(factor) * one.kg ** Decimal(of_kg) * one.cm ** Decimal(of_cm)


def _boyd(one: Person) -> Decimal:
    grams = one.kg * 1000
    power = Decimal("0.7285") - Decimal("0.0188") * grams.log10()
    return Decimal("0.0003207") * one.cm ** Decimal("0.3") * grams**power


def _schlich(one: Person) -> Decimal:
    factor = one.by_sex("0.000579479", "0.000975482")
    return factor * one.kg ** one.by_sex("0.38", "0.46") * one.cm ** one.by_sex("1.24", "1.08")


def _livingston_lee(one: Person) -> Decimal:
    factor, power = ("0.1037", "0.6724") if one.kg < 10 else ("0.1173", "0.6466")
    return Decimal(factor) * one.kg ** Decimal(power)


def _lean(one: Person) -> Decimal:
    index = one.kg / (one.cm / 100) ** 2
    return 9270 * one.kg / (one.by_sex("6680", "8780") + one.by_sex("216", "244") * index)


def _boer(one: Person) -> Decimal:
    of_kg, of_cm = one.by_sex("0.407", "0.252") * one.kg, one.by_sex("0.267", "0.473") * one.cm
    return of_kg + of_cm - one.by_sex("19.2", "48.3")


def _james(one: Person) -> Decimal:
    return one.by_sex("1.1", "1.07") * one.kg - one.by_sex("128", "148") * (one.kg / one.cm) ** 2


def _al_sallami(one: Person) -> Decimal:
    if one.female:
        curve = 1 + (one.years / Decimal("7.1")) ** Decimal("-1.1")
        return (Decimal("1.11") - Decimal("0.11") / curve) * _lean(one)
    curve = 1 + (one.years / Decimal("13.4")) ** Decimal("-12.7")
    return (Decimal("0.88") + Decimal("0.12") / curve) * _lean(one)


def _bent(ratio: Decimal, below: Decimal | str, over: str) -> Decimal:
    """Return min(ratio, 1)^below x max(ratio, 1)^over."""
    return min(ratio, _ONE) ** Decimal(below) * max(ratio, _ONE) ** Decimal(over)


def _of_creatinine(one: Person) -> Decimal:
    return one.creatinine / one.by_sex("0.9", "0.7")


def _ckd_epi_2021(one: Person) -> Decimal:
    curve = _bent(_of_creatinine(one), one.by_sex("-0.302", "-0.241"), "-1.200")
    return 142 * curve * Decimal("0.9938") ** one.years * one.by_sex("1", "1.012")


def _ckd_epi_2009(one: Person) -> Decimal:
    curve = _bent(_of_creatinine(one), one.by_sex("-0.411", "-0.329"), "-1.209")
    return 141 * curve * Decimal("0.993") ** one.years * one.by_sex("1", "1.018")


def _cystatin_2012(one: Person) -> Decimal:
    curve = _bent(one.cystatin / Decimal("0.8"), "-0.499", "-1.328")
    return 133 * curve * Decimal("0.996") ** one.years * one.by_sex("1", "0.932")


def _both_2021(one: Person) -> Decimal:
    curve = _bent(_of_creatinine(one), one.by_sex("-0.144", "-0.219"), "-0.544")
    curve *= _bent(one.cystatin / Decimal("0.8"), "-0.323", "-0.778")
    return 135 * curve * Decimal("0.9961") ** one.years * one.by_sex("1", "0.963")


def _mdrd(one: Person) -> Decimal:
    curve = one.creatinine ** Decimal("-1.154") * one.years ** Decimal("-0.203")
    return 175 * curve * one.by_sex("1", "0.742")


def _lund_malmo(one: Person) -> Decimal:
    umol, bend = one.creatinine * UMOL, one.by_sex("180", "150")
    power = one.by_sex("2.56", "2.50")
    if umol < bend:
        power += one.by_sex("0.00968", "0.0121") * (bend - umol)
    else:
        power -= Decimal("0.926") * (umol / bend).ln()
    return (power - Decimal("0.0158") * one.years + Decimal("0.438") * one.years.ln()).exp()


def _schwartz_lyon(one: Person) -> Decimal:
    factor = one.by_sex("32.5" if one.years < 13 else "36.5", "32.5")
    return factor * one.cm / (one.creatinine * UMOL)


def _cockcroft_gault(one: Person) -> Decimal:
    return (140 - one.years) * one.kg / (72 * one.creatinine) * one.by_sex("1", "0.85")


EQUATIONS: dict[str, dict[str, Equation]] = {
    "bsa": {
        "mosteller": lambda one: (one.kg * one.cm / 3600).sqrt(),
        "boyd": _boyd,
        "du_bois": _surface("0.007184", "0.425", "0.725"),
        "haycock": _surface("0.024265", "0.5378", "0.3964"),
        "gehan_george": _surface("0.0235", "0.51456", "0.42246"),
        "fujimoto": _surface("0.008883", "0.444", "0.663"),
        "takahira": _surface("0.007241", "0.425", "0.725"),
        "schlich": _schlich,
        "livingston_lee": _livingston_lee,
    },
    "lean_weight": {
        "janmahasatian": _lean,
        "boer": _boer,
        "james": _james,
        "al_sallami": _al_sallami,
    },
    "creatinine_clearance": {"cockcroft_gault": _cockcroft_gault},
    "egfr": {
        "ckd_epi_2021": _ckd_epi_2021,
        "ckd_epi_2009": _ckd_epi_2009,
        "ckd_epi_cystatin_2012": _cystatin_2012,
        "ckd_epi_both_2021": _both_2021,
        "mdrd": _mdrd,
        "lund_malmo": _lund_malmo,
        "schwartz_bedside": lambda one: Decimal("0.413") * one.cm / one.creatinine,
        "schwartz_lyon": _schwartz_lyon,
    },
}
