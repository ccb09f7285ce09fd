from __future__ import annotations

import csv
import dataclasses
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.dosing import main
from dosing import units
from dosing.calculation import second
from dosing.calculation.calculate import calculate
from dosing.calculation.rule import Adjustment, DoseRule
from dosing.drugs.band_table import COLUMNS, BandTable, read_table
from dosing.errors import InputError, KnowledgeError
from dosing.trace import Source
from dosing.units import KG, MG, Quantity, quantity, show
from tests.support.made_up import VEIN, drug, patient, per_kg, per_m2, rounding, spoken
from tests.support.outside import case_id, chosen, holds, rows
from tests.support.places import ROOT

WHOLE = {
    "drug": "made-up",
    "route": VEIN,
    "strength": "1 mg/mL",
    "version": "2",
    "source": "A table of the tests",
    "confirmed": "no",
}


def table_text(bands: list[tuple[str, str, str]], **whole: str) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=[*COLUMNS, "route", "confirmed"])
    writer.writeheader()
    for low, high, dose in bands:
        writer.writerow({"from": low, "to": high, "dose": dose, **WHOLE, **whole})
    return text.getvalue()


def table(bands: list[tuple[str, str, str]], **whole: str) -> BandTable:
    return read_table(table_text(bands, **whole), "bands/made-up.csv", "made-up")


def problems(bands: list[tuple[str, str, str]], **whole: str) -> list[str]:
    with pytest.raises(KnowledgeError) as error:
        table(bands, **whole)
    return [spoken(text) for text in error.value.problems]


def nhs() -> BandTable:
    """The national table, whose widest step is 0.32 mg to 0.34 mg: 6.25 %, printed as 7."""
    bands = [
        (f"{row['from_ge_mg']} mg", f"{row['to_lt_mg_A']} mg", f"{row['band_mg']} mg")
        for row in rows("dose_band_tables_nhs_1mgml")
    ]
    return table(bands, within_percent="6.25")


def lonsurf() -> BandTable:
    """35 mg/m2 by surface, as doses: 1.07 m2 is 37.45 mg. Its outermost bands are open."""
    bands = [
        (
            f"{row['exact_35mg_m2_at_lower']} mg" if row["exact_35mg_m2_at_lower"] else "",
            f"{row['exact_35mg_m2_at_upper']} mg" if row["exact_35mg_m2_at_upper"] else "",
            f"{row['dose_mg_trifluridine']} mg",
        )
        for row in rows("dose_band_tables_lonsurf")
    ]
    # 40 mg is 7.08 % below 43.05 mg, the widest step of the table
    return table(bands, within_percent="7.1")


def given_for(found: BandTable, milligrams: float) -> str:
    band = found.band_of(quantity(milligrams, MG))
    return "none" if band is None else spoken(show(band.dose))


@pytest.mark.parametrize("row", chosen("dose_band_probes", table="nhs_1mgml"), ids=case_id)
def test_the_national_table_bands_as_it_prints(row: dict[str, str]) -> None:
    asked = json.loads(row["inputs_json"])
    band = nhs().band_of(quantity(asked["calculated_dose_mg"], MG))
    assert band is not None
    assert holds(row, band.dose.magnitude)


@pytest.mark.parametrize(
    "row", chosen("dose_band_probes", table="lonsurf", output="dose_mg"), ids=case_id
)
def test_a_label_table_with_open_ends_bands_as_it_prints(row: dict[str, str]) -> None:
    rule = DoseRule(rate=units.dose("35 mg/m2"), surface="mosteller", banding=lonsurf())
    surface = units.surface(f"{json.loads(row['inputs_json'])['bsa_m2']} m2")
    dose = calculate(rule, patient(surface=surface))
    assert holds(row, dose.amount.magnitude)


@pytest.mark.parametrize(
    ("dose", "expected"), [(4.60, "4.8 mg"), (4.59, "4.4 mg"), (9.48, "9 mg"), (9.49, "10 mg")]
)
def test_the_worked_edges_of_the_national_table_hold(dose: float, expected: str) -> None:
    assert given_for(nhs(), dose) == expected


