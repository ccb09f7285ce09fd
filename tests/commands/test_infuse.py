"""The command line ``python -m dosing infuse``: what it prints, refuses and stops."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from commands.dosing import main
from dosing.infusion.order import length_text
from dosing.infusion.steps import clock_text
from dosing.units import MINUTE, quantity

RITUXIMAB = ["infuse", "--dose", "700 mg", "--volume", "500 mL", "--ladder", "rituximab-first"]
THIOCTIC = ["infuse", "--dose", "600 mg", "--volume", "250 mL", "--ladder"]


def told(capsys: pytest.CaptureFixture[str], *arguments: str, exits: int = 0) -> Any:
    assert main([*arguments, "--json"]) == exits
    return json.loads(capsys.readouterr().out)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main([*arguments]) == 2
    said = capsys.readouterr()
    assert not said.out
    return said.err


def test_rituximab_ends_exactly_three_hours_and_a_half_after_its_start(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = told(capsys, *RITUXIMAB, "--start", "09:00")
    assert list(found) == ["steps", "total_min", "end_clock", "concentration", "findings"]
    assert list(found["steps"][0]) == [
        "from_min",
        "to_min",
        "rate_text",
        "ml_per_h",
        "ml",
        "clock",
    ]
    assert (found["total_min"], found["end_clock"]) == (210, "12:30")
    assert [step["clock"] for step in found["steps"]] == [
        "09:00",
        "09:30",
        "10:00",
        "10:30",
        "11:00",
        "11:30",
        "12:00",
    ]
    assert [round(step["ml_per_h"], 1) for step in found["steps"]][:2] == [35.7, 71.4]
    assert [step["rate_text"] for step in found["steps"]][:2] == ["50 mg/h", "100 mg/h"]
    assert sum(step["ml"] for step in found["steps"]) == pytest.approx(500, abs=1e-7)
    assert found["concentration"] == {"value": 1.4, "unit": "mg/mL", "text": "1.4 mg/mL"}
    # that the volume is all that runs in was not asked for, so it is said
    assert [finding["code"] for finding in found["findings"]] == ["infusion.volume"]


def test_a_volume_that_no_figure_limits_is_said_in_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    # The file of thioctic acid states no strength of a bag.
    assert main([*THIOCTIC, "thioctic-acid-30-min", "--bag", "everything"]) == 0
    said = capsys.readouterr()
    words = "thioctic-acid-30-min: volume and mL/h are held to nothing."
    assert words in said.out + said.err


def test_without_a_start_there_is_no_clock(capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, *RITUXIMAB)
    assert found["end_clock"] is None
    assert {step["clock"] for step in found["steps"]} == {None}


def test_a_time_and_a_gravity_set_need_no_ladder(capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "infuse", "--volume", "250 mL", "--over", "60 min", "--drops-per-ml", "20")
    assert [(step["ml_per_h"], round(step["drops_per_min"], 2)) for step in found["steps"]] == [
        (250, 83.33)
    ]
    assert found["concentration"] is None


def test_the_drug_is_added_to_the_bag_as_stated(capsys: pytest.CaptureFixture[str]) -> None:
    bag = [*THIOCTIC, "thioctic-acid-30-min", "--bag", "diluent", "--drug-volume", "24 mL"]
    assert told(capsys, *bag, "--overfill", "not counted")["steps"][0]["ml_per_h"] == 548
    assert told(capsys, *bag, "--overfill", "26 mL")["steps"][0]["ml_per_h"] == 600


def test_the_drug_volume_comes_from_the_product(capsys: pytest.CaptureFixture[str]) -> None:
    found = told(
        capsys,
        "infuse",
        "--dose",
        "135 mg",
        "--volume",
        "100 mL",
        "--bag",
        "diluent",
        "--overfill",
        "not counted",
        "--ladder",
        "haem-arginate-30-to-60-min",
        "--over",
        "30 min",
    )
    assert round(sum(step["ml"] for step in found["steps"]), 6) == 105.4
    assert [finding["code"] for finding in found["findings"]] == ["infusion.any_volume"]


def test_an_open_ladder_takes_its_further_rates_from_the_person(
    capsys: pytest.CaptureFixture[str],
) -> None:
    panzyga = [
        "infuse",
        "--dose",
        "30 g",
        "--undiluted",
        "--ladder",
        "immunoglobulin-panzyga",
        "--weight",
        "70 kg",
    ]
    found = told(capsys, *panzyga, "--rate", "2 mg/kg/min for 30 min", "4 mg/kg/min")
    assert [step["ml_per_h"] for step in found["steps"]] == [42, 84, 168]
    assert told(capsys, *panzyga, "--rate", "20 mg/kg/min", exits=3)["steps"] == []


@pytest.mark.hazard("H38")
def test_an_infusion_that_is_too_fast_exits_3_and_gives_no_number(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = told(capsys, *THIOCTIC, "thioctic-acid-as-stated", "--over", "10 min", exits=3)
    assert found["steps"] == []
    assert (found["total_min"], found["end_clock"], found["concentration"]) == (None, None, None)
    assert found["findings"][0]["text"] == "60 mg/min is above the highest rate, 50 mg/min."
    assert main([*THIOCTIC, "thioctic-acid-as-stated", "--over", "10 min"]) == 3
    assert "3,600" not in capsys.readouterr().out


def test_a_pause_and_a_reaction_are_steps_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    stops = ["--pause", "40 min for 20 min", "--reaction", "90 min for 30 min"]
    found = told(capsys, *RITUXIMAB, *stops)
    assert [(step["rate_text"], step["from_min"]) for step in found["steps"]][2:] == [
        ("paused", 40),
        ("100 mg/h", 60),
        ("150 mg/h", 80),
        ("stopped for a reaction", 90),
        ("75 mg/h", 120),
    ]
    assert sum(step["ml"] for step in found["steps"]) == pytest.approx(500, abs=1e-7)


def test_the_table_gives_what_is_set_and_when(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*RITUXIMAB, "--start", "09:00", "--drops-per-ml", "20"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "500 mL in 3 h 30 min, to 12:30"
    assert lines[2].split() == [
        "09:00",
        "0",
        "min",
        "to",
        "30",
        "min",
        "35.7",
        "mL/h",
        "50",
        "mg/h",
        "17.86",
        "mL",
        "12",
        "drops/min",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            [*RITUXIMAB[:5], "--ladder", "rituximab"],
            'ladder: "rituximab" is not in the library; did you mean rituximab-',
        ),
        (
            ["infuse", "--dose", "700", "--volume", "500 mL", "--over", "60 min"],
            'dose: "700" has no unit; write 600 mg, 0.5 g, 50 mcg or 100 units',
        ),
        (
            ["infuse", "--dose", "700 mg", "--volume", "500", "--over", "60 min"],
            'volume: "500" has no unit; write 500 mL or 1.5 L',
        ),
        (
            ["infuse", "--dose", "700 mg", "--over", "60 min"],
            "volume: is missing; write 500 mL or 1.5 L",
        ),
        (["infuse", "--dose", "700 mg", "--volume", "500 mL"], "order: is missing; write --ladder"),
        (
            ["infuse", "--dose", "700 mg", "--volume", "500 mL", "--rate", "50 mL"],
            'rate: "50 mL" is an amount, not an infusion rate; write 50 mg/h',
        ),
        (
            ["infuse", "--dose", "700 mg", "--volume", "500 mL", "--rate", "1,5 mg/h"],
            'rate: "1,5 mg/h" has a decimal comma; write 1.5 mg/h',
        ),
        (
            ["infuse", "--dose", "700 mg", "--volume", "500 mL", "--rate", "50 mg/h for 30"],
            '"30" has no unit; write 30 min',
        ),
        (
            ["infuse", "--dose", "700 mg", "--volume", "500 mL", "--rate", "50 mg/h for 30 min"],
            "state how it continues",
        ),
        ([*RITUXIMAB, "--start", "9"], 'start: "9" is not a clock time; write 09:00'),
        ([*RITUXIMAB, "--start", "24:00"], "is not a clock time"),
        ([*RITUXIMAB, "--over", "60 min"], "cannot be combined with the steps of a ladder"),
        ([*RITUXIMAB, "--rate", "50 mg/h"], "which states every step"),
        ([*RITUXIMAB, "--drug-volume", "70 mL"], "bag: is missing; write --bag everything"),
        ([*RITUXIMAB, "--overfill", "20 mL"], "bag: is missing"),
        ([*RITUXIMAB, "--bag", "diluent"], 'overfill: is missing; write "20 mL" or "not counted"'),
        ([*RITUXIMAB, "--bag", "everything", "--overfill", "20 mL"], "leave --drug-volume"),
        ([*RITUXIMAB, "--bag", "sack"], "write everything or diluent"),
        ([*RITUXIMAB, "--undiluted"], "leave --volume and --bag out"),
        ([*RITUXIMAB, "--drops-per-ml", "0"], "drops-per-ml"),
        ([*RITUXIMAB, "--pause", "45 min"], "write 45 min for 20 min"),
        ([*RITUXIMAB, "--pause", "45 for 20 min"], 'pause: "45" has no unit'),
        ([*RITUXIMAB, "--pause", "300 min for 20 min"], "the bag is empty after 210 min"),
        (
            [
                *RITUXIMAB,
                "--bag",
                "diluent",
                "--overfill",
                "not counted",
                "--concentration",
                "20 mg/mL",
            ],
            "is not that of the product, 10 mg/mL",
        ),
        (
            ["infuse", "--dose", "700 units", "--volume", "500 mL", "--ladder", "rituximab-first"],
            'dose: "700 units" is in another kind of unit than the rate; give it in mg',
        ),
        (["infuse", "--volume", "500 mL", "--ladder", "rituximab-first"], "dose: is missing"),
        (
            ["infuse", "--dose", "30 g", "--undiluted", "--ladder", "immunoglobulin-gamunex-c"],
            "weight: is missing",
        ),
        (
            [
                "infuse",
                "--dose",
                "30 g",
                "--undiluted",
                "--weight",
                "70 kg",
                "--ladder",
                "immunoglobulin-panzyga",
            ],
            "states 1 mg/kg/min for 30 min, at most 12 mg/kg/min",
        ),
        (
            ["infuse", "--dose", "600 mg", "--undiluted", "--over", "60 min"],
            "concentration: is missing; read it from the product's label",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_spelling_to_use(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert said in refused(capsys, *arguments)


def test_every_problem_is_said_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(
        capsys,
        "infuse",
        "--dose",
        "7",
        "--volume",
        "5",
        "--weight",
        "70",
        "--start",
        "9",
        "--over",
        "60 min",
    )
    assert [line.split(":")[0] for line in said.splitlines()] == [
        "dose",
        "weight",
        "start",
        "volume",
    ]


@pytest.mark.parametrize(
    ("start", "after", "text"),
    [
        ("09:00", 0, "09:00"),
        ("09:00", 30.4, "09:30"),
        ("09:00", 30.5, "09:31"),
        ("22:00", 145.446, "00:25 next day"),
        ("23:59", 1, "00:00 next day"),
        ("09:00", 3000, "11:00, 2 days later"),
        ("00:00", 1439.4, "23:59"),
    ],
)
def test_the_clock_is_written_to_the_minute(start: str, after: float, text: str) -> None:
    began = dt.time.fromisoformat(start)
    assert clock_text(began, quantity(float(after), MINUTE)) == text


@pytest.mark.parametrize(
    ("after", "text"),
    [
        (30, "30 min"),
        (60, "1 h"),
        (210, "3 h 30 min"),
        # 0.446 of a minute are 26.8 s, and 0.97 of one 58.2 s.
        (145.446, "2 h 25 min 27 s"),
        (3599 / 60, "59 min 59 s"),
        (0.4, "24 s"),
        (59.97, "59 min 58 s"),
        (59.999, "1 h"),
        (0.005, "under 1 s"),
        (0, "0 min"),
    ],
)
def test_a_length_is_written_as_it_is_said(after: float, text: str) -> None:
    assert length_text(quantity(float(after), MINUTE)).replace("\u00a0", " ") == text


def test_a_weight_at_the_edge_of_what_is_plausible_is_a_warning(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bag = ("infuse", "--dose", "700 mg", "--volume", "500 mL", "--rate", "1 mg/kg/h", "--weight")
    # From 0.5 kg to 300 kg is usual.
    for weight, expected in (("300 kg", []), ("301 kg", ["body.edge.weight"])):
        found = told(capsys, *bag, weight)["findings"]
        assert [one["code"] for one in found if one["level"] == "WARN"] == expected


def test_a_size_that_no_rate_goes_by_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    def unused(*arguments: str) -> list[str]:
        found = told(capsys, *arguments)["findings"]
        return [one["text"] for one in found if one["code"] == "infusion.unused_size"]

    assert unused(*RITUXIMAB, "--weight", "70 kg", "--bsa", "1.84 m2") == [
        "Entered, and not used for the rates: weight, body surface. They are in mg/h."
    ]
    bag = ("infuse", "--dose", "700 mg", "--volume", "500 mL", "--weight", "70 kg")
    assert unused(*bag, "--over", "60 min") == [
        "Entered, and not used for the rates: weight. They follow from time and volume."
    ]
    assert not unused(*bag, "--rate", "1 mg/kg/h")
    assert not unused(*RITUXIMAB)
