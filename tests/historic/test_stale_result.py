"""A result, or a measurement, of another time stood beside what was entered now.

The Therac-25 did not process an edit that was typed within eight seconds, and treated by the entry
before it. A woman had carboplatin for months by a weight of 84 kg when she weighed 65 kg.

Seen: of the edit, only as it is retold, https://slacker-news.fly.dev/item?id=45056513; of the
deaths, https://hackaday.com/2015/10/26/killed-by-a-machine-the-therac-25/
and Woman given wrong dose of cancer drugs at a Waikato hospital, Stuff, 21 September 2016,
http://www.stuff.co.nz/national/health/84489679/Woman-given-wrong-dose-of-cancer-drugs-at-a-Waikato-hospital
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.historic.walking import ask_in
from tests.support.asking import Ask
from tests.support.driving import dose, opened, type_in


@pytest.mark.hazard("H23")
def test_a_dose_goes_when_an_entry_beside_it_changes() -> None:
    app = type_in(type_in(opened("calculate"), "Weight", "70 kg"), "Height", "175 cm")
    app = type_in(app, "Dose rate", "375 mg/m2")
    app = app.selectbox(key="calculate-surface").select("mosteller").run()
    assert dose(app) == "691.75 mg"
    assert dose(type_in(app, "Weight", "80")) == ""
    # 80 x 175 / 3600 = 3.888889, root 1.972027 m2; x 375 = 739.51 mg
    assert dose(type_in(app, "Weight", "80 kg")) == "739.51 mg"


def test_an_old_weight_is_asked_for_again(ask: Ask, known: Path) -> None:
    woman = ("--label", "ward-7", "--sex", "female", "--age", "51 years", "--height", "165 cm")
    then = ("--weight", "84 kg", "--weight-on", "2026-06-01")
    days = ("--made-on", "2026-11-20", "--start", "2026-11-30")
    said = ask_in(ask, known, "plan", "cyclophosphamide-monthly", *woman, *then, *days)
    assert (
        "WARN  The weight was measured on 01-Jun-2026; this site asks for one from the last "
        "31 days. Weigh again before pulses cycle 1 day 1 (Mon 30-Nov-2026).  [weight.old;"
    ) in said.out