def test_a_dose_between_the_printed_ends_of_two_bands_falls_into_no_gap() -> None:
    # The table also prints inclusive ends to 2 places: 9.48, then 9.49; 9.485 is in neither.
    assert given_for(nhs(), 9.485) == "9 mg"


@pytest.mark.parametrize(
    ("dose", "expected"), [(0.209, "none"), (0.21, "0.22 mg"), (16.969, "16 mg"), (16.97, "none")]
)
def test_outside_the_table_there_is_no_band(dose: float, expected: str) -> None:
    assert given_for(nhs(), dose) == expected


@given(st.floats(min_value=0.21, max_value=16.9699))
def test_the_national_table_moves_no_dose_by_more_than_it_states(dose: float) -> None:
    band = nhs().band_of(quantity(dose, MG))
    assert band is not None
    assert abs(band.dose.magnitude / dose - 1) <= 0.0625 + 1e-9


@given(st.floats(min_value=0.21, max_value=16.9699))
def test_a_banded_dose_of_the_national_table_is_its_own_band(dose: float) -> None:
    once, _ = nhs().move(quantity(dose, MG))
    twice, _ = nhs().move(once)
    assert twice == once


def test_a_banded_dose_is_not_banded_again_which_would_move_it() -> None:
    # The label prints tablets by surface: 75 mg stands for 75.25 mg on, itself it lies below.
    assert given_for(lonsurf(), 75.25) == "75 mg"
    assert given_for(lonsurf(), 75) == "70 mg"
    dose = calculate(
        per_m2("35 mg/m2", banding=lonsurf()), patient(surface=units.surface("2.2 m2"))
    )
    assert spoken(show(dose.amount)) == "75 mg"
    assert [step.what for step in dose.steps].count("banded") == 1


def test_a_column_is_banded_like_single_doses() -> None:
    doses = np.array([0.1, 0.21, 0.2299, 0.23, 4.6, 4.5999, 16.9, 17.0])
    amounts, outside = nhs().move(quantity(doses, MG))
    assert list(outside) == [True, False, False, False, False, False, False, True]
    assert list(amounts.magnitude) == [0.1, 0.22, 0.22, 0.24, 4.8, 4.4, 16, 17.0]


GOOD = [("9.5 mg", "10.5 mg", "10 mg"), ("10.5 mg", "11.5 mg", "11 mg")]


def test_a_table_of_one_band_moves_what_lies_in_it_and_leaves_the_rest() -> None:
    one = table(GOOD[:1], within_percent="6")
    for dose, expected, is_outside in ((9.4, 9.4, True), (9.8, 10, False), (10.5, 10.5, True)):
        moved, outside = one.move(quantity(dose, MG))
        assert (moved, outside) == (quantity(expected, MG), is_outside)


