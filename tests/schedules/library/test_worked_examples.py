"""Every worked example of the fact sheets, by its label, is reproduced, or it is said why not.

What stands here was calculated by hand in the fact sheets, not by this program. A line says that
some example in the file of a regimen gives these amounts on these days; the examples of the files
are computed anew whenever the library is read. Doses, volumes and formulas stand below.
"""

from __future__ import annotations

import collections
import functools
import re
from typing import Any

import pytest
from ruamel.yaml import YAML

from dosing.calculation.calculate import calculate
from dosing.calculation.rule import DoseRule, Rounding
from dosing.formulas import body
from dosing.formulas.plasma import PLASMA_VOLUME, removed_by_exchange
from dosing.formulas.steroids import equivalent
from dosing.patient import Patient
from dosing.units import CM, KG, L, amount, dose, in_unit, quantity, show
from schedules.knowledge.expected import expanded
from tests.support.places import ROOT

AMOUNT = re.compile(r"((?:\d+ doses, )?)([0-9.]+) g")
LINE = re.compile(r"(\S+) (.+?)(?: ([0-9.]+) (\S+))?")

# Label, regimen, what each of these days brings in all, and (if stated) how much in the end.
Days = dict[str, str]
IN_A_FILE: list[tuple[str, str, Days, str]] = [
    (
        "1A 70 kg, 140 g in whole vials",
        "immunoglobulin-gbs",
        {"2026-11-30": "30 g", "2026-12-02": "30 g", "2026-12-03": "25 g", "2026-12-04": "25 g"},
        "5 doses, 140 g",
    ),
    (
        "1A, the same for CIDP",
        "immunoglobulin-cidp-induction-5-days",
        {"2026-11-30": "30 g", "2026-12-04": "25 g"},
        "5 doses, 140 g",
    ),
    (
        "1B 110 kg by adjusted weight",
        "immunoglobulin-cidp-induction-adjusted-weight-au",
        {"2026-11-30": "35 g", "2026-12-01": "30 g", "2026-12-04": "30 g"},
        "5 doses, 155 g",
    ),
    (
        "1B by actual weight",
        "immunoglobulin-cidp-induction-5-days",
        {"2026-11-30": "45 g", "2026-12-04": "40 g"},
        "5 doses, 220 g",
    ),
    (
        "1B' maintenance",
        "immunoglobulin-cidp-maintenance-adjusted-weight-au",
        {"2026-12-21": "80 g", "2027-01-11": "80 g", "2027-02-01": "80 g", "2027-02-22": "80 g"},
        "",
    ),
    (
        "1E never above the actual weight",
        "immunoglobulin-cidp-induction-adjusted-weight-au",
        {"2026-11-30": "25 g", "2026-12-04": "20 g"},
        "5 doses, 120 g",
    ),
    (
        "2A six pulses, every 28 days",
        "cyclophosphamide-monthly",
        {
            "2026-11-30": "1850 mg",
            "2026-12-28": "1850 mg",
            "2027-01-25": "1850 mg",
            "2027-02-22": "1850 mg",
            "2027-03-22": "1850 mg",
            "2027-04-19": "1850 mg",
        },
        "6 doses, 11100 mg",
    ),
    (
        "2A by EUVAS, its dates",
        "cyclophosphamide-euvas",
        {
            "2026-11-30": "1050 mg",
            "2026-12-14": "1050 mg",
            "2026-12-28": "1050 mg",
            "2027-01-18": "1050 mg",
            "2027-02-08": "1050 mg",
            "2027-03-01": "1050 mg",
        },
        "",
    ),
    ("2C 1919 mg, rounded", "cyclophosphamide-monthly", {"2026-11-30": "1900 mg"}, ""),
    # The fact sheet leaves 585 mg; the file rounds every pulse to 50 mg, and says so.
    ("2C by EUVAS, 585 mg rounded", "cyclophosphamide-euvas", {"2026-11-30": "600 mg"}, ""),
    (
        "3A and its dates",
        "rituximab-weekly",
        {
            "2026-11-30": "700 mg",
            "2026-12-07": "700 mg",
            "2026-12-14": "700 mg",
            "2026-12-21": "700 mg",
        },
        "4 doses, 2800 mg",
    ),
    (
        "4A the first 28 doses",
        "prednisolone-alternate-days-first-8-weeks",
        {"2026-11-30": "70 mg", "2026-12-02": "70 mg", "2027-01-23": "70 mg"},
        "28 doses, 1960 mg",
    ),
    (
        "4B capped at 100 mg",
        "prednisolone-alternate-days-first-8-weeks",
        {"2026-11-30": "100 mg", "2026-12-02": "100 mg"},
        "",
    ),
    (
        "5A 50, 100, 150, 175 mg",
        "azathioprine",
        {
            "2026-11-30": "50 mg",
            "2026-12-28": "100 mg",
            "2027-01-25": "150 mg",
            "2027-02-22": "175 mg",
        },
        "",
    ),
    ("5B 137.5 mg becomes 125 mg", "azathioprine", {"2027-02-22": "125 mg"}, ""),
    # 87.5 mg twice a day cannot be made of capsules; 100 and 75 mg make the same day.
    ("5C start 2.5 mg/kg", "ciclosporin-start", {"2026-11-30": "175 mg"}, ""),
    (
        "5E 500 mg, then 500 and 1000, then 1 g twice a day",
        "mycophenolate",
        {"2026-11-30": "1000 mg", "2026-12-07": "1500 mg", "2026-12-14": "2000 mg"},
        "",
    ),
    (
        "6A five on alternate days",
        "plasma-exchange-5-alternate-days",
        dict.fromkeys(
            ("2026-11-30", "2026-12-02", "2026-12-04", "2026-12-06", "2026-12-08"),
            "plasma exchange",
        ),
        "",
    ),
    (
        "6A five on weekdays",
        "plasma-exchange-5-weekdays",
        dict.fromkeys(
            ("2026-11-30", "2026-12-02", "2026-12-04", "2026-12-07", "2026-12-09"),
            "plasma exchange",
        ),
        "",
    ),
    (
        "6C twelve exchanges",
        "plasma-exchange-before-each-cyclophosphamide",
        {
            **dict.fromkeys(
                (
                    "2026-11-30",
                    "2026-12-01",
                    "2026-12-28",
                    "2026-12-29",
                    "2027-01-25",
                    "2027-01-26",
                    "2027-02-22",
                    "2027-02-23",
                    "2027-03-22",
                    "2027-03-23",
                    "2027-04-19",
                    "2027-04-20",
                ),
                "plasma exchange",
            ),
            **dict.fromkeys(
                (
                    "2026-12-02",
                    "2026-12-30",
                    "2027-01-27",
                    "2027-02-24",
                    "2027-03-24",
                    "2027-04-21",
                ),
                "1850 mg",
            ),
        },
        "6 doses, 11100 mg",
    ),
    (
        "7A 70 kg, next cycle by the EU label",
        "efgartigimod-iv-eu",
        {
            "2026-11-30": "700 mg",
            "2026-12-07": "700 mg",
            "2026-12-14": "700 mg",
            "2026-12-21": "700 mg",
            "2027-01-18": "700 mg",
        },
        "",
    ),
    ("7A the next cycle by the 50-day rule", "efgartigimod-iv-us", {"2027-01-19": "700 mg"}, ""),
    ("7A 119.9 kg", "efgartigimod-iv-eu", {"2026-11-30": "1199 mg"}, ""),
    ("7A 130 kg, capped", "efgartigimod-iv-eu", {"2026-11-30": "1200 mg"}, ""),
    ("7B 60 kg, US", "rozanolixizumab-us", {"2026-11-30": "560 mg"}, ""),
    ("7B 60 kg, EU", "rozanolixizumab-eu", {"2026-11-30": "420 mg"}, ""),
    ("7B 45 kg, US", "rozanolixizumab-us", {"2026-11-30": "420 mg"}, ""),
    ("7B 45 kg, EU", "rozanolixizumab-eu", {"2026-11-30": "280 mg"}, ""),
    ("7B 80 kg, EU", "rozanolixizumab-eu", {"2026-11-30": "560 mg"}, ""),
    ("7E 70 kg", "nipocalimab", {"2026-11-30": "2100 mg", "2026-12-14": "1050 mg"}, ""),
    ("7E 92 kg", "nipocalimab", {"2026-11-30": "2760 mg", "2026-12-14": "1380 mg"}, ""),
    (
        "thioctic acid, 10 days and 1 month",
        "thioctic-acid",
        {
            "2027-01-04": "600 mg",
            "2027-01-13": "600 mg",
            "2027-01-14": "600 mg",
            "2027-02-13": "600 mg",
        },
        "41 doses, 24600 mg",
    ),
    (
        "thioctic acid, 10 days and 30 days",
        "thioctic-acid",
        {"2027-02-12": "600 mg"},
        "40 doses, 24000 mg",
    ),
    (
        "thioctic acid, 10 days and 2 months",
        "thioctic-acid",
        {"2027-03-13": "600 mg"},
        "69 doses, 41400 mg",
    ),
    (
        "thioctic acid, 15 days and 60 days",
        "thioctic-acid",
        {"2027-01-18": "600 mg", "2027-01-19": "600 mg"},
        "75 doses, 45000 mg",
    ),
    (
        "benfotiamine, 42 days",
        "benfotiamine-twice-daily",
        {"2027-02-14": "300 mg"},
        "84 doses, 12600 mg",
    ),
    (
        "hydroxocobalamin on alternate days",
        "hydroxocobalamin-neurological",
        dict.fromkeys(
            (
                "2027-01-04",
                "2027-01-06",
                "2027-01-08",
                "2027-01-10",
                "2027-01-12",
                "2027-01-14",
                "2027-01-16",
            ),
            "1 mg",
        ),
        "",
    ),
    (
        "amitriptyline, 196 tablets of 10 mg",
        "amitriptyline-ladder",
        {
            "2027-01-04": "10 mg",
            "2027-01-11": "20 mg",
            "2027-01-18": "30 mg",
            "2027-01-25": "40 mg",
            "2027-02-01": "50 mg",
            "2027-02-08": "60 mg",
            "2027-02-15": "70 mg",
        },
        "49 doses, 1960 mg",
    ),
    (
        "pregabalin, 3 days",
        "pregabalin-ladder-eu",
        {"2027-01-04": "150 mg", "2027-01-07": "300 mg", "2027-01-14": "600 mg"},
        "",
    ),
    (
        "pregabalin, 7 days",
        "pregabalin-ladder-eu",
        {"2027-01-10": "150 mg", "2027-01-11": "300 mg", "2027-01-18": "600 mg"},
        "",
    ),
    (
        "gabapentin",
        "gabapentin-ladder",
        {
            "2027-01-04": "300 mg",
            "2027-01-05": "600 mg",
            "2027-01-06": "900 mg",
            "2027-01-13": "1200 mg",
            "2027-01-20": "1500 mg",
            "2027-01-27": "1800 mg",
        },
        "",
    ),
    (
        "lamotrigine alone",
        "lamotrigine",
        {
            "2027-01-04": "25 mg",
            "2027-01-17": "25 mg",
            "2027-01-18": "50 mg",
            "2027-01-31": "50 mg",
            "2027-02-01": "100 mg",
            "2027-02-07": "100 mg",
            "2027-02-08": "200 mg",
        },
        "",
    ),
    (
        "lamotrigine with valproate",
        "lamotrigine-with-valproate",
        {
            "2027-01-04": "25 mg",
            "2027-01-16": "25 mg",
            "2027-01-17": "",
            "2027-01-18": "25 mg",
            "2027-02-01": "50 mg",
            "2027-02-14": "50 mg",
            "2027-02-15": "100 mg",
        },
        "",
    ),
    (
        "lamotrigine with an inducer",
        "lamotrigine-with-inducer",
        {
            "2027-01-04": "50 mg",
            "2027-01-18": "100 mg",
            "2027-02-01": "200 mg",
            "2027-02-15": "300 mg",
        },
        "",
    ),
    (
        "carbamazepine to the US ceiling",
        "carbamazepine-ladder",
        {
            "2027-01-04": "200 mg",
            "2027-01-11": "400 mg",
            "2027-01-18": "600 mg",
            "2027-01-25": "800 mg",
            "2027-02-01": "1000 mg",
            "2027-02-08": "1200 mg",
        },
        "",
    ),
    ("haem arginate, 45 kg", "haem-arginate", {"2027-01-04": "135 mg", "2027-01-07": "135 mg"}, ""),
    ("haem arginate, 60 kg", "haem-arginate", {"2027-01-04": "180 mg"}, "4 doses, 720 mg"),
    ("haem arginate, 84 kg, capped", "haem-arginate", {"2027-01-04": "250 mg"}, ""),
    (
        "diphtheria antitoxin 40,000",
        "diphtheria-antitoxin-upper",
        {"2027-01-04": "40000 units"},
        "1 doses, 40000 units",
    ),
    (
        "diphtheria antitoxin 120,000",
        "diphtheria-antitoxin-upper",
        {"2027-01-04": "120000 units"},
        "",
    ),
    (
        "botulinum toxin every 12 weeks",
        "botulinum-toxin-migraine-onabotulinumtoxina",
        dict.fromkeys(
            ("2027-01-04", "2027-03-29", "2027-06-21", "2027-09-13", "2027-12-06"), "155 units"
        ),
        "",
    ),
    (
        "sialorrhoea every 16 weeks",
        "sialorrhoea-incobotulinumtoxina",
        dict.fromkeys(("2027-01-04", "2027-04-26", "2027-08-16", "2027-12-06"), "100 units"),
        "",
    ),
    (
        "nusinersen, EU",
        "nusinersen-eu",
        dict.fromkeys(
            (
                "2027-01-04",
                "2027-01-18",
                "2027-02-01",
                "2027-03-08",
                "2027-07-08",
                "2027-11-08",
                "2028-03-08",
            ),
            "12 mg",
        ),
        "",
    ),
    (
        "nusinersen, US",
        "nusinersen-us",
        dict.fromkeys(
            (
                "2027-01-04",
                "2027-01-18",
                "2027-02-01",
                "2027-03-03",
                "2027-07-03",
                "2027-11-03",
                "2028-03-03",
            ),
            "12 mg",
        ),
        "",
    ),
    (
        "nusinersen, high dose",
        "nusinersen-high-dose",
        {
            "2027-01-04": "50 mg",
            "2027-01-18": "50 mg",
            "2027-05-18": "28 mg",
            "2027-09-18": "28 mg",
            "2028-01-18": "28 mg",
        },
        "",
    ),
    (
        "edaravone by vein, six cycles",
        "edaravone",
        {
            "2027-01-17": "60 mg",
            "2027-01-18": "",
            "2027-02-05": "60 mg",
            "2027-02-06": "",
            "2027-02-12": "60 mg",
            "2027-03-01": "60 mg",
            "2027-03-12": "60 mg",
        },
        "64 doses, 3840 mg",
    ),
    (
        "edaravone by mouth, six cycles",
        "edaravone-oral",
        {"2027-01-04": "105 mg"},
        "64 doses, 6720 mg",
    ),
    (
        "tofersen",
        "tofersen",
        dict.fromkeys(
            ("2027-01-04", "2027-01-18", "2027-02-01", "2027-03-01", "2027-03-29", "2027-04-26"),
            "100 mg",
        ),
        "",
    ),
    (
        "baclofen",
        "baclofen-ladder",
        {
            "2027-01-06": "15 mg",
            "2027-01-07": "30 mg",
            "2027-01-10": "45 mg",
            "2027-01-13": "60 mg",
        },
        "",
    ),
    (
        "pyridostigmine",
        "pyridostigmine-ladder",
        {"2027-01-04": "120 mg", "2027-01-08": "240 mg", "2027-01-13": "360 mg"},
        "",
    ),
    (
        "riluzole, liver tests",
        "riluzole",
        dict.fromkeys(
            ("2027-02-04", "2027-03-04", "2027-04-04", "2027-07-04", "2027-10-04", "2028-01-04"),
            "ALT and liver tests",
        ),
        "",
    ),
    (
        "nerve block, 160 + 40 + 10 mg on both sides",
        "greater-occipital-block",
        {"2027-01-04": "210 mg"},
        "6 doses",
    ),
]

