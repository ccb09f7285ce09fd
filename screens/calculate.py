"""The Calculate screen: a dose without a regimen, and every size of a body side by side."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, cast

import streamlit as st

from dosing import units
from dosing.calculation.calculate import Dose, calculate
from dosing.calculation.rule import DoseRule, Rounding, WeightBasis
from dosing.drugs.drug import Drug
from dosing.errors import InputError, Problem, Problems
from dosing.formulas.body import ADJUSTED_WEIGHT, BMI, BSA, IDEAL_WEIGHT, LEAN_WEIGHT
from dosing.formulas.formula import SEXES, Formula
from dosing.formulas.renal import CAUTION, CREATININE_CLEARANCE, EGFR
from dosing.numbers import read_count, read_fraction
from dosing.patient import Patient, implausible
from dosing.rounding import ROUNDING_RULES, RoundingRule, deviation
from dosing.trace import SHOWN_DIGITS, Finding, stops
from dosing.units import KG, M2, Quantity, parts, show, show_percent, show_share
from schedules.knowledge.library import Library
from screens.marks import escaped, findings_list, ink, source_mark, table
from screens.parts.card import needed_panel, steps_table, stop_panel, unbroken, warn_lines
from screens.parts.charts import filled, surfaces_form
from screens.parts.fields import choice_field, pick_field, quantity_said, size_field, text_field
from screens.state.knowledge import library as read_knowledge
from screens.state.session import CalculateEntries, session

_SCREEN = "calculate"
_SEX = {"male": "Male", "female": "Female"}
_BASES: dict[str, str] = {
    "actual": "Actual",
    "ideal": "Ideal",
    "adjusted": "Adjusted",
    "lean": "Lean",
}
_RULES = {"nearest": "To the nearest", "down": "Down", "up": "Up"}
_ROW = 34


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What could be read of the form; problems hold what could not."""

    patient: Patient
    rate: Quantity | None
    fraction: float | None
    rule: DoseRule | None
    drug: Drug | None
    problems: tuple[Problem, ...]

    @property
    def given(self) -> dict[str, Any]:
        """Give the measurements by the names that the formulas use."""
        patient = self.patient
        return {
            "weight": patient.weight,
            "height": patient.height,
            "sex": patient.sex,
            "age": patient.age,
            "creatinine": patient.creatinine,
        }


def main() -> None:
    """Show the screen: measurements and rate on the left, every result on the right."""
    kept, knowledge = session(), read_knowledge()
    st.html('<h1 class="hidden">Calculate a dose and the sizes of a body</h1>')
    left, right = st.columns([10, 23], gap="large")
    with left, st.container(key="calculate-form"):
        _patient(kept.calculate)
        _dose_fields(kept.calculate, knowledge)
    asked = _read(kept.calculate, knowledge)
    with right:
        _results(kept.calculate, asked, knowledge)


# What is asked


def _patient(entries: CalculateEntries) -> None:
    st.html('<h2 class="section">Patient</h2>')
    text_field(
        entries,
        "weight",
        "Weight",
        screen=_SCREEN,
        placeholder="70 kg",
        understood=quantity_said("weight"),
    )
    text_field(
        entries,
        "height",
        "Height",
        screen=_SCREEN,
        placeholder="175 cm",
        understood=quantity_said("height"),
    )
    size_field(entries, screen=_SCREEN)
    choice_field(entries, "sex", "Sex", SEXES, screen=_SCREEN, words=_SEX.__getitem__)
    text_field(
        entries,
        "age",
        "Age",
        screen=_SCREEN,
        placeholder="48 years",
        understood=quantity_said("age"),
    )
    text_field(
        entries,
        "creatinine",
        "Creatinine",
        screen=_SCREEN,
        placeholder="80 umol/L",
        understood=quantity_said("creatinine"),
    )
    text_field(
        entries,
        "fraction",
        "Share of the excess in the adjusted weight",
        screen=_SCREEN,
        placeholder="0.4",
        understood=lambda text: f"= {read_fraction(text, 'share'):g}",
        help_text="Adjusted weight is ideal weight plus this share of what is above it. "
        "By convention 0.4; it is not filled in for you.",
    )