@pytest.mark.hazard("H44")
@pytest.mark.parametrize(
    ("bands", "whole", "said"),
    [
        (
            [GOOD[0], ("10.6 mg", "11.5 mg", "11 mg")],
            {},
            "bands/made-up.csv:3: a gap: no band holds from 10.5 mg to 10.6 mg",
        ),
        (
            [GOOD[0], ("10.4 mg", "11.5 mg", "11 mg")],
            {},
            "bands/made-up.csv:3: an overlap: two bands hold from 10.4 mg to 10.5 mg",
        ),
        (
            [GOOD[1], GOOD[0]],
            {},
            "bands/made-up.csv:3: an overlap: two bands hold from 9.5 mg to 11.5 mg",
        ),
        (
            [GOOD[0], ("10.5 mg", "11.5 mg", "1.1 mg")],
            {},
            "bands/made-up.csv:3: at 10.5 mg the dose 1.1 mg is -89.5 % away, "
            "more than the 6 % that "
            "the table states",
        ),
        (
            GOOD,
            {"within_percent": "5"},
            "bands/made-up.csv:2: at 9.5 mg the dose 10 mg is +5.3 % away, "
            "more than the 5 % that the "
            "table states",
        ),
        (
            GOOD,
            {"within_percent": "600"},
            'bands/made-up.csv:2: within_percent: "600" is not a percentage; write 6 or 6.25',
        ),
        (
            [GOOD[0], ("10.5 mg", "", "11 mg"), ("12 mg", "13 mg", "12.5 mg")],
            {},
            "bands/made-up.csv:3: to: is missing; write 600 mg, 0.5 g, 50 mcg or 100 units",
        ),
        (
            [GOOD[0], ("10.5 mg", "11.5 mg", "11 units")],
            {},
            "bands/made-up.csv:3: from: 10.5 mg is another kind of value than 11 units",
        ),
        (
            [GOOD[0], ("10.5 mg", "11.5 mg", "11000 mcg")],
            {},
            "bands/made-up.csv:3: 11,000 mcg is not in mg, as the first band is",
        ),
        (
            [("", "", "10 mg")],
            {},
            "bands/made-up.csv:2: from: is missing, and so is to; write one of them",
        ),
        (
            GOOD,
            {"strength": "1 mg per mL"},
            'bands/made-up.csv:2: strength: "1 mg per mL" has no unit of amount',
        ),
        (GOOD, {"confirmed": "maybe"}, 'bands/made-up.csv:2: confirmed: "maybe" is not yes or no'),
        (GOOD, {"source": ""}, "bands/made-up.csv:2: source: is missing"),
        (
            [("", "10.5 mg", "20 mg"), GOOD[1]],
            {},
            "bands/made-up.csv:2: at 10.5 mg the dose 20 mg is +90.5 % away",
        ),
        ([GOOD[0], ("10.5 mg", "11.5 mg", "")], {}, "bands/made-up.csv:3: dose: is missing"),
        ([("9,5 mg", "10.5 mg", "10 mg")], {}, 'bands/made-up.csv:2: from: "9,5 mg" has a decimal'),
        (
            [("12 kg", "80 mg", "72 mg")],
            {},
            "bands/made-up.csv:2: from 12 kg to below 80 mg does not go by the weight",
        ),
        ([], {}, "bands/made-up.csv:1: has no band"),
    ],
)
def test_a_table_that_is_not_proved_is_refused_with_file_and_line(
    bands: list[tuple[str, str, str]], whole: dict[str, str], said: str
) -> None:
    found = problems(bands, **{"within_percent": "6", **whole})
    assert any(text.startswith(said) for text in found), found


def test_rows_that_differ_in_what_is_said_of_the_whole_table_are_refused() -> None:
    text = table_text(GOOD, within_percent="6").replace("2,6", "3,6", 1)
    with pytest.raises(KnowledgeError, match='version "2" is not that of the first band'):
        read_table(text, "bands/x.csv", "x")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "bands/x.csv:1: the columns must be from, to, dose"),
        ("from,to,dose\n1 mg,2 mg,1.5 mg\n", "bands/x.csv:1: the columns must be from, to, dose"),
        (
            table_text(GOOD, within_percent="6") + "1 mg\n",
            "bands/x.csv:4: does not have as many cells",
        ),
    ],
)
def test_what_is_no_table_is_refused(text: str, said: str) -> None:
    with pytest.raises(KnowledgeError) as error:
        read_table(text, "bands/x.csv", "x")
    assert error.value.problems[0].startswith(said)


def test_what_is_wrong_with_the_whole_table_is_told_of_its_first_band() -> None:
    head, first, second = table_text(GOOD, within_percent="6").splitlines()
    with pytest.raises(KnowledgeError) as error:
        read_table("\n".join([head, first.replace("made-up", ""), second]), "bands/x.csv", "x")
    assert error.value.problems == (
        'bands/x.csv:3: drug "made-up" is not that of the first band',
        "bands/x.csv:2: drug: is missing",
    )