# Labels that are shown elsewhere, or that no program of today is asked for.
NOT_HERE = {
    "1A to 3A, pump rates": "infusion rates have tests of their own",
    "1B rate": "infusion rates have tests of their own",
    "2A mesna": "mesna is a file of its own",
    "4A the taper to week 42": "the taper is a file of its own",
    "5A reduced by genotype": "reduced doses are files of their own",
    "5C, 5D at 5 mg/kg": "the target dose is a file of its own",
    "thioctic acid, mL/h and drops": "infusion rates have tests of their own",
    "mexiletine": "no regimen of the sources; its figures are in the fact sheet only",
}


@functools.cache
def examples_of(name: str) -> list[dict[str, Any]]:
    text = (ROOT / "regimens" / f"{name}.yaml").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = YAML(typ="safe", pure=False).load(text)["examples"]
    return found


def in_mg(text: str) -> str:
    """Write grams as milligrams, so that an amount has one spelling."""
    match = AMOUNT.fullmatch(text)
    return text if not match else f"{match[1]}{float(match[2]) * 1000:.10g} mg"


def days_of(example: dict[str, Any]) -> tuple[Days, str]:
    """Add up what each day of an example brings, and count its doses."""
    sums: dict[str, float] = collections.defaultdict(float)
    days: Days = {}
    count, unit = 0, ""
    for text in example["expect"]:
        for line in expanded(str(text)):
            match = LINE.fullmatch(line)
            assert match
            date, what, number, unit_here = match.groups()
            days.setdefault(date, what)
            if number is not None:
                count, unit = count + 1, "mg" if unit_here == "g" else unit_here
                sums[date] += float(number) * (1000 if unit_here == "g" else 1)
                days[date] = f"{sums[date]:.10g} {unit}"
    return days, f"{count} doses, {sum(sums.values()):.10g} {unit}"


