"""The tables of dose bands that are shipped: sourced, proved, and used by nobody unasked."""

from __future__ import annotations

import csv
from collections.abc import Sequence

import pytest

from dosing.drugs.band_table import BandTable, read_table
from dosing.patient import Patient
from dosing.units import KG, MG, YEAR, Number, in_unit, quantity
from schedules.knowledge.medicine import Medicine
from schedules.library.reader import read_library
from tests.support.places import ROOT, TESTS

NAME = "nhs-england-1-mg-per-ml"


@pytest.fixture(scope="module")
def table() -> BandTable:
    path = ROOT / "bands" / f"{NAME}.csv"
    return read_table(path.read_text(encoding="utf-8"), f"bands/{NAME}.csv", NAME)


def test_the_national_table_holds_the_bands_that_its_source_prints(table: BandTable) -> None:
    with (TESTS / "cases" / "dose_band_tables_nhs_1mgml.csv").open(encoding="utf-8") as file:
        printed = [
            (float(row["from_ge_mg"]), float(row["to_lt_mg_A"]), float(row["band_mg"]))
            for row in csv.DictReader(file)
        ]
    assert len(printed) == 49
    bands = [
        tuple(
            in_unit(one, MG, "dose") for one in (band.low, band.high, band.dose) if one is not None
        )
        for band in table.bands
    ]
    assert bands == printed
    assert "NHS England" in table.source.cite
    assert not table.source.confirmed, "only a partial copy was seen"


def test_the_site_that_is_shipped_bands_no_dose() -> None:
    library = read_library(ROOT, only="rituximab-weekly")
    assert set(library.bands) == {NAME, "vamorolone-uk-eu", "zidovudine-by-weight"}
    assert not library.site.pharmacy.dose_bands


def printed(name: str) -> list[dict[str, str]]:
    path = TESTS / "cases" / f"dose_band_tables_{name}.csv"
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def own_dose(medicines: Sequence[Medicine], patient: Patient) -> tuple[Number, int] | None:
    """Return the dose in mg of the one band that holds, and how many times a day."""
    held = [one for one in medicines if one.when and one.when.holds(patient)]
    if not held:
        return None
    (one,) = held
    return in_unit(one.dose, MG, "dose"), len(one.times_of_day)


def test_zidovudine_has_every_band_that_its_booklet_prints() -> None:
    """15 rows: the weight at which each begins, and the last tenth of a kilogram, get its dose."""
    path = ROOT / "bands" / "zidovudine-by-weight.csv"
    table = read_table(
        path.read_text(encoding="utf-8"), "bands/zidovudine-by-weight.csv", path.stem
    )
    regimen = read_library(ROOT, only="zidovudine-weight-bands").regimen("zidovudine-weight-bands")
    medicines = regimen.phases[0].medicines
    rows = [row for row in printed("zidovudine") if row["table"].endswith("_who")]
    assert len(rows) == 15
    for row in rows:
        dose = float(row["dose_mg_each_time"])
        for kilograms in (float(row["weight_ge_kg"]), float(row["weight_lt_kg"]) - 0.1):
            weight = quantity(kilograms, KG)
            band = table.band_of(weight)
            assert band is not None
            assert in_unit(band.dose, MG, "dose") == dose
            assert own_dose(medicines, Patient(weight=weight)) == (dose, int(row["times_per_day"]))
    for outside in (2.9, 35.0):  # nothing is extrapolated
        assert table.band_of(quantity(outside, KG)) is None
        assert own_dose(medicines, Patient(weight=quantity(outside, KG))) is None


@pytest.mark.parametrize(("drug", "bands"), [("paracetamol", 8), ("ibuprofen", 5)])
def test_analgesics_of_children_have_every_band_of_age_that_was_seen(drug: str, bands: int) -> None:
    name = f"{drug}-child-uk"
    medicines = read_library(ROOT, only=name).regimen(name).phases[0].medicines
    rows = [row for row in printed("analgesics_uk") if (row["drug"], row["mark"]) == (drug, "seen")]
    assert len(rows) == bands
    for row in rows:
        for months in (float(row["age_ge"]), float(row["age_lt"]) - 0.1):
            found = own_dose(medicines, Patient(age=quantity(months / 12, YEAR)))
            assert found is not None
            assert found[0] == float(row["dose_mg"])
            assert found[1] <= int(row["max_times_24h"])


def test_vamorolone_has_every_band_that_its_label_prints() -> None:
    """The whole table was read; at 6 mg/kg, the rows of 4 and 2 mg/kg are for others."""
    with (TESTS / "cases" / "dose_band_tables_vamorolone.csv").open(encoding="utf-8") as file:
        printed = [
            (row["weight_ge_kg"], row["weight_lt_kg"], float(row["dose_6_mg"]))
            for row in csv.DictReader(file)
        ]
    assert len(printed) == 15
    treatment = read_library(ROOT, only="vamorolone-uk").regimen("vamorolone-uk").phases[0]
    bands = []
    for medicine in treatment.medicines:
        assert medicine.when is not None
        assert medicine.when.weight is not None
        low, high = medicine.when.weight.at_least, medicine.when.weight.below
        dose = in_unit(medicine.dose, MG, "dose")
        bands.append((low.removesuffix(" kg"), high.removesuffix(" kg"), dose))
    assert bands == printed