def test_every_row_that_is_not_like_the_first_is_named() -> None:
    bands = [*GOOD, ("11.5 mg", "12 mg", "12 mg"), ("12 mg", "13 mg", "12.5 mg")]
    lines = table_text(bands, within_percent="6").splitlines()
    lines[2] += ",more"
    lines[3] = lines[3].replace("made-up", "another")
    with pytest.raises(KnowledgeError) as error:
        read_table("\n".join(lines), "bands/x.csv", "x")
    assert error.value.problems == (
        "bands/x.csv:3: does not have as many cells as the header",
        'bands/x.csv:4: drug "another" is not that of the first band',
    )


def test_a_column_that_comes_twice_is_refused() -> None:
    head, *rows = table_text(GOOD, within_percent="6").splitlines()
    twice = "\n".join([f"{head},dose", *(f"{row},12 mg" for row in rows)])
    with pytest.raises(KnowledgeError, match="the columns must be from, to, dose"):
        read_table(twice, "bands/x.csv", "x")


def test_a_text_of_more_than_a_million_characters_is_not_read() -> None:
    for count, said in ((1_000_000, "is not a table"), (1_000_001, "is longer than 1,000,000")):
        with pytest.raises(KnowledgeError, match=f"bands/x.csv:1: {said}"):
            read_table("x" * count, "bands/x.csv", "x")


@pytest.mark.parametrize("line", [1, 2, 3])
def test_a_broken_quote_is_refused_with_its_line(line: int) -> None:
    lines = table_text(GOOD, within_percent="6").splitlines()
    start, _, rest = lines[line - 1].partition(",")
    lines[line - 1] = f'"{start}"x,{rest}'
    with pytest.raises(KnowledgeError) as error:
        read_table("\n".join(lines), "bands/x.csv", "x")
    assert error.value.problems[0].startswith(f"bands/x.csv:{line}: is not a table")


def test_columns_may_come_in_any_order_and_without_route() -> None:
    text = "dose,to,from,drug,strength,version,source,within_percent\n"
    text += "10 mg,10.5 mg,9.5 mg,x,1 mg/mL,1,A table of the tests,6\n"
    found = read_table(text, "bands/x.csv", "x")
    assert given_for(found, 9.6) == "10 mg"
    assert found.holds_for("x", "oral") and not found.holds_for("y", "oral")
    assert not found.source.confirmed


def test_a_table_of_one_route_holds_for_no_other() -> None:
    found = table(GOOD, within_percent="6")
    assert found.holds_for("made-up", VEIN)
    assert not found.holds_for("made-up", "oral")
    assert not found.holds_for("another", VEIN)


def test_a_table_is_confirmed_and_made_of_packs_where_it_says_so() -> None:
    found = table(GOOD, within_percent="6", confirmed="yes", strength="100 mg")
    assert found.source.confirmed
    assert units.plain(found.strength) == "100 mg"


def test_the_ends_of_a_band_may_be_in_another_unit_than_its_dose() -> None:
    found = table([("0.0095 g", "10500 mcg", "10 mg")], within_percent="6")
    assert [given_for(found, dose) for dose in (9.4, 9.5, 10.4, 10.5)] == [
        "none",
        "10 mg",
        "10 mg",
        "none",
    ]


def banded(rate: str, found: BandTable, **more: Any) -> DoseRule:
    return per_kg(rate, banding=found, **more)


def test_the_derivation_shows_band_table_version_and_deviation() -> None:
    # 0.07 mg/kg x 70 kg = 4.9 mg, in the band from 4.6 to below 5.09 mg: 4.8 / 4.9 - 1 = -2.04 %
    dose = calculate(banded("0.07 mg/kg", nhs()), patient())
    (step,) = [step for step in dose.steps if step.what == "banded"]
    assert spoken(step.value_text) == "4.8 mg"
    assert spoken(step.why) == (
        "the band from 4.6 mg to below 5.09 mg, table made-up version 2 (-2 %)"
    )
    assert str(step.source) == "A table of the tests (unconfirmed)"
    assert spoken(show(dose.reference)) == "4.9 mg"
    assert dose.steps[-1].value == "agrees"