@pytest.mark.parametrize(
    ("label", "name", "days", "in_all"), IN_A_FILE, ids=[entry[0] for entry in IN_A_FILE]
)
def test_a_worked_example_stands_in_the_file_of_its_regimen(
    label: str, name: str, days: Days, in_all: str
) -> None:
    found = [days_of(example) for example in examples_of(name)]
    assert any(
        all(brought.get(date, "") == in_mg(wanted) for date, wanted in days.items())
        and total.startswith(in_mg(in_all))
        for brought, total in found
    ), f"{label}: {found}"


# Doses through the calculator: label, weight in kg, rate, cap, step, what comes out.
DOSES = [
    ("porphyria 45 kg", 45, "3 mg/kg", "250 mg", "", "135 mg"),
    ("porphyria 60 kg", 60, "3 mg/kg", "250 mg", "", "180 mg"),
    ("porphyria 70 kg", 70, "3 mg/kg", "250 mg", "", "210 mg"),
    ("porphyria 83 kg", 83, "3 mg/kg", "250 mg", "", "249 mg"),
    ("porphyria 84 kg, capped", 84, "3 mg/kg", "250 mg", "", "250 mg"),
    ("7A 95 kg", 95, "10 mg/kg", "1200 mg", "", "950 mg"),
    ("7A 119.9 kg", 119.9, "10 mg/kg", "1200 mg", "", "1199 mg"),
    ("7A 120 kg", 120, "10 mg/kg", "1200 mg", "", "1200 mg"),
    ("7A 130 kg, capped", 130, "10 mg/kg", "1200 mg", "", "1200 mg"),
    ("4B 110 kg, raw", 110, "1 mg/kg", "", "", "110 mg"),
    ("1A rounded a day, 150 g in all", 70, "0.4 g/kg", "", "5 g", "30 g"),
    ("2C 585 mg", 78, "7.5 mg/kg", "", "", "585 mg"),
    ("5A target", 70, "2.5 mg/kg", "", "", "175 mg"),
    ("5B raw", 55, "2.5 mg/kg", "", "", "137.5 mg"),
    ("5D actual weight", 110, "5 mg/kg", "", "", "550 mg"),
    ("lidocaine, 50 kg", 50, "4.5 mg/kg", "300 mg", "", "225 mg"),
    ("lidocaine, 70 kg, capped", 70, "4.5 mg/kg", "300 mg", "", "300 mg"),
    ("bupivacaine, 50 kg", 50, "2.5 mg/kg", "175 mg", "", "125 mg"),
    ("bupivacaine, 71 kg, capped", 71, "2.5 mg/kg", "175 mg", "", "175 mg"),
]