def _dose_fields(entries: CalculateEntries, knowledge: Library) -> None:
    st.html('<h2 class="section">Dose</h2>')
    text_field(
        entries,
        "rate",
        "Dose rate",
        screen=_SCREEN,
        placeholder="375 mg/m2",
        understood=quantity_said("dose"),
        help_text="An amount per kg, per m2 or per day, or a flat amount such as 600 mg.",
    )
    rate = _quiet(units.dose, entries.rate)
    written = parts(rate.units) if rate is not None else None
    if written is not None and written.body == KG:
        choice_field(
            entries,
            "basis",
            "Dosing weight",
            list(_BASES),
            screen=_SCREEN,
            words=_BASES.__getitem__,
        )
    if written is not None and written.per_day:
        text_field(
            entries,
            "doses_a_day",
            "Doses a day",
            screen=_SCREEN,
            placeholder="1",
            understood=lambda text: f"= {read_count(text, 'doses a day')}",
        )
    pick_field(
        entries,
        "surface",
        "Surface formula",
        list(BSA),
        screen=_SCREEN,
        words=lambda name: BSA[name].title,
        placeholder="Choose a formula",
    )
    pick_field(
        entries,
        "ideal",
        "Ideal weight formula",
        list(IDEAL_WEIGHT),
        screen=_SCREEN,
        words=lambda name: IDEAL_WEIGHT[name].title,
        placeholder="Choose a formula",
    )
    with st.expander("Cap, rounding, limits of a drug (optional)", key="calculate-more"):
        text_field(
            entries,
            "cap",
            "Cap of one dose",
            screen=_SCREEN,
            placeholder="1200 mg",
            understood=quantity_said("amount"),
        )
        text_field(
            entries,
            "step",
            "Round to",
            screen=_SCREEN,
            placeholder="50 mg",
            understood=quantity_said("amount"),
        )
        choice_field(
            entries, "rule", "Rounding", ROUNDING_RULES, screen=_SCREEN, words=_RULES.__getitem__
        )
        drug = pick_field(
            entries,
            "drug",
            "Hold to the limits of",
            list(knowledge.drugs),
            screen=_SCREEN,
            words=lambda name: knowledge.drugs[name].name,
            placeholder="Choose a drug",
        )
        if drug is None:
            entries.route = None
            return
        routes = _routes(knowledge.drugs[drug])
        pick_field(entries, "route", "Route", routes, screen=_SCREEN, placeholder="Choose a route")


def _routes(drug: Drug) -> list[str]:
    named = [route for product in drug.products for route in product.routes]
    return list(dict.fromkeys([*named, *(route for lim in drug.limits for route in lim.routes)]))


def _quiet(reader: Any, text: str) -> Any:
    """Read a text whose problem is already said beneath its field."""
    return Problems().reading(reader, text) if text else None


def _read(entries: CalculateEntries, knowledge: Library) -> _Asked:
    problems = Problems()

    def reading(reader: Any, text: str, field: str) -> Any:
        return problems.reading(reader, text, field) if text else None

    patient = Patient(
        weight=reading(units.weight, entries.weight, "weight"),
        height=reading(units.height, entries.height, "height"),
        age=reading(units.age, entries.age, "age"),
        creatinine=reading(units.creatinine, entries.creatinine, "creatinine"),
        sex=entries.sex,
        size_confirmed=bool(entries.size_confirmed),
    )
    fraction = reading(read_fraction, entries.fraction, "share of the excess")
    rate = reading(units.dose, entries.rate, "dose rate")
    rule = None
    if rate is not None:
        rule = _rule(entries, rate, fraction, problems)
    drug = knowledge.drugs[entries.drug] if entries.drug else None
    if drug is not None and entries.route is None:
        problems.add(
            "route", "", why="is missing", accepted=f"the limits of {drug.name} hold for a route"
        )
    return _Asked(
        patient=patient,
        rate=rate,
        fraction=fraction,
        rule=rule,
        drug=drug,
        problems=_found(problems),
    )


