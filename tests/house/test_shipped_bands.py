"""The tables of dose bands that are shipped: sourced, proved, and used by nobody unasked."""

from __future__ import annotations

import csv

import pytest

from dosing.drugs.band_table import BandTable, read_table
from dosing.units import MG, in_unit
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
    assert set(library.bands) == {NAME, "vamorolone-uk-eu"}
    assert not library.site.pharmacy.dose_bands


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
