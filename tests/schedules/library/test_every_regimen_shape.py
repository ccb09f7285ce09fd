"""Every shape of a schedule that the sources have is said by a regimen, in its words."""

from __future__ import annotations

import re

import pytest

from tests.support.places import ROOT

SHAPES = {
    "one dose chosen from a class": ("diphtheria-antitoxin-lower", r"when: \{severity: "),
    "consecutive days": ("haem-arginate", r"days: 1 to 4"),
    "given days, n times": ("rituximab-weekly", r"days: \[1, 8, 15, 22\]"),
    "every k days, n times": ("eculizumab-after-plasma-exchange", r"every 2 days\n +times: 5"),
    "a length chosen within a range": ("thioctic-acid", r"length: \{choice: iv_days\}"),
    "chained phases with a change of route": ("thioctic-acid", r"route: oral"),
    "a ladder up that asks": ("amitriptyline-ladder", r"only_if: .*tolerated"),
    "a taper down": ("baclofen-reduction", r"phases:(.*\n)+  - name: .*\n"),
    "alternate days by elapsed days": ("lamotrigine-with-valproate", r"days: every 2 days"),
    "until a clinical event": ("hydroxocobalamin-neurological", r"open_end: true"),
    "on and off, the first cycle different": ("edaravone", r"days: 1 to 14\n"),
    "n of m days, picked by a person": ("edaravone", r"pick: 10, of: 14\}"),
    "irregular days from day 0": ("nusinersen-eu", r"first_day: 0\n(.*\n)+?.*\[0, 14, 28, 63\]"),
    "then every few months": ("nusinersen-eu", r"begins: \{after: 4 months, of: last dose\}"),
    "exact weeks with a least interval": (
        "botulinum-toxin-migraine-onabotulinumtoxina",
        r"(84 days|12 weeks)(.*\n)+?.*least_gap",
    ),
    "repeats at a chosen interval": ("immunoglobulin-5-days", r"every: \{choice: "),
    "calendar months": ("inebilizumab", r"cycle: \{every: 6 months"),
    "after another event": ("gabapentin-haemodialysis", r"days: with each haemodialysis session"),
    "within a time after a procedure": (
        "eculizumab-after-plasma-exchange",
        r"at: \[within 60 min after end\]",
    ),
    "percent of another dose": ("cyclophosphamide-monthly-mesna", r"percent_of: \{percent: 20"),
    "by weight band": ("rozanolixizumab-eu", r"when: \{weight: "),
    "by age and renal band": ("cyclophosphamide-euvas", r"when: \{age: .*creatinine: "),
    "several times a day by the clock": ("baclofen-ladder", r"at: \[\w+, \w+, \w+\]"),
    "every n hours by the clock": ("ciclosporin-start", r"at: \[every 12 hours from morning\]"),
    "weekdays only": ("plasma-exchange-5-weekdays", r"every 2 days, weekdays only"),
    "procedures without a dose": ("plasma-exchange-gbs-4", r"kind: procedure"),
    "a review by itself": ("emg-review", r"kind: review"),
    "monitoring": ("riluzole", r"monitor:|kind: review"),
    "as required, never dated": ("pyridostigmine-ladder", r"as_required:"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_of_the_sources_is_said_by_a_regimen(shape: str) -> None:
    name, words = SHAPES[shape]
    text = (ROOT / "regimens" / f"{name}.yaml").read_text(encoding="utf-8")
    assert re.search(words, text), f"{name} does not say: {shape}"