def _rule(
    entries: CalculateEntries, rate: Quantity, fraction: float | None, problems: Problems
) -> DoseRule:
    written = parts(rate.units)
    step = problems.reading(units.amount, entries.step, "round to") if entries.step else None
    if step is not None and entries.rule is None:
        problems.add("rounding", "", why="is missing", accepted="choose to the nearest, down or up")
    if entries.rule is not None and not entries.step:
        problems.add("round to", "", why="is missing", write="the step, such as 50 mg")
    count = None
    if written.per_day:
        count = problems.reading(read_count, entries.doses_a_day, "doses a day")
    by_weight, by_surface = written.body == KG, written.body == M2
    return DoseRule(
        rate=rate,
        weight_basis=cast("WeightBasis | None", entries.basis) if by_weight else None,
        ideal=entries.ideal if by_weight else None,
        fraction=fraction if by_weight else None,
        surface=entries.surface if by_surface else None,
        doses_a_day=count,
        cap=problems.reading(units.amount, entries.cap, "cap") if entries.cap else None,
        rounding=Rounding(step=step, rule=cast("RoundingRule", entries.rule))
        if step is not None and entries.rule is not None
        else None,
    )


def _found(problems: Problems) -> tuple[Problem, ...]:
    try:
        problems.raise_if_any()
    except InputError as error:
        return error.problems
    return ()


# What follows from it


def _results(entries: CalculateEntries, asked: _Asked, knowledge: Library) -> None:
    patient = asked.patient
    nothing = patient.weight is None and patient.height is None and asked.rate is None
    if nothing and not asked.problems:
        st.html(
            '<section class="panel empty"><h2>A dose without a regimen</h2>'
            "<p>Write a weight and a height, each with its unit: the body surface stands here by "
            "every formula, with ideal, adjusted and lean weight. Write a dose rate, such as "
            "375 mg/m2, and the dose stands on top with every step.</p></section>"
        )
        return
    impossible = stops(implausible(patient))
    if impossible:
        for finding in impossible:
            st.html(stop_panel(finding))
        return
    _dose(entries, asked, knowledge)
    _surfaces(entries, asked)
    _weights(asked)
    _kidney(asked)


def _dose(entries: CalculateEntries, asked: _Asked, knowledge: Library) -> None:
    if asked.rule is None or asked.problems:
        if asked.problems:
            st.html(needed_panel(asked.problems, {}))
        return
    tolerance = knowledge.site.rounding_tolerance_percent / 100
    try:
        dose = calculate(
            asked.rule,
            asked.patient,
            drug=asked.drug,
            route=entries.route or "",
            tolerance=tolerance,
        )
    except InputError as error:
        asked_for = {
            "surface": "surface formula",
            "weight basis": "dosing weight",
            "fraction": "share of the excess",
        }
        st.html(needed_panel(error.problems, asked_for))
        return
    if stops(dose.findings):
        for finding in stops(dose.findings):
            st.html(stop_panel(finding))
        st.html('<p class="quiet">No dose is shown while this stands.</p>')
        return
    _card(entries, asked, dose)
    for finding in dose.findings:
        if finding.level == "WARN":
            st.html(f'<section class="panel warn">{warn_lines(finding)}</section>')
    findings_list([finding for finding in dose.findings if finding.level == "NOTE"])


