"""OR-Tools CP-SAT, as it is asked here: the same question always gets the same answer.

Its limit is counted in units of the solver's own clock (its deterministic time), some seconds of a
processor each, so that a busy machine decides nothing. Several workers take turns for the same
reason.
"""

from __future__ import annotations

import dataclasses

from ortools.sat.python import cp_model

_SEED = 1


@dataclasses.dataclass(frozen=True, slots=True)
class Solved:
    """What came out: a solution, a proof that there is none, or neither within the effort."""

    solver: cp_model.CpSolver
    found: bool
    impossible: bool

    @property
    def effort(self) -> float:
        """Return how much of the effort it took."""
        return float(self.solver.deterministic_time)


def solve(model: cp_model.CpModel, effort: float, workers: int = 1) -> Solved:
    """Solve a model, or look for a better solution as long as the effort lasts."""
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = _SEED
    solver.parameters.num_workers = workers
    solver.parameters.interleave_search = workers > 1
    solver.parameters.max_deterministic_time = effort
    status = solver.solve(model)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return Solved(solver, found, impossible=status == cp_model.INFEASIBLE)
