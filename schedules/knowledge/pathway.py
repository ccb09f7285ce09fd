"""A pathway: phases that wait for the outcome of a review, and whether a file holds together so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dosing.drugs.file_model import Place
from schedules.knowledge.branch import STOP
from schedules.knowledge.phase import Phase, Procedure


def awaited(phases: Sequence[Phase], name: str) -> str:
    """Return the outcome that a phase waits for: "response after 2 months: improved".

    Nothing where no outcome opens the phase.
    """
    for review in _reviews(phases):
        outcomes = [one.outcome for one in review.outcomes if name in one.phases]
        if len(outcomes) == len(review.outcomes) and outcomes:
            return f"{review.what} has its outcome"
        if outcomes:
            *rest, last = outcomes
            listed = f"{', '.join(rest)} or {last}" if rest else last
            return f"{review.what}: {listed}"
    return ""


def pathway_problems(phases: Sequence[Phase]) -> Iterator[tuple[Place, str]]:
    """Yield what does not hold in the outcomes of reviews, with its place in the file.

    A phase has one review that opens it, which stands before it and takes place once.
    """
    opened_at: dict[str, Procedure] = {}
    for p, phase in enumerate(phases):
        for n, review in enumerate(phase.procedures):
            at: Place = ("phases", p, "procedures", n, "outcomes")
            names = [branch.outcome for branch in review.outcomes]
            if len(set(names)) != len(names):
                yield at, "two outcomes have the same name"
            for b, branch in enumerate(review.outcomes):
                if branch.then == STOP and branch.phases:
                    yield (*at, b, "then"), "the regimen ends, and a phase of it is opened"
                for name in branch.phases:
                    first = opened_at.setdefault(name, review)
                    for text in _opening_problems(name, phases[p:], review, first):
                        yield (*at, b, "opens"), text


def _opening_problems(
    name: str, phases: Sequence[Phase], review: Procedure, first: Procedure
) -> Iterator[str]:
    """Yield what is wrong with a phase that a review opens.

    Args:
        name: the phase.
        phases: from that of the review on.
        review: the review.
        first: the first review that opens the phase.
    """
    own, *later = phases
    if name not in {phase.name for phase in later}:
        yield f'no later phase is named "{name}"'
    elif first is not review:
        yield f'"{first.what}" opens phase {name} already'
    elif not _takes_place_once(own, review):
        yield "a review that opens a phase takes place once: no cycle, no taper, one day"


def _takes_place_once(phase: Phase, review: Procedure) -> bool:
    days = review.days
    return phase.cycle is None and phase.taper is None and isinstance(days, list) and len(days) == 1


def _reviews(phases: Sequence[Phase]) -> Iterator[Procedure]:
    for phase in phases:
        yield from (one for one in phase.procedures if one.outcomes)
