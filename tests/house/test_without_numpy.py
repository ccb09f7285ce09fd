"""One value needs no NumPy: the calculator also runs where NumPy is not installed."""

from __future__ import annotations

import subprocess
import sys

from tests.support.places import ROOT

# A module that is None in sys.modules cannot be imported.
BLOCKED = """
import importlib, pkgutil, sys
sys.modules["numpy"] = None

import dosing
for module in pkgutil.walk_packages(dosing.__path__, "dosing."):
    if module.name != "dosing.__main__":
        importlib.import_module(module.name)
"""

ONE_PATIENT = """
from dosing.calculation.calculate import calculate, calculate_course
from dosing.calculation.packs import tablets, vials
from dosing.drugs.band_table import read_table
from dosing.formulas import body, plasma, renal, steroids
from dosing.patient import implausible
from dosing.rounding import round_to
from dosing.units import amount, creatinine, read, show, weight
from tests.support.made_up import *

cystatin = read("cystatin C", "1 mg/L")
man = patient(creatinine=creatinine("80 umol/L"), cystatin_c=cystatin, hematocrit=0.42)
measured = {
    field: getattr(man, field)
    for field in ("weight", "height", "sex", "age", "creatinine", "cystatin_c", "hematocrit")
}
"""


def run(lines: str) -> list[str]:
    """Run lines in a fresh interpreter without NumPy, and return the lines that it prints."""
    done = subprocess.run(
        [sys.executable, "-c", lines], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.replace("\u00a0", " ").splitlines()


def test_every_module_is_imported_without_numpy_and_without_a_face_or_a_writer() -> None:
    lines = """
for heavy in ("numpy", "pandas", "streamlit", "icalendar"):
    print(heavy, sys.modules.get(heavy))
"""
    assert run(BLOCKED + lines) == [
        "numpy None",
        "pandas None",
        "streamlit None",
        "icalendar None",
    ]


def test_doses_of_one_patient_are_calculated_without_numpy() -> None:
    lines = """
print(show(calculate(per_kg("0.4 g/kg"), man).amount))
by_surface = calculate(per_m2("375 mg/m2", rounding=rounding("100 mg")), man, tolerance=0.1)
print(show(by_surface.reference, 6), show(by_surface.amount))
print(show(calculate(per_kg("15 mg/kg", cap=amount("1000 mg")), man).amount))
total, days = calculate_course(per_kg("0.4 g/kg", rounding=rounding("5 g")), man, days=5)
print(show(total.amount), *(show(day.amount) for day in days))
"""
    assert run(BLOCKED + ONE_PATIENT + lines) == [
        "28 g",  # 0.4 g/kg x 70 kg
        "691.748 mg 700 mg",  # 375 mg/m2 x sqrt(175 x 70 / 3600) m2
        "1,000 mg",  # 15 mg/kg x 70 kg is 1,050 mg
        "140 g 30 g 30 g 30 g 25 g 25 g",
    ]


def test_limits_bands_and_implausible_sizes_are_found_without_numpy() -> None:
    lines = """
for rate in ("0.5 g/kg", "10.5 g/kg", "0.4 mg/kg", "400 g/kg"):
    print(*(f.code for f in calculate(per_kg(rate), man, drug=immunoglobulin()).findings))
print(*(f.code for f in implausible(patient(weight=weight("154 kg"), height=man.height))))
print(*(f.code for f in implausible(patient(weight=weight("300 kg")))))
table = read_table(
    "from,to,dose,drug,strength,version,within_percent,source\\n"
    "660 mg,710 mg,690 mg,made-up,10 mg/mL,1,6,A table", "t.csv", "t")
banded = per_m2("375 mg/m2", banding=table)
print(show(calculate(banded, man).amount))
print(*(f.code for f in calculate(banded, patient(weight=weight("80 kg"))).findings))
"""
    assert run(BLOCKED + ONE_PATIENT + lines) == [
        "limit.usual.above.dose",
        "limit.hard.above.dose",
        "limit.thousandth limit.hard.below.dose",
        "limit.thousandfold limit.hard.above.dose",
        "body.pounds_as_kilograms",
        "body.rare_size",
        "690 mg",
        "dose.outside_bands",
    ]


def test_every_formula_is_calculated_without_numpy() -> None:
    lines = """
others = []
for table in (body.BSA, body.IDEAL_WEIGHT, body.LEAN_WEIGHT, renal.EGFR, plasma.PLASMA_VOLUME):
    for formula in table.values():
        assert formula(**measured).magnitude > 0
        others += [formula.name for _ in formula.outside(age=man.age)]
print(*others)
print(show(renal.CREATININE_CLEARANCE["cockcroft_gault"](**measured), 4))
ideal = body.ideal_weight_devine(height=man.height, sex="male")
print(show(body.adjusted_weight(actual=weight("90 kg"), ideal=ideal, fraction=0.4), 4))
four = amount("4 mg")
print(show(steroids.equivalent(amount=four, of="methylprednisolone", to="prednisolone").amount))
"""
    assert run(BLOCKED + ONE_PATIENT + lines) == [
        # The man is 48 years old; one is for the young, two are for children.
        "al_sallami schwartz_bedside schwartz_lyon",
        "98.84 mL/min",  # (140 - 48) x 70 / (72 x 80 / 88.4)
        "78.28 kg",  # 70.464 kg + 0.4 x (90 kg - 70.464 kg)
        "5 mg",
    ]


def test_doses_are_rounded_and_made_of_packs_without_numpy() -> None:
    lines = """
print(show(round_to(amount("7.75 mg"), amount("0.5 mg"), "nearest")))
print(vials(amount("700 mg"), [amount("500 mg"), amount("100 mg")]))
print(tablets(amount("75 mg"), [amount("50 mg")], scored=True))
"""
    assert run(BLOCKED + ONE_PATIENT + lines) == [
        "8 mg",
        "500 mg x 1 + 100 mg x 2, no waste",
        "50 mg x 1 + half of 50 mg x 1, no waste",
    ]