def _card(entries: CalculateEntries, asked: _Asked, dose: Dose) -> None:
    facts = []
    if asked.rule is not None and asked.rule.rounding is not None:
        reference = show(dose.reference, SHOWN_DIGITS)
        facts.append(escaped(f"{show_percent(float(dose.deviation))} from {reference}"))
    else:
        facts.append("not rounded")
    if any(step.what == "second calculation" for step in dose.steps):
        facts.append('<span class="yes" aria-hidden="true">✓</span> second calculation agrees')
    if asked.drug is not None:
        facts.append(escaped(f"held to the limits of {asked.drug.name}, {entries.route}"))
    else:
        facts.append("held to no drug's limits: none is chosen")
    rate = show(asked.rate) if asked.rate is not None else ""
    items = "".join(f"<li>{fact}</li>" for fact in facts)
    with st.container(key="answer", gap="small"):
        st.html(
            f'<section class="group"><p class="phase">{escaped(rate)}</p>'
            f'<p class="dose">{unbroken([show(dose.amount, SHOWN_DIGITS)])}</p>'
            f'<ul class="facts">{items}</ul></section>'
        )
        with st.expander("How this number came about", expanded=True, key="calculate-derivation"):
            st.html(steps_table(dose.steps))


def _surfaces(entries: CalculateEntries, asked: _Asked) -> None:
    """Show the body surface by every formula on one scale, and as a table."""
    if asked.patient.weight is None:
        return
    found = _values(BSA, asked.given)
    st.html('<h2 class="section">Body surface, by every formula</h2>')
    if not any(found.values()):
        st.html('<p class="quiet">Needs a height.</p>')
        return
    by_size = sorted(
        ((name, value) for name, value in found.items() if value is not None),
        key=lambda pair: float(pair[1].magnitude),
    )
    (_, least), (_, most) = by_size[0], by_size[-1]
    above = show_share(float(deviation(most, least)))
    st.html(
        f'<p class="quiet">{escaped(show(least, 4))} to {escaped(show(most, 4))}: the largest is '
        f"{escaped(above)} above the smallest.</p>"
    )
    chosen = entries.surface
    values = [
        {
            "formula": BSA[name].title,
            "m2": float(value.magnitude),
            "text": show(value, SHOWN_DIGITS),
            "chosen": "chosen" if name == chosen else "other",
        }
        for name, value in by_size
    ]
    st.vega_lite_chart(
        spec=filled(
            surfaces_form(
                tuple(BSA[name].title for name, _ in by_size), ink(), named=chosen is not None
            ),
            {"surfaces": values},
        ),
        alt="Body surface by formula as dots on one scale. The table beneath says the same.",
        width="stretch",
    )
    rate = asked.rate if asked.rate is not None and parts(asked.rate.units).body == M2 else None
    rows = []
    for name, formula in BSA.items():
        row = _formula_row(formula, found[name], asked.given, chosen=name == chosen)
        if rate is not None:
            row.insert(2, _would_be(asked, surface=name))
        rows.append(row)
    head = ["Formula", "Surface", *(["Dose"] if rate is not None else []), "Made for", "Source"]
    st.html(table(head, rows, caption="Body surface by every formula"))