@pytest.mark.parametrize(
    ("label", "kg", "rate", "cap", "step", "wanted"), DOSES, ids=[entry[0] for entry in DOSES]
)
def test_a_worked_dose_comes_out_of_the_calculator(
    label: str, kg: float, rate: str, cap: str, step: str, wanted: str
) -> None:
    rule = DoseRule(
        rate=dose(rate),
        weight_basis="actual",
        cap=amount(cap) if cap else None,
        rounding=Rounding(step=amount(step), rule="nearest") if step else None,
    )
    found = calculate(rule, Patient(weight=quantity(kg, KG), size_confirmed=True))
    assert found.amount.magnitude == pytest.approx(amount(wanted).magnitude, rel=1e-9), label
    assert found.amount.units == amount(wanted).units


# The dosing-weight matrix: sex, height and weight, ideal weight by Devine + 0.4 of the excess.
MATRIX = [
    ("male", 175, 70, 70.3),
    ("female", 165, 110, 78.1),
    ("male", 180, 97.2, 83.9),
    ("female", 170, 86.7, 71.5),
    ("female", 150, 80, 58.0),
]


@pytest.mark.parametrize(("sex", "cm", "kg", "wanted"), MATRIX)
def test_the_dosing_weight_matrix_is_reproduced(
    sex: str, cm: float, kg: float, wanted: float
) -> None:
    ideal = body.ideal_weight_devine(height=quantity(cm, CM), sex=sex)
    adjusted = body.adjusted_weight(actual=quantity(kg, KG), ideal=ideal, fraction=0.4)
    assert round(float(in_unit(adjusted, KG, "weight")), 1) == wanted