def test_a_dose_is_adjusted_and_capped_before_it_is_banded() -> None:
    # 0.2 mg/kg x 70 kg = 14 mg; half of it 7 mg; held at 6.5 mg; the band 6.29 to 6.99 is 6.6 mg
    half = Adjustment(factor=0.5, reason="kidney", source=Source(cite="made up"))
    rule = banded("0.2 mg/kg", nhs(), adjustments=(half,), cap=units.amount("6.5 mg"))
    dose = calculate(rule, patient())
    assert [step.what for step in dose.steps[1:]] == [
        "dose before banding",
        "adjusted",
        "held at the cap",
        "banded",
        "second calculation",
    ]
    assert spoken(show(dose.amount)) == "6.6 mg"
    assert [f.code for f in dose.findings] == ["dose.banded_over_cap"]
    assert dose.findings[0].level == "STOP"


@pytest.mark.hazard("H44")
def test_a_dose_outside_the_table_is_stopped_and_not_moved() -> None:
    dose = calculate(banded("0.3 mg/kg", nhs()), patient())
    (finding,) = dose.findings
    assert (finding.level, finding.code) == ("STOP", "dose.outside_bands")
    assert spoken(finding.text) == (
        "Table made-up version 2 has no band for this dose; the first is from 0.21 mg to below "
        "0.23 mg, the last from 15.49 mg to below 16.97 mg."
    )
    assert spoken(show(dose.amount)) == "21 mg"
    assert "banded" not in [step.what for step in dose.steps]


def test_an_open_end_that_moves_a_dose_too_far_is_a_warning() -> None:
    # 35 mg/m2 at 1 m2 is 35 mg, at 0.9 m2 31.5 mg: 35 mg is 11.1 % more
    rule = per_m2("35 mg/m2", banding=lonsurf())
    assert not calculate(rule, patient(surface=units.surface("1 m2"))).findings
    dose = calculate(rule, patient(surface=units.surface("0.9 m2")))
    assert [spoken(f.text) for f in dose.findings] == [
        "Banding moves the dose by +11.1 %, more than the 7.1 % that its table states."
    ]


def test_a_band_is_held_to_what_is_allowed_here_where_that_is_less_than_its_table_states() -> None:
    # 4.9 mg in the band of 4.8 mg: 2.04 % less
    rule = banded("0.07 mg/kg", nhs())
    for tolerance, said in (
        (None, []),
        (0.03, []),
        (0.01, ["Banding moves the dose by -2 %, more than the 1 % allowed here."]),
    ):
        dose = calculate(rule, patient(), tolerance=tolerance)
        assert [spoken(f.text) for f in dose.findings] == said
    # 11.1 % more passes what the table states, which is said once where as much is allowed here
    far = patient(surface=units.surface("0.9 m2"))
    dose = calculate(per_m2("35 mg/m2", banding=lonsurf()), far, tolerance=lonsurf().within)
    assert [spoken(f.text) for f in dose.findings] == [
        "Banding moves the dose by +11.1 %, more than the 7.1 % that its table states."
    ]


def test_a_banded_dose_is_held_to_the_limits_once_more() -> None:
    # 4.6 mg lies within the limit of 4.7 mg, the dose of its band does not
    most = drug("made-up", {"per": "dose", "hard": {"high": "4.7 mg"}})
    rule = dataclasses.replace(banded("0.1 mg/kg", nhs()))
    dose = calculate(rule, patient(weight=units.weight("46 kg")), drug=most, route=VEIN)
    assert spoken(show(dose.amount)) == "4.8 mg"
    assert [f.level for f in dose.findings] == ["STOP"]


def test_a_dose_is_rounded_or_banded_but_not_both() -> None:
    with pytest.raises(
        InputError, match="cannot be combined with dose bands; round a dose or band it"
    ):
        banded("0.1 mg/kg", nhs(), rounding=rounding("1 mg"))


def test_a_wrong_band_is_noticed_by_the_second_calculation() -> None:
    class Wrong(BandTable):
        def move(self, dose: Quantity, weight: Quantity | None = None) -> tuple[Quantity, Any]:
            return quantity(4.4, MG), False

    fields = {f.name: getattr(nhs(), f.name) for f in dataclasses.fields(BandTable)}
    dose = calculate(banded("0.07 mg/kg", Wrong(**fields)), patient())
    assert "dose.second_calculation" in [f.code for f in dose.findings]


