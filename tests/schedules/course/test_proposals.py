"""What is proposed because of a result is said, whatever else is said of that result."""

from __future__ import annotations

from schedules.course.proposals import with_proposals
from tests.schedules.course.test_gate_states import NEUTROPHILS_LOW, entered


def test_a_proposal_without_a_finding_of_its_drug_is_said_under_that_code() -> None:
    # 0.9 is below the 1.5 of the drug file; by its code the finding is answered
    found = entered("neutrophils 0.9 10^9/L 2026-12-27").entered
    (said,) = with_proposals([], found.gate_states, found.proposals)
    assert (said.level, said.code) == ("WARN", NEUTROPHILS_LOW)
    assert said.text.startswith("Pulses cycle 2 day 1 (Mon 28-Dec-2026): neutrophils 0.9")
    assert said.text.endswith("Take one, or decline with a reason.")
