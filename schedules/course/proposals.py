"""What is proposed because of a result and waits for a decision: one thing, said in one place."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dosing.drugs.safety import code_word
from dosing.trace import Finding, warn
from schedules.course.gate_states import GateState
from schedules.course.rows import Administration


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What is proposed for one dose because of one result; of ``changes`` one may be taken."""

    dose: Administration
    state: GateState

    @property
    def changes(self) -> tuple[str, ...]:
        """Return what may be taken, in the words of the file."""
        return self.state.changes

    @property
    def why(self) -> str:
        """Return the result, as the reason of a change."""
        return f"{self.state.name} {self.state.outcome}"

    def __str__(self) -> str:
        """Return it as a sentence without what is proposed."""
        return f"{self.dose.place} ({self.dose.date:%a %d-%b-%Y}): {self.state}"

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the codes of the findings that it settles: those of the drug, or one of its own.

        A result that was entered for one dose alone is no fact of the patient.
        """
        return self.state.codes or (f"gate.{code_word(self.state.test)}",)

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        return {"at": self.dose.place, **self.state.as_dict(), "changes": list(self.changes)}


def open_proposals(
    rows: Sequence[Administration], states: Mapping[str, tuple[GateState, ...]]
) -> tuple[Proposal, ...]:
    """Return what waits for a decision: of each result, for the first dose after it.

    Args:
        rows: the doses in the order of their dates, those that were left out as well.
        states: of each dose, as ``find_gate_states`` returns them.
    """
    found: list[Proposal] = []
    met: set[tuple[int, str, str, str, dt.date | None]] = set()
    for row in rows:
        for state in states.get(row.id, ()):
            if state.verdict != "not reached":
                continue
            of = row.phase if state.of_the_regimen else row.drug
            key = (row.course_number, of, state.test, state.result, state.on)
            first = key not in met
            met.add(key)
            if first and state.is_open and row.state == "planned":
                found.append(Proposal(dose=row, state=state))
    return tuple(found)


def with_proposals(
    findings: Sequence[Finding],
    states: Mapping[str, tuple[GateState, ...]],
    proposals: Sequence[Proposal],
) -> Iterator[Finding]:
    """Yield findings, where a result waits for a decision with what is proposed because of it.

    A drug file and a gate that speak of the same result come to one finding, which the decision
    settles: it is a NOTE then.

    Args:
        findings: of the course, those of the drug files among them.
        states: of each dose, as ``find_gate_states`` returns them.
        proposals: what waits.
    """
    waiting = {code: one for one in reversed(proposals) for code in one.codes}
    decided = _decided_codes(states)
    for finding in findings:
        if (one := waiting.pop(finding.code, None)) is not None:
            text = f"{finding.text} {_to_decide(one)}"
            yield dataclasses.replace(finding, text=text)
        elif finding.level == "WARN" and (words := decided.get(finding.code)):
            text = f"{finding.text} Decided: {words}."
            yield dataclasses.replace(finding, level="NOTE", text=text)
        else:
            yield finding
    for code, one in waiting.items():
        own = code if one.state.codes else f"gate.{code_word(one.state.test)}"
        yield warn(own, _to_decide(one), one.state.source)


def _to_decide(one: Proposal) -> str:
    text = f"{one}. Proposed: {', or '.join(one.changes)}. Take one, or decline with a reason."
    return text[:1].upper() + text[1:]


def _decided_codes(states: Mapping[str, tuple[GateState, ...]]) -> dict[str, str]:
    """Return what was decided on the newest result behind each finding of a drug."""
    newest: dict[str, tuple[dt.date, str]] = {}
    for state in (state for own in states.values() for state in own):
        if state.on is None:
            continue
        for code in state.codes:
            before = newest.get(code, (state.on, ""))
            if state.on > before[0] or (state.on == before[0] and not before[1]):
                newest[code] = (state.on, state.decided)
    return {code: words for code, (_, words) in newest.items() if words}
