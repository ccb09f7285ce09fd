"""A lemma: a rule in words, its proof for all numbers, and a broken twin that harms a patient.

A lemma is a function that returns a Claim; called with ``broken=True`` it makes one mistake. z3
shows that nothing contradicts the first, and finds a patient whom the second harms.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import z3

_LONGEST_MS = 20_000


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What is ``given``, what ``holds`` then, and the sentence that tells a counterexample.

    ``likely`` narrows the search for a counterexample to sizes that a person knows; a proof does
    not use it. ``shown`` are the terms that the sentence names.
    """

    given: Sequence[Any]
    holds: Any
    patient: str
    shown: Mapping[str, Any]
    likely: Sequence[Any] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Lemma:
    """A rule, the mistake of its twin, and the function that states both."""

    says: str
    mistake: str
    state: Callable[[bool], Claim]

    @property
    def name(self) -> str:
        """Return its name as a test shows it."""
        return self.state.__name__

    def can_be(self) -> bool:
        """Return whether what is given can be: else a proof would say nothing."""
        solver = z3.Solver()
        solver.set("timeout", _LONGEST_MS)
        solver.add(*self.state(False).given)
        return bool(solver.check() == z3.sat)

    def counterexample(self, *, broken: bool) -> str:
        """Return a patient for whom it does not hold, or nothing where it is proved.

        Raises:
            TimeoutError: if z3 cannot tell in time.
        """
        claim = self.state(broken)
        solver = z3.Solver()
        solver.set("timeout", _LONGEST_MS)
        solver.add(*claim.given, z3.Not(claim.holds))
        if broken:
            solver.add(*claim.likely)
        found = solver.check()
        if found == z3.unsat:
            return ""
        if found != z3.sat:
            raise TimeoutError(f"{self.name}: {solver.reason_unknown()}")
        model = solver.model()
        return claim.patient.format_map(
            {
                name: _text(model.eval(term, model_completion=True))
                for name, term in claim.shown.items()
            }
        )


LEMMAS: list[Lemma] = []


def lemma(says: str, *, mistake: str) -> Callable[[Callable[[bool], Claim]], Lemma]:
    """Register a function as a lemma."""

    def register(state: Callable[[bool], Claim]) -> Lemma:
        LEMMAS.append(Lemma(says, mistake, state))
        return LEMMAS[-1]

    return register


def reals(names: str) -> Any:
    """Return variables that stand for all rational numbers."""
    return z3.Reals(names)


def whole(names: str) -> Any:
    """Return variables that stand for all whole numbers."""
    return z3.Ints(names)


def _text(value: Any) -> str:
    if z3.is_int_value(value):
        return str(value.as_long())
    if z3.is_rational_value(value):
        exact = Fraction(value.numerator_as_long(), value.denominator_as_long())
        return f"{float(exact):.6g}"
    return str(value.approx(6)) if z3.is_algebraic_value(value) else str(value)