# 6A, a man of 70 kg and 175 cm with a hematocrit of 0.42; printed in mL without decimals.
VOLUMES = [
    ("kaplan", 1, 2639),
    ("kaplan", 1.5, 3959),
    ("seventy", 1, 2842),
    ("forty", 1, 2800),
    ("nadler", 1, 2798),
]


@pytest.mark.parametrize(("name", "volumes", "wanted"), VOLUMES)
def test_a_plasma_volume_of_6a_is_reproduced(name: str, volumes: float, wanted: int) -> None:
    found = PLASMA_VOLUME[name](
        weight=quantity(70, KG), height=quantity(175, CM), sex="male", hematocrit=0.42
    )
    # 1.5 x 2639 = 3958.5 mL, which the fact sheet rounds up.
    assert float(in_unit(found, L, "volume")) * volumes * 1000 == pytest.approx(wanted, abs=0.51)


@pytest.mark.parametrize(("volumes", "percent"), [(1, 63.2), (1.5, 77.7)])
def test_an_exchange_removes_what_one_compartment_says(volumes: float, percent: float) -> None:
    # A public notebook prints 88 % for 1.5 volumes: the error that this holds off.
    assert round(100 * removed_by_exchange(volumes=volumes), 1) == percent


@pytest.mark.parametrize(
    ("of", "given", "to", "wanted"),
    [
        ("methylprednisolone", "1 g", "prednisolone", "1,250 mg"),
        ("methylprednisolone", "70 mg", "prednisolone", "87.5 mg"),
        ("prednisolone", "5 mg", "dexamethasone", "0.75 mg"),
    ],
)
def test_4c_steroids_are_equal_as_the_fact_sheet_says(
    of: str, given: str, to: str, wanted: str
) -> None:
    found = equivalent(amount=amount(given), of=of, to=to)
    assert show(found.amount).replace("\u00a0", " ") == wanted


def test_each_label_stands_in_one_place() -> None:
    labels = [entry[0] for entry in IN_A_FILE]
    assert len(set(labels)) == len(labels)
    assert not set(labels) & set(NOT_HERE)
