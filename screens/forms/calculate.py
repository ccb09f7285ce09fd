"""What the Calculate screen asks, and what could be read of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import TypeVar, cast

import streamlit as st

from dosing import units
from dosing.amputation import Amputated, read_amputations
from dosing.calculation.alone import HELD_TO_NOTHING, calculate_alone
from dosing.calculation.calculate import Dose
from dosing.calculation.rule import DoseRule, Rounding, WeightBasis
from dosing.drugs.drug import Drug
from dosing.errors import InputError, Problem, Problems
from dosing.formulas.body import BSA, IDEAL_WEIGHT
from dosing.formulas.formula import Formula
from dosing.names import ROUNDING_RULES, SEXES, RoundingRule
from dosing.numbers import read_count, read_fraction
from dosing.patient import Patient, implausible
from dosing.trace import stops
from dosing.units import KG, M2, Quantity, parts
from schedules.knowledge.library import Library
from schedules.knowledge.site import SiteSurface
from schedules.knowledge.stated_rates import StatedRate, rate_in
from screens.marks import quiet, show_html, title
from screens.parts.fields import Form, says_quantity, show_line
from screens.state.session import CalculateEntries

T = TypeVar("T")

SCREEN = "calculate"
# What is asked here of a patient, as a plan states it
PATIENT_OF_PLAN = ("weight", "height", "sex", "age", "creatinine", "cystatin_c", "amputations")
_SEX = {"male": "Male", "female": "Female"}
_BASES = {"actual": "Actual", "ideal": "Ideal", "adjusted": "Adjusted", "lean": "Lean"}
# The bases for which an ideal weight is computed.
_BY_IDEAL_WEIGHT = {"ideal", "adjusted"}
_RULES = {"nearest": "To the nearest", "down": "Down", "up": "Up"}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """What could be read of the form; ``problems`` hold what could not.

    ``surface`` is the formula that was chosen, or else the site's own.
    """

    patient: Patient
    rate: Quantity | None
    fraction: float | None
    rule: DoseRule | None
    surface: str | None
    drug: Drug | None
    problems: tuple[Problem, ...]

    def counts_by(self, body: object) -> bool:
        """Return whether the dose rate is one per kg, or per m2."""
        return self.rate is not None and parts(self.rate.units).body == body


def calculate_form(entries: CalculateEntries, knowledge: Library) -> None:
    """Ask for the measurements, the dose rate, and what it is held to."""
    form = Form(entries, SCREEN)
    show_html(title("Drug"))
    _ask_drug(form, knowledge)
    show_html(title("Patient"))
    _ask_patient(form)
    show_html(title("Dose"))
    _ask_rate(form, knowledge)
    _ask_surface(form, knowledge.site.surface_formula)
    if entries.basis in _BY_IDEAL_WEIGHT:
        _ask_formula(form, "ideal", "Ideal weight formula", IDEAL_WEIGHT)
    with st.expander("Cap and rounding (optional)", key="calculate-more"):
        _ask_more(form)
    with st.expander("Convert (optional)", key="calculate-convert"):
        _ask_conversions(form)


def _ask_conversions(form: Form) -> None:
    """Ask for what is told otherwise: a dose that was given, a body-mass index, a rate."""
    form.text("given", "A dose that was given", "28 g", says_quantity("amount"))
    form.text("target_bmi", "A body-mass index", "22 kg/m2", says_quantity("body-mass index"))
    form.text("run_rate", "A rate", "5 mcg/kg/min", help_text="Or 125 mL/h, or 20 drops/min.")
    form.text(
        "concentration", "Concentration of what runs", "1.6 mg/mL", says_quantity("concentration")
    )
    form.text(
        "drops_per_ml",
        "Drops per mL of the set",
        "20",
        lambda text: f"= {read_count(text, 'drops per mL')} drops/mL",
    )


def _ask_surface(form: Form, of_site: SiteSurface | None) -> None:
    """Ask for the formula of the surface; that of the site stands there until one is chosen."""
    if of_site is None:
        _ask_formula(form, "surface", "Surface formula", BSA)
        return
    title = BSA[of_site.formula].title
    _ask_formula(form, "surface", "Surface formula", BSA, f"{title}, by this site")
    if form.entries.surface is None:
        show_line(f"{of_site.words}. Choose another if this dose goes by it.")


def _ask_formula(
    form: Form,
    name: str,
    label: str,
    formulas: Mapping[str, Formula],
    example: str = "Choose a formula",
) -> None:
    words = {key: formula.title for key, formula in formulas.items()}
    form.pick(name, label, list(words), example, words=words.__getitem__)


def _ask_drug(form: Form, knowledge: Library) -> None:
    """Ask for the drug, and for its route where it has several."""
    drug = form.pick(
        "drug",
        "Drug, whose limits the dose is held to",
        list(knowledge.drugs),
        "Choose a drug",
        words=lambda name: knowledge.drugs[name].name,
    )
    if drug is None:
        form.entries.route = None
        show_html(quiet(f"{HELD_TO_NOTHING[:1].upper()}{HELD_TO_NOTHING[1:]}."))
        return
    routes = knowledge.drugs[drug].routes
    if len(routes) == 1:
        form.entries.route = routes[0]
    form.pick("route", "Route", routes, "Choose a route")


def _ask_patient(form: Form) -> None:
    form.text("weight", "Weight", "70 kg", says_quantity("weight"))
    form.text("height", "Height", "175 cm", says_quantity("height"))
    form.confirm_measurements()
    form.choice("sex", "Sex", SEXES, words=_SEX.__getitem__)
    form.text("age", "Age", "48 years", says_quantity("age"))
    form.text("creatinine", "Creatinine", "80 umol/L", says_quantity("creatinine"))
    form.text("cystatin_c", "Cystatin C", "1.05 mg/L", says_quantity("cystatin C"))
    form.text(
        "amputations",
        "Amputations",
        "below knee left",
        lambda text: f"= {_read_lost(text, 'amputations')}",
        help_text="Each part with its side, separated by commas. Surface and body-mass index go by "
        "the weight before, which is estimated.",
    )
    form.text(
        "fraction",
        "Share of the excess in the adjusted weight",
        "0.4",
        lambda text: f"= {read_fraction(text, 'share'):g}",
        help_text="Adjusted weight is ideal weight plus this share of what is above it. "
        "By convention 0.4; it is not filled in for you.",
    )


def _ask_rate(form: Form, knowledge: Library) -> None:
    text = form.text(
        "rate",
        "Dose rate",
        "375 mg/m2",
        says_quantity("dose"),
        help_text="An amount per kg, per m2 or per day, or a flat amount such as 600 mg.",
    )
    if stated := _stated_rate(form.entries, knowledge):
        show_line(f"As in {stated.whose}: {stated.source}")
    # What is wrong with it stands beneath the field already.
    rate = Problems().reading(units.dose, text) if text else None
    if rate is None:
        if Problems().reading(units.infusion_rate, text) is not None:
            st.page_link(
                "screens/pump.py", label="A rate by the hour or minute runs at a pump: Pump"
            )
        return
    if parts(rate.units).body == KG:
        form.choice("basis", "Dosing weight", list(_BASES), words=_BASES.__getitem__)
    if parts(rate.units).per_day:
        form.text(
            "doses_a_day", "Doses a day", "1", lambda text: f"= {read_count(text, 'doses a day')}"
        )


def _stated_rate(entries: CalculateEntries, knowledge: Library) -> StatedRate | None:
    """Return the rate of a regimen that was chosen, while it stands as the regimen has it."""
    regimen = knowledge.regimens.get(entries.rate_from)
    stated = rate_in(regimen, entries.drug or "") if regimen is not None else None
    typed = (entries.rate, entries.route)
    return stated if stated is not None and (stated.rate, stated.route) == typed else None


def _ask_more(form: Form) -> None:
    form.text("cap", "Cap of one dose", "1200 mg", says_quantity("amount"))
    form.text("step", "Round to", "50 mg", says_quantity("amount"))
    form.choice("rule", "Rounding", ROUNDING_RULES, words=_RULES.__getitem__)


def read_entries(entries: CalculateEntries, knowledge: Library) -> Readings:
    """Return what can be read of the form, and what cannot."""
    problems = Problems()

    def read(reader: Callable[[str, str], T], text: str, field: str) -> T | None:
        return problems.reading(reader, text, field) if text else None

    patient = Patient(
        weight=read(units.weight, entries.weight, "weight"),
        height=read(units.height, entries.height, "height"),
        age=read(units.age, entries.age, "age"),
        creatinine=read(units.creatinine, entries.creatinine, "creatinine"),
        cystatin_c=read(_read_cystatin, entries.cystatin_c, "cystatin C"),
        sex=entries.sex,
        amputated=read(_read_lost, entries.amputations, "amputations"),
        size_confirmed=bool(entries.size_confirmed),
    )
    fraction = read(read_fraction, entries.fraction, "share of the excess")
    rate = read(units.dose, entries.rate, "dose rate")
    of_site = knowledge.site.surface_formula
    surface = entries.surface or (of_site.formula if of_site is not None else None)
    rule = _read_rule(entries, rate, fraction, surface, problems) if rate is not None else None
    drug = knowledge.drugs[entries.drug] if entries.drug else None
    if drug is not None and entries.route is None:
        problems.add(
            "route", "", why="is missing", accepted=f"the limits of {drug.name} hold for a route"
        )
    return Readings(
        patient=patient,
        rate=rate,
        fraction=fraction,
        rule=rule,
        surface=surface,
        drug=drug,
        problems=_listed(problems),
    )


def calculate_as_typed(
    rule: DoseRule, readings: Readings, entries: CalculateEntries, knowledge: Library
) -> Dose:
    """Return the dose of a rule for the patient that was read, held to the limits of the drug.

    Raises:
        InputError: with what is still missing.
    """
    return calculate_alone(
        rule,
        readings.patient,
        drug=readings.drug,
        route=entries.route or "",
        tolerance=knowledge.site.rounding_tolerance_percent / 100,
    )


def find_dose_shown(entries: CalculateEntries, knowledge: Library) -> Dose | None:
    """Return the dose that the Calculate page shows, None where it shows none."""
    readings = read_entries(entries, knowledge)
    rule = readings.rule
    if rule is None or readings.problems or stops(implausible(readings.patient)):
        return None
    try:
        dose = calculate_as_typed(rule, readings, entries, knowledge)
    except InputError:
        return None
    return None if stops(dose.findings) else dose


def _read_cystatin(text: str, field: str) -> Quantity:
    return units.read("cystatin C", text, field=field)


def _read_lost(text: str, field: str) -> Amputated | None:
    """Read parts of the body that were lost, separated by commas."""
    return read_amputations([part for one in text.split(",") if (part := one.strip())], field)


def _read_rule(
    entries: CalculateEntries,
    rate: Quantity,
    fraction: float | None,
    surface: str | None,
    problems: Problems,
) -> DoseRule:
    written = parts(rate.units)
    rounding = _read_rounding(entries, problems)
    count = None
    if written.per_day:
        count = problems.reading(read_count, entries.doses_a_day, "doses a day")
    by_weight, by_surface = written.body == KG, written.body == M2
    return DoseRule(
        rate=rate,
        weight_basis=cast("WeightBasis | None", entries.basis) if by_weight else None,
        ideal=entries.ideal if by_weight and entries.basis in _BY_IDEAL_WEIGHT else None,
        fraction=fraction if by_weight else None,
        surface=surface if by_surface else None,
        doses_a_day=count,
        cap=problems.reading(units.amount, entries.cap, "cap") if entries.cap else None,
        rounding=rounding,
    )


def _read_rounding(entries: CalculateEntries, problems: Problems) -> Rounding | None:
    step = problems.reading(units.amount, entries.step, "round to") if entries.step else None
    if step is not None and entries.rule is None:
        problems.add("rounding", "", why="is missing", accepted="choose to the nearest, down or up")
    if entries.rule is not None and not entries.step:
        problems.add("round to", "", why="is missing", write="the step, such as 50 mg")
    if step is None or entries.rule is None:
        return None
    return Rounding(step=step, rule=cast("RoundingRule", entries.rule))


def _listed(problems: Problems) -> tuple[Problem, ...]:
    try:
        problems.raise_if_any()
    except InputError as error:
        return error.problems
    return ()
