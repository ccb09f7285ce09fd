"""A dose an hour, or a volume a day, was keyed in as mL/h.

Fluorouracil for four days ran in in four hours: 28.8 mL was the volume of a day and was set as
28.8 mL/h, where 1.2 mL/h was right; the patient died. Lidocaine was keyed in as 41.7 mL/h where
41.7 mg/h, 4.17 mL/h, were due.

Seen: Fluorouracil error ends tragically, P T (ISMP), https://pmc.ncbi.nlm.nih.gov/articles/PMC3138377
with https://cjhp-online.ca/index.php/cjhp/article/view/190
and Infusion Pump Problems, Patient Safety Tip of the Week, 5 March 2019,
https://www.patientsafetysolutions.com/docs/March_5_2019_Infusion_Pump_Problems.htm

Where a rate is typed and no drug is named there is no limit to hold it to. Then the time that the
bag takes, which stands first, is all that shows the error.
"""

from __future__ import annotations

from pathlib import Path

from tests.historic.walking import ask_in
from tests.support.asking import Ask

# 5250 mg at 45.57 mg/mL: four days at 1.2 mL/h are 115.2 mL
BAG = ("--dose", "5250 mg", "--volume", "115.2 mL", "--bag", "everything", "--start", "09:00")


def test_a_volume_without_a_time_is_no_rate(ask: Ask, known: Path) -> None:
    said = ask_in(ask, known, "infuse", *BAG, "--rate", "28.8 mL")
    assert said.code == 2
    (problem,) = said.problems
    assert problem.startswith('rate: "28.8 mL" is an amount, not an infusion rate; write 50 mg/h')


def test_a_bare_number_is_no_rate(ask: Ask, known: Path) -> None:
    said = ask_in(ask, known, "infuse", *BAG, "--rate", "28.8")
    assert said.code == 2
    (problem,) = said.problems
    assert problem.startswith('rate: "28.8" has no unit; write 50 mg/h')


def test_the_first_line_says_how_long_a_bag_takes(ask: Ask, known: Path) -> None:
    as_ordered = ask_in(ask, known, "infuse", *BAG, "--over", "4 days")
    assert as_ordered.out.startswith("115.2 mL in 96 h, to 09:00, 4 days later\n")
    assert " 1.2 " in as_ordered.out
    as_given = ask_in(ask, known, "infuse", *BAG, "--rate", "28.8 mL/h")
    assert as_given.out.startswith("115.2 mL in 4 h, to 13:00\n")


def test_a_rate_is_not_taken_beside_the_ladder_of_a_drug(ask: Ask, known: Path) -> None:
    bag = ("--dose", "700 mg", "--volume", "500 mL", "--bag", "everything", "--start", "09:00")
    both = ("--ladder", "rituximab-first", "--rate", "100 mL/h")
    said = ask_in(ask, known, "infuse", *bag, *both)
    assert said.code == 2
    assert said.problems == [
        'rate: "100 mL/h" cannot be combined with rituximab-first, which states every step; '
        "leave one of them out"
    ]


def test_milligrams_an_hour_become_millilitres_only_by_the_concentration(
    ask: Ask,
) -> None:
    # Lidocaine of 10 mg/mL, by 41.7 mg/h and 4.17 mL/h in the report.
    said = ask("rate", "41.7 mg/h", "--concentration", "10 mg/mL", program="posology")
    assert said.out.startswith("pump   4.17 mL/h\n")
    said = ask("rate", "41.7 mL/h", "--concentration", "10 mg/mL", program="posology")
    assert "drug   417 mg/h\n" in said.out
    said = ask("rate", "41.7 mg/h", program="posology")
    assert said.code == 2
    assert said.problems == [
        "dose: is missing; the rate 41.7 mg/h needs the amount in the bag, such as 700 mg"
    ]
