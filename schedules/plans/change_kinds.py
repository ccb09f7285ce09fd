"""The kinds of change, each with what it asks for: a help lists them before the engine is there."""

from __future__ import annotations

from schedules.plans.patient_entry import KNOWN_LATER, MEASURED_AGAIN

_LATER = ", ".join(f"--{field.option}" for field in KNOWN_LATER)
_AGAIN = ", ".join(f"--{field.option}" for field in MEASURED_AGAIN)

KINDS = {
    "defer": 'put doses off: --from PLACE, --by "7 days" or --to DATE, --scope',
    "omit": "leave doses out: --from PLACE, --scope",
    "cease": "end the course: --from PLACE",
    "re-weigh": f"new measurements: --from DATE, {_AGAIN}, --doses",
    "adjust": 'another dose: --from PLACE, --scope, --give "75 % of the standard dose"',
    "switch": "another choice of the regimen: --from PLACE, --choose NAME=VALUE",
    "record": "a dose as it was given: --from PLACE, --on DATE, --time, --amount, --batch",
    "hold": "stay on a step of a titration or taper: --from PLACE, --days",
    "step-back": "go back one step: --from PLACE, --days",
    "add": "another regimen on the same timeline: --regimen, --start, --choose",
    "outcome": "what a review found, and what it opens: --review, --outcome, --choose",
    "facts": f"what is known from now on: --from DATE, {_LATER}",
    "results": 'dated results: --result "neutrophils 0.9 10^9/L 2026-11-28", --take or --refuse',
    "decline": "keep a dose in spite of a result: --from PLACE, --gate",
    "result": "a result that a gate asks for: --from PLACE, --gate, --value",
}
