"""A dose that was given, told per kg and per m2: was it what the regimen states?"""

from __future__ import annotations

from typing import Any, Unpack

from dosing import units
from dosing.columns import is_column
from dosing.errors import Problems
from dosing.facts import Facts, formula_inputs, one_of, read_facts
from dosing.formulas.body import BSA
from dosing.patient import implausible
from dosing.trace import RefusedError, stops
from dosing.units import KG, M2, Quantity, dose_unit, in_unit, parts, quantity


def given_per_size(
    given: str, *, surface: str | None = None, **facts: Unpack[Facts]
) -> dict[str, Quantity]:
    """Return how much a dose was ``per kg`` and ``per m2``, as far as weight and surface are known.

    >>> from dosing.given import given_per_size
    >>> print(f"{given_per_size('28 g', weight='70 kg')['per kg'].magnitude:.4f} g/kg")
    0.4000 g/kg

    Args:
        given: the amount of one dose: ``"28 g"``.
        surface: the formula of the body surface; not with a measured ``bsa``.
        **facts: weight, height and sex of one patient, or a measured surface.

    Raises:
        InputError: with everything that is missing or cannot be read.
        RefusedError: if nobody has such a size.
    """
    problems = Problems()
    patient = read_facts(problems, facts)
    amount = problems.reading(units.amount, given, "given")
    formula = one_of(problems, "surface", surface, BSA)
    if patient.weight is None and patient.surface is None:
        problems.add("weight", "", why="is missing", write="70 kg, or a surface: 1.84 m2")
    if formula is not None and patient.surface is not None:
        problems.add(
            "surface", formula, why="is not used", accepted="bsa was measured: leave it out"
        )
    for field, size in (("weight", patient.weight), ("bsa", patient.surface)):
        if size is not None and is_column(size.magnitude):
            problems.add(field, "", why="is a column", accepted="give one value")
    amount = problems.settled(amount)
    if stopping := stops(tuple(implausible(patient))):
        raise RefusedError(*stopping)
    measured = patient.surface
    if formula is not None:
        measured = BSA[formula](**formula_inputs(patient))
    unit = parts(amount.units).amount
    sizes: tuple[tuple[str, Any, Any], ...] = (
        ("per kg", patient.weight, KG),
        ("per m2", measured, M2),
    )
    return {
        name: quantity(amount.magnitude / in_unit(size, body, name), dose_unit(unit, body))
        for name, size, body in sizes
        if size is not None
    }
