"""``posology cohort``: a table in, doses, packs and findings out, in whatever blocks."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from commands.posology import main
from schedules.cohort import blocks
from schedules.cohort.compute import Part, Work, compute
from schedules.cohort.table import PatientTable

HEAD = "id,sex,age,weight (kg),height,first day,conditions\n"
# 70 kg and 175 cm are 1.84 m2 by Mosteller: 375 mg/m2 are 690 mg, rounded to 700 mg.
MAN = "007,male,48 years,70,175 cm,2026-11-30,\n"
NA = "NA,female,61 years,154 lb,165 cm,2026-12-01,\n"
INFECTED = "12,male,50 years,80,180 cm,2026-12-02,hepatitis B\n"
OTHERS = "".join(
    f"{number},female,{30 + number} years,{55 + number}.5,16{number} cm,2026-12-0{number},\n"
    for number in range(1, 7)
)


def cohort(folder: Path, table: str, *options: str, out: str = "doses.csv") -> int:
    patients = folder / "patients.csv"
    patients.write_text(HEAD + table, encoding="utf-8")
    return main(
        [
            *("cohort", str(patients), "--regimen", "rituximab-weekly", "--made-on", "2026-11-20"),
            *("--out", str(folder / out), "--demand", str(folder / "demand.csv"), *options),
        ]
    )


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_ids_stay_text_and_units_come_from_head_or_cell(tmp_path: Path) -> None:
    assert cohort(tmp_path, MAN + NA) == 0
    doses = lines(tmp_path / "doses.csv")
    assert [one["label"] for one in doses] == ["007"] * 4 + ["NA"] * 4
    first = doses[0]
    assert (first["row"], first["date"], first["time"]) == ("2", "2026-11-30", "09:00")
    assert (first["dose_value"], first["dose_unit"]) == ("700", "mg")


def test_packs_are_counted_by_day_and_strength(tmp_path: Path) -> None:
    """700 mg are one vial of 500 mg and two of 100 mg."""
    cohort(tmp_path, MAN, "--from", "2026-12-01", "--to", "2026-12-07")
    assert [
        (one["date"], one["strength"], one["packs"]) for one in lines(tmp_path / "demand.csv")
    ] == [("2026-12-07", "100 mg", "2"), ("2026-12-07", "500 mg", "1")]
    assert [one["date"] for one in lines(tmp_path / "doses.csv")] == ["2026-12-07"]


def test_volumes_of_plasma_go_by_the_haematocrit_of_each_patient(tmp_path: Path) -> None:
    patients, doses = tmp_path / "patients.csv", tmp_path / "doses.csv"
    patients.write_text(
        "label,sex,age,weight,height,start,hematocrit\n"
        "a,male,48 years,70 kg,175 cm,2026-11-30,0.42\n"
        "b,female,48 years,60 kg,160 cm,2026-11-30,0.38\n",
        encoding="utf-8",
    )
    regimen = ["--regimen", "plasma-exchange-gbs-2", "--choose", "albumin_1_volume=given"]
    assert main(["cohort", str(patients), *regimen, "--out", str(doses)]) == 0
    # Nadler: 4.82375 L x 0.58 = 2.7978 L and 3.6267 L x 0.62 = 2.2485 L, to the nearest 10 mL
    assert [(one["label"], one["dose_value"]) for one in lines(doses)] == [
        *[("a", "2800")] * 2,
        *[("b", "2250")] * 2,
    ]


def test_who_is_stopped_gets_no_dose_and_is_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cohort(tmp_path, MAN + INFECTED) == 0
    assert {one["label"] for one in lines(tmp_path / "doses.csv")} == {"007"}
    found = lines(tmp_path / "doses.findings.csv")
    assert {(one["row"], one["label"], one["level"]) for one in found} == {("3", "12", "STOP")}
    assert "1 without doses" in capsys.readouterr().out


def test_a_warning_is_accepted_by_its_code_with_a_reason(tmp_path: Path) -> None:
    named = MAN.replace("007", "Anna 1961-12-24")
    cohort(tmp_path, named)
    assert lines(tmp_path / "doses.csv") == []
    codes = {one["code"] for one in lines(tmp_path / "doses.findings.csv")}
    assert codes == {"label.name"}
    cohort(tmp_path, named, "--acknowledge", "label.name=a made-up one", "--who", "AB")
    assert len(lines(tmp_path / "doses.csv")) == 4


def test_all_bad_rows_are_named_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = MAN + NA.replace("154 lb", "154 xy") + OTHERS + INFECTED.replace("2026-12-02", "soon")
    assert cohort(tmp_path, table, "--blocks", "3") == 2
    said = capsys.readouterr().err
    assert "patients.csv, row 3: weight:" in said
    assert "patients.csv, row 10: first day:" in said
    assert "--drop 3 10" in said
    assert [path.name for path in tmp_path.iterdir()] == ["patients.csv"]
    assert cohort(tmp_path, table, "--drop", "3", "10") == 0
    assert "3" not in {one["row"] for one in lines(tmp_path / "doses.csv")}


def test_a_head_that_is_no_field_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "patients.csv"
    path.write_text("id,wieght (kg)\n1,70\n", encoding="utf-8")
    assert main(["cohort", str(path), "--regimen", "rituximab-weekly", "--out", "x.csv"]) == 2
    assert 'column: "wieght (kg)" is not a field of a plan' in capsys.readouterr().err


def test_the_bytes_are_the_same_in_however_many_blocks(tmp_path: Path) -> None:
    contents = set()
    for count, workers in (("1", "1"), ("2", "2"), ("7", "1")):
        assert cohort(tmp_path, MAN + NA + OTHERS, "--blocks", count, "--workers", workers) == 0
        names = ("doses.csv", "doses.findings.csv", "demand.csv")
        contents.add(tuple((tmp_path / name).read_bytes() for name in names))
    assert len(contents) == 1


def test_a_run_that_was_stopped_goes_on_with_the_blocks_that_are_not_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = MAN + NA + OTHERS
    cohort(tmp_path, table)
    whole = (tmp_path / "doses.csv").read_bytes()
    (tmp_path / "doses.csv").unlink()
    real, computed = compute, list[int]()

    def stopping(work: Work, table: PatientTable) -> Part:
        if len(computed) == 2:
            raise KeyboardInterrupt
        computed.append(int(table.numbers[0]))
        return real(work, table)

    monkeypatch.setattr(blocks, "compute", stopping)
    assert cohort(tmp_path, table, "--blocks", "4") == 3
    assert not (tmp_path / "doses.csv").exists()
    # A block whose lines were written, and not yet that it is done, is computed again.
    (tmp_path / "doses.csv.parts" / "part-1.done").unlink()
    again = list[int]()

    def noted(work: Work, table: PatientTable) -> Part:
        again.append(int(table.numbers[0]))
        return real(work, table)

    monkeypatch.setattr(blocks, "compute", noted)
    assert cohort(tmp_path, table, "--blocks", "4") == 0
    assert again == [4, 6, 8]
    assert (tmp_path / "doses.csv").read_bytes() == whole
    assert not (tmp_path / "doses.csv.parts").exists()


def test_blocks_of_another_table_are_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = compute

    def stopping(work: Work, table: PatientTable) -> Part:
        if table.numbers[0] > 2:
            raise KeyboardInterrupt
        return real(work, table)

    with monkeypatch.context() as patch:
        patch.setattr(blocks, "compute", stopping)
        cohort(tmp_path, MAN + NA, "--blocks", "2")
    cohort(tmp_path, MAN.replace("70", "90") + NA, "--blocks", "2")
    # 90 kg and 175 cm are 2.09 m2: 784 mg, rounded to 800 mg.
    assert lines(tmp_path / "doses.csv")[0]["dose_value"] == "800"


def test_parquet_is_read_and_written(tmp_path: Path) -> None:
    head = HEAD.strip().split(",")
    rows = [MAN.strip("\n").split(","), NA.strip("\n").split(",")]
    pd.DataFrame(rows, columns=head).to_parquet(tmp_path / "patients.parquet")
    cohort(tmp_path, MAN + NA)
    out = tmp_path / "doses.parquet"
    arguments = ["--regimen", "rituximab-weekly", "--made-on", "2026-11-20", "--out", str(out)]
    assert main(["cohort", str(tmp_path / "patients.parquet"), *arguments]) == 0
    frame = pd.read_parquet(out)
    assert list(frame["dose_value"]) == [
        float(one["dose_value"]) for one in lines(tmp_path / "doses.csv")
    ]
    assert list(frame["label"]) == ["007"] * 4 + ["NA"] * 4


@pytest.mark.hazard("H298")
def test_each_row_may_name_its_own_regimen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    patients, doses = tmp_path / "patients.csv", tmp_path / "doses.csv"
    head = "id,regimen,age,sex,weight,height,start\n"
    rest = "61 years,female,70 kg,175 cm,2026-11-30\n"
    one, other = f"a,rituximab-weekly,{rest}", f"b,immunoglobulin-5-days,{rest}"
    patients.write_text(head + other + one, encoding="utf-8")
    line = ["cohort", str(patients), "--made-on", "2026-11-20", "--out", str(doses)]
    assert main([*line, "--regimen", "column"]) == 0
    # 0.4 g/kg on each of five days are 140 g; 375 mg/m2 of 1.84 m2 are 690 mg, rounded to 700 mg
    assert [(one["row"], one["dose_value"], one["dose_unit"]) for one in lines(doses)] == [
        *[("2", amount, "g") for amount in ("30", "30", "30", "25", "25")],
        *[("3", "700", "mg")] * 4,
    ]
    assert main([*line, "--regimen", "rituximab-weekly"]) == 2
    assert 'row 2: regimen: "immunoglobulin-5-days" is another one' in capsys.readouterr().err
    patients.write_text(head + one + other.replace("immunoglobulin-5-days", ""), encoding="utf-8")
    assert main([*line, "--regimen", "column"]) == 2
    assert "row 3: regimen: is missing" in capsys.readouterr().err


def test_a_clearance_that_nobody_has_is_refused_by_its_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    patients, doses = tmp_path / "patients.csv", tmp_path / "doses.csv"
    # Cockcroft and Gault: (140 - 20) x 90 kg / (72 x 45 umol/L / 88.4) is 295 mL/min, and by
    # 180 kg it is 589, which is more than the 500 that anybody has
    row = "{},male,20 years,{} kg,190 cm,45 umol/L,2026-11-30,normal\n"
    head = "id,sex,age,weight,height,creatinine,start,genotype\n"
    patients.write_text(head + row.format("a", 90) + row.format("b", 180), encoding="utf-8")
    regimen = ["--regimen", "azathioprine", "--choose", "step_length=28 days"]
    assert main(["cohort", str(patients), *regimen, "--out", str(doses)]) == 2
    said = capsys.readouterr().err
    assert "row 3: clearance: is not possible" in said
    assert "--drop 3" in said
