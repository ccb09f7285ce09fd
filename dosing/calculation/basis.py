"""Which weight a rate per kg goes by: stated, or the only one that there is."""

from __future__ import annotations

from typing import get_args

from dosing.calculation.rule import WeightBasis
from dosing.errors import refuse
from dosing.patient import Patient
from dosing.units import KG, Quantity, parts

WEIGHT_BASES: tuple[WeightBasis, ...] = get_args(WeightBasis)


def stated_basis(basis: str | None, rate: Quantity, patient: Patient) -> WeightBasis | None:
    """Return the weight that a rate goes by; None where the rate is not per kg.

    There is no default. Where nothing is stated, the actual weight is taken only if no other could
    be meant: without height and sex no ideal, adjusted or lean weight can be computed. The rule
    then takes ``basis_stated=False``, and the derivation says why.

    Args:
        basis: actual, ideal, adjusted or lean; None where nobody stated it.
        rate: the rate of the dose, such as 0.4 g/kg.
        patient: one patient or columns; only which measurements are given matters.

    Raises:
        InputError: the basis is not known, or it is missing although another could be meant.
    """
    if basis is not None and basis not in WEIGHT_BASES:
        refuse("basis", basis, why="is not known here", write=", ".join(WEIGHT_BASES))
    if parts(rate.units).body != KG:
        return None
    if basis is None and (patient.height is not None or patient.sex is not None):
        refuse(
            "basis",
            "",
            why="is missing",
            write="actual, ideal, adjusted or lean: with height or sex, any of them could be meant",
        )
    return basis or "actual"