@given(st.integers(min_value=1, max_value=170_000))
def test_two_calculations_band_alike(ticks: int) -> None:
    # 0.1 mg/kg by weights of 0.001 kg, the edges among them
    weight = quantity(ticks / 1000, KG)
    dose, outside = nhs().move(quantity(ticks / 1000 * 0.1, MG))
    bands = [
        (units.plain(b.low), units.plain(b.high), units.plain(b.dose))
        for b in nhs().bands
        if b.low is not None and b.high is not None
    ]
    again = second.amount(rate="0.1 mg/kg", weight=units.plain(weight), basis="actual", bands=bands)
    assert outside or second.agrees(units.plain(dose), again)


def a_file(folder: Path, text: str) -> str:
    path = folder / "trust-bands.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return str(path)


def test_a_table_can_be_tried_at_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = a_file(tmp_path, table_text(GOOD, within_percent="6"))
    assert main(["band", "--table", path, "--dose", "10.6 mg"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("11 mg   +3.8 %\n")
    assert "the band from 10.5 mg to below 11.5 mg, table trust-bands version 2 (+3.8 %)" in said
    assert main(["band", "--table", path, "--dose", "10.6 mg", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["amount"] == {"value": 11.0, "unit": "mg", "text": "11 mg"}
    assert found["reference"] == {"value": 10.6, "unit": "mg"}
    assert found["deviation"] == pytest.approx(11 / 10.6 - 1)
    assert found["band"] == {
        "from": {"value": 10.5, "unit": "mg"},
        "to": {"value": 11.5, "unit": "mg"},
    }
    assert found["table"]["version"] == 2


def test_a_dose_outside_the_table_exits_3_and_gives_no_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = a_file(tmp_path, table_text(GOOD, within_percent="6"))
    assert main(["band", "--table", path, "--dose", "12 mg", "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert (found["amount"], found["band"]) == (None, None)
    assert [finding["code"] for finding in found["findings"]] == ["dose.outside_bands"]


def test_bad_input_at_the_command_line_is_said_in_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = a_file(
        tmp_path, table_text([GOOD[0], ("10.6 mg", "11 mg", "11 mg")], within_percent="6")
    )
    for asked, said in (
        (
            ["--dose", "4,6 mg"],
            'dose: "4,6 mg" has a decimal comma; write 4.6 mg\n'
            "table: is missing; give the file of a table of dose bands\n",
        ),
        (["--dose", "4 mg", "--table", str(tmp_path / "none.csv")], "cannot be read"),
        (["--dose", "4 mg", "--table", path], ":3: a gap: no band holds from 10.5 mg to 10.6 mg"),
    ):
        assert main(["band", *asked]) == 2
        assert said in capsys.readouterr().err


# The printed table of vamorolone (UK, EU): 6 mg/kg of the lowest kilogram of each band.
VAMOROLONE = [
    ("11.9 kg", None),
    ("12 kg", "72 mg"),
    ("13.9 kg", "72 mg"),
    ("14 kg", "84 mg"),
    ("21 kg", "120 mg"),
    ("31 kg", "180 mg"),
    ("39.9 kg", "228 mg"),
    ("40 kg", "240 mg"),
    ("95 kg", "240 mg"),
]


def by_weight() -> BandTable:
    path = ROOT / "bands" / "vamorolone-uk-eu.csv"
    return read_table(path.read_text(encoding="utf-8"), "bands/vamorolone-uk-eu.csv", path.stem)


@pytest.mark.parametrize(("weight", "wanted"), VAMOROLONE)
def test_a_table_by_weight_gives_the_printed_dose(weight: str, wanted: str | None) -> None:
    band = by_weight().band_of(units.weight(weight))
    assert (None if band is None else units.plain(band.dose)) == wanted


def test_a_dose_per_kg_is_moved_to_the_band_of_its_weight_and_calculated_twice() -> None:
    rule = DoseRule(rate=units.dose("6 mg/kg"), weight_basis="actual", banding=by_weight())
    # 21 kg: 126 mg, in the band of 20 to below 22 kg 120 mg, 4.8 % less
    dose = calculate(rule, patient(weight=units.weight("21 kg")))
    assert units.plain(dose.amount) == "120 mg"
    assert dose.steps[-1].value_text == "agrees"
    assert "the band from 20 kg to below 22 kg" in spoken(dose.steps[-2].why)
    # 60 kg: 360 mg; 240 mg are a third less, and more than the table allows
    far = calculate(rule, patient(weight=units.weight("60 kg")))
    assert [f.code for f in far.findings if f.level == "WARN"] == ["dose.deviation"]
    small = {"height": units.height("80 cm"), "age": units.age("2 years")}
    outside = calculate(rule, patient(weight=units.weight("11 kg"), **small))
    assert [f.code for f in outside.findings if f.level == "STOP"] == ["dose.outside_bands"]


def test_a_column_of_weights_is_banded_like_each_of_them() -> None:
    rule = DoseRule(rate=units.dose("6 mg/kg"), weight_basis="actual", banding=by_weight())
    kilograms = np.array([12.0, 13.9, 14.0, 21.0, 39.9, 40.0])
    found = calculate(rule, patient(weight=quantity(kilograms, KG)))
    assert found.amount.magnitude.tolist() == [72, 72, 84, 120, 228, 240]
    assert any(step.value_text == "agrees" for step in found.steps)


BY_WEIGHT = [("12 kg", "14 kg", "72 mg"), ("14 kg", "", "84 mg")]


def test_a_table_by_weight_may_be_open_at_its_start() -> None:
    found = table([("", "14 kg", "72 mg"), ("14 kg", "20 kg", "84 mg")], within_percent="15")
    assert (found.by, spoken(str(found.bands[0]))) == ("weight", "below 14 kg")
    for kilograms, dose in (("9 kg", "72 mg"), ("14 kg", "84 mg"), ("20 kg", None)):
        band = found.band_of(units.weight(kilograms))
        assert (None if band is None else units.plain(band.dose)) == dose


def test_a_table_by_weight_is_proved_when_it_is_read() -> None:
    assert table(BY_WEIGHT, within_percent="15").by == "weight"
    gap = [BY_WEIGHT[0], ("15 kg", "", "84 mg")]
    assert problems(gap, within_percent="15") == [
        "bands/made-up.csv:3: a gap: no band holds from 14 kg to 15 kg"
    ]
    falls = [BY_WEIGHT[0], ("14 kg", "", "70 mg")]
    assert problems(falls, within_percent="15") == [
        "bands/made-up.csv:3: 70 mg from 14 kg is less than 72 mg from 12 kg to below 14 kg"
    ]
    mixed = [BY_WEIGHT[0], ("80 mg", "", "84 mg")]
    assert problems(mixed, within_percent="15") == [
        "bands/made-up.csv:3: from 80 mg does not go by the weight, as the first band does"
    ]
    assert "another kind of value" in problems([("12 g", "14 mL", "72 mg")], within_percent="15")[0]


def test_a_table_by_weight_asks_for_the_weight(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = a_file(tmp_path, table_text(BY_WEIGHT, within_percent="15"))
    assert main(["band", "--table", path, "--weight", "13 kg"]) == 0
    assert capsys.readouterr().out.startswith("72 mg")
    assert main(["band", "--table", path, "--dose", "78 mg"]) == 2
    assert "weight: is missing" in capsys.readouterr().err
    assert main(["band", "--table", path]) == 2
    assert 'dose: is missing; write "4.6 mg", or a weight: "14 kg"' in capsys.readouterr().err
    other = a_file(tmp_path, table_text(GOOD, within_percent="6"))
    assert main(["band", "--table", other, "--dose", "10.6 mg", "--weight", "13 kg"]) == 2
    assert "goes by the dose" in capsys.readouterr().err