def _weights(asked: _Asked) -> None:
    """Show ideal, adjusted and lean weight, and what each would mean for a dose per kg."""
    patient = asked.patient
    if patient.height is None and patient.weight is None:
        return
    st.html('<h2 class="section">Ideal, adjusted and lean weight</h2>')
    per_kg = asked.rate is not None and parts(asked.rate.units).body == KG
    given = asked.given
    rows: list[list[str]] = []

    def add(title: str, value: Quantity | None, formula: Formula | None, **basis: Any) -> None:
        row = _formula_row(formula, value, given, title=title)
        if per_kg:
            row.insert(2, _would_be(asked, **basis) if value is not None else "")
        rows.append(row)

    add("Actual", patient.weight, None, weight_basis="actual")
    ideals = _values(IDEAL_WEIGHT, given)
    for name, formula in IDEAL_WEIGHT.items():
        add(f"Ideal, {formula.title}", ideals[name], formula, weight_basis="ideal", ideal=name)
    if asked.fraction is not None and patient.weight is not None:
        for name, formula in IDEAL_WEIGHT.items():
            ideal = ideals[name]
            adjusted = None
            if ideal is not None:
                adjusted = _quiet_value(
                    ADJUSTED_WEIGHT,
                    {"actual": patient.weight, "ideal": ideal, "fraction": asked.fraction},
                )
            add(
                f"Adjusted by {asked.fraction:g}, {formula.title}",
                adjusted,
                ADJUSTED_WEIGHT,
                weight_basis="adjusted",
                ideal=name,
                fraction=asked.fraction,
            )
    for name, value in _values(LEAN_WEIGHT, given).items():
        add(f"Lean, {LEAN_WEIGHT[name].title}", value, LEAN_WEIGHT[name], weight_basis="lean")
    head = ["Weight", "Value", *(["Dose"] if per_kg else []), "Made for", "Source"]
    st.html(table(head, rows, caption="Ideal, adjusted and lean weight"))
    if asked.fraction is None:
        st.html(
            '<p class="quiet">Adjusted weight needs its share of the excess, on the left. '
            "Below the ideal weight a dose uses the actual one.</p>"
        )
    index = _quiet_value(BMI, given)
    if index is not None:
        st.html(f"<p>Body-mass index <strong>{unbroken([show(index, 3)])}</strong></p>")


def _kidney(asked: _Asked) -> None:
    """Show kidney function, always with its caution."""
    if asked.patient.creatinine is None:
        return
    st.html('<h2 class="section">Kidney function</h2>')
    given = asked.given
    rows = [
        _formula_row(formula, value, given)
        for formulas in (CREATININE_CLEARANCE, EGFR)
        for formula, value in zip(formulas.values(), _values(formulas, given).values(), strict=True)
    ]
    st.html(table(["Equation", "Value", "Made for", "Source"], rows, caption="Kidney function"))
    findings_list([CAUTION])


def _formula_row(
    formula: Formula | None,
    value: Quantity | None,
    given: Mapping[str, Any],
    *,
    title: str = "",
    chosen: bool = False,
) -> list[str]:
    """Give title, value, population with what lies outside it, and source of one formula."""
    name = escaped(title or (formula.title if formula else ""))
    if chosen:
        name = f'{name} <span class="badge status">chosen</span>'
    if formula is None:
        return [name, _shown(value), "", "as measured"]
    if value is None:
        lacking = [field for field in formula.inputs if given.get(field) is None]
        needs = ", ".join(lacking) if set(lacking) <= set(given) else "what it is made from"
        return [
            name,
            f'<span class="quiet">needs {escaped(needs)}</span>',
            escaped(formula.population),
            source_mark(formula.source),
        ]
    outside: tuple[Finding, ...] = formula.outside(**given)
    made_for = escaped(formula.population)
    if outside:
        said = "; ".join(escaped(finding.text) for finding in outside)
        made_for += f'<br><span class="outside">Outside its range. {said}</span>'
    return [name, _shown(value), made_for, source_mark(formula.source)]


def _shown(value: Quantity | None) -> str:
    return "" if value is None else f"<strong>{unbroken([show(value, 4)])}</strong>"


def _values(
    formulas: Mapping[str, Formula], given: Mapping[str, Any]
) -> dict[str, Quantity | None]:
    return {name: _quiet_value(formula, given) for name, formula in formulas.items()}


def _quiet_value(formula: Formula, given: Mapping[str, Any]) -> Quantity | None:
    """Give the value, or None where a measurement that it needs is missing."""
    return Problems().reading(formula, **given)


def _would_be(asked: _Asked, **changes: Any) -> str:
    """Give the dose of the same rate by another measure of the same body."""
    if asked.rule is None:
        return ""
    dose = Problems().reading(calculate, dataclasses.replace(asked.rule, **changes), asked.patient)
    if dose is None or stops(dose.findings):
        return ""
    return unbroken([show(dose.amount, SHOWN_DIGITS)])


main()
