"""What the Plan screen asks: the patient, the regimen with its choices, and when."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import streamlit as st

from dosing.calculation.clearance import ESTIMATED_BY
from dosing.drugs.conditions import GENOTYPES
from dosing.errors import InputError, refuse
from dosing.formulas.formula import SEXES
from dosing.numbers import read_share
from dosing.units import show, show_share
from schedules.knowledge.choice import Choice
from schedules.knowledge.library import Library
from schedules.knowledge.regimen import Regimen, clock_words
from schedules.knowledge.site import read_clock, read_zone
from schedules.plans.plan import Plan
from screens.marks import (
    escaped,
    markdown_escaped,
)
from screens.parts.fields import (
    choice_field,
    date_said,
    pick_field,
    quantity_said,
    refill,
    size_field,
    text_field,
)
from screens.state.session import PlanEntries, Session

SCREEN = "plan"
_EXAMPLE = "rituximab-weekly"
_WORDS_FOR = {
    "age": "Age",
    "born": "Date of birth",
    "male": "Male",
    "female": "Female",
    "creatinine": "Creatinine",
    "cystatin C": "Cystatin C",
    "measured": "Measured",
}


def plan_form(kept: Session, knowledge: Library, today: dt.date) -> Regimen | None:
    """Ask for everything that a plan is made of, and give the regimen that was chosen."""
    # What comes and goes stands in a container of its own: a field that is pushed down by it would
    # be drawn anew, and lose what is being typed into it.
    with st.container(key="plan-patient"):
        _patient(kept.plan, today)
    with st.container(key="plan-what"):
        regimen = _regimen(kept.plan, knowledge)
        if regimen is not None:
            _needed_of_the_patient(kept.plan, regimen, knowledge)
            _choices(kept.plan, regimen)
            _other(kept.plan, regimen, knowledge)
    _when(kept.plan, regimen, knowledge, today)
    _buttons(kept, knowledge)
    return regimen


def _patient(entries: PlanEntries, today: dt.date) -> None:
    st.html('<h2 class="section">Patient</h2>')
    text_field(
        entries,
        "label",
        "Label, no name",
        screen=SCREEN,
        placeholder="ward-7",
        help_text="Tells this plan from others in a calendar: a bed, a study number. Never a name.",
    )
    choice_field(entries, "sex", "Sex", SEXES, screen=SCREEN, words=_WORDS_FOR.__getitem__)
    _age(entries, today)
    text_field(
        entries,
        "weight",
        "Weight",
        screen=SCREEN,
        placeholder="70 kg",
        understood=quantity_said("weight"),
        help_text="In kg, g or lb, always with the unit. A gram is a gram: 3500 g is 3.5 kg.",
    )
    text_field(
        entries,
        "height",
        "Height",
        screen=SCREEN,
        placeholder="175 cm",
        understood=quantity_said("height"),
        help_text="In cm, m, in or ft, always with the unit.",
    )
    size_field(entries, screen=SCREEN)
    with st.expander("More about the patient, optional", key="more-about-the-patient"):
        text_field(
            entries,
            "weight_on",
            "Weight measured on",
            screen=SCREEN,
            placeholder="2026-11-19",
            understood=date_said("weight measured on", today),
        )
        text_field(
            entries,
            "creatinine",
            "Creatinine",
            screen=SCREEN,
            placeholder="80 umol/L",
            understood=quantity_said("creatinine"),
            help_text="In umol/L or mg/dL.",
        )
        text_field(
            entries,
            "conditions",
            "Other diseases",
            screen=SCREEN,
            placeholder="myasthenia gravis, dialysis",
            help_text="With commas. What a drug of the regimen does to one of them is said.",
        )
        text_field(
            entries,
            "takes",
            "Other drugs taken",
            screen=SCREEN,
            placeholder="valproate, carbamazepine",
            help_text="With commas. Interactions that the drug files name are said.",
        )


def _age(entries: PlanEntries, today: dt.date) -> None:
    key = f"{SCREEN}-age_or_born"
    if key not in st.session_state:
        st.session_state[key] = entries.age_or_born
    entries.age_or_born = st.radio(
        "Age or date of birth",
        ["age", "born"],
        key=key,
        horizontal=True,
        format_func=_WORDS_FOR.__getitem__,
        label_visibility="collapsed",
    )
    if entries.age_or_born == "age":
        text_field(
            entries,
            "age",
            "Age",
            screen=SCREEN,
            placeholder="48 years",
            understood=quantity_said("age"),
        )
    else:
        text_field(
            entries,
            "born",
            "Date of birth",
            screen=SCREEN,
            placeholder="1978-05-14",
            understood=date_said("date of birth", today),
        )


def _regimen(entries: PlanEntries, knowledge: Library) -> Regimen | None:
    st.html('<h2 class="section">Regimen</h2>')

    def words(name: str) -> str:
        regimen = knowledge.regimens[name]
        return f"{regimen.title} ({', '.join(regimen.for_)})"

    chosen = pick_field(
        entries,
        "regimen",
        "Search a disease or drug",
        list(knowledge.regimens),
        screen=SCREEN,
        words=words,
        placeholder="Choose a regimen",
    )
    if not chosen:
        return None
    regimen = knowledge.regimens[chosen]
    st.html(f'<p class="echo">For {escaped(", ".join(regimen.for_))}</p>')
    return regimen


def _needed_of_the_patient(entries: PlanEntries, regimen: Regimen, knowledge: Library) -> None:
    """Ask for the kidney and the genotype, only where the regimen or one of its drugs needs them.

    What was typed for another regimen stays, and is asked for again where it is needed.
    """
    bands = [*regimen.bands()]
    bands += [p.when for name in regimen.drugs for p in knowledge.drug(name).adjustments if p.when]
    if any(band.genotype is not None for band in bands):
        choice_field(
            entries,
            "genotype",
            "TPMT and NUDT15",
            GENOTYPES,
            screen=SCREEN,
            words=str.capitalize,
            horizontal=False,
            help_text="Both intermediate: one in each gene. Poor: no working copy of one of them.",
        )
    if regimen.clearance is None:
        return
    text_field(
        entries,
        "clearance",
        "Clearance, if one is known",
        screen=SCREEN,
        placeholder="42 mL/min",
        understood=quantity_said("clearance"),
        help_text="Best from cystatin C, in mL/min or mL/min/1.73m2. Left empty, it is calculated "
        "from the creatinine, under More about the patient.",
    )
    if entries.clearance:
        choice_field(
            entries,
            "clearance_by",
            "It was estimated from",
            ESTIMATED_BY,
            screen=SCREEN,
            words=lambda word: _WORDS_FOR.get(word, word),
        )


def _choices(entries: PlanEntries, regimen: Regimen) -> None:
    for choice in regimen.choices:
        chosen = entries.choices.setdefault(regimen.id, {})
        regimen_choice(chosen, regimen, choice, screen=f"{SCREEN}-{regimen.id}")


def regimen_choice(
    chosen: dict[str, str | None], regimen: Regimen, choice: Choice, *, screen: str
) -> None:
    """Ask for one choice of a regimen, with nothing chosen beforehand."""
    optional = " (optional)" if choice.optional_with else ""
    label = markdown_escaped(f"{choice.ask}{optional}")
    source = f"{choice.accepted}. Source: {regimen.source(choice.source)}"
    help_text = markdown_escaped(source[:1].upper() + source[1:])
    if choice.options:
        choice_field(
            chosen,
            choice.name,
            label,
            choice.options,
            screen=screen,
            help_text=help_text,
            horizontal=not choice.words,
        )
        return
    text_field(
        chosen,
        choice.name,
        label,
        screen=screen,
        help_text=help_text,
        placeholder=choice.accepted.removeprefix("write "),
        understood=lambda text: f"= {choice.read(text)}",
    )


def _other(entries: PlanEntries, regimen: Regimen, knowledge: Library) -> None:
    """Ask for what departs from the regimen, and for what was given before it."""
    doses = [medicine.dose for phase in regimen.phases for medicine in phase.medicines]
    with st.expander("Another dose than the regimen's, optional", key="another-dose"):
        text_field(
            entries,
            "other_dose",
            "Another dose",
            screen=SCREEN,
            placeholder=", ".join(dict.fromkeys(map(show, doses))),
            understood=quantity_said("dose"),
            help_text="It is held to the limits of the drug and marked on every output.",
        )
    if regimen.drugs:
        with st.expander("A part of the standard dose, optional", key="a-part-of-the-dose"):
            _adjust(entries, regimen, knowledge)
    counted = [knowledge.drug(name) for name in regimen.drugs]
    for drug in counted:
        if any(limit.per == "lifetime" for limit in drug.limits):
            with st.expander("Given before this course, optional", key=f"earlier-{drug.id}"):
                text_field(
                    entries.earlier,
                    drug.id,
                    markdown_escaped(f"{drug.name} so far, in all"),
                    screen=f"{SCREEN}-earlier",
                    placeholder="0.5 g",
                    understood=quantity_said("amount"),
                    help_text="Added to this course for the total in a lifetime.",
                )


def _adjust(entries: PlanEntries, regimen: Regimen, knowledge: Library) -> None:
    """Ask for a part of each drug's standard dose, and why."""
    for name in regimen.drugs:
        text_field(
            entries.adjust,
            name,
            markdown_escaped(f"Part of {knowledge.drug(name).name}"),
            screen=f"{SCREEN}-adjust",
            placeholder="75 %, 0.75 or three quarters",
            understood=_part_said,
            help_text="A step of its own in the derivation; what the drug file proposes is said.",
        )
    if any(entries.adjust.get(name) for name in regimen.drugs):
        text_field(
            entries,
            "adjust_reason",
            "Why it is adjusted",
            screen=SCREEN,
            placeholder="allopurinol",
        )


def _part_said(text: str) -> str:
    return f"= {show_share(read_share(text))} of the standard dose"


def _when(
    entries: PlanEntries, regimen: Regimen | None, knowledge: Library, today: dt.date
) -> None:
    st.html('<h2 class="section">When</h2>')
    text_field(
        entries,
        "first_day",
        "First day",
        screen=SCREEN,
        placeholder="2026-11-30",
        understood=date_said("first day", today),
        help_text="Written 2026-11-30 or 30-Nov-2026, so that day and month cannot be exchanged.",
    )
    if regimen is None:
        return
    site = knowledge.site
    with st.expander("Other clock times or time zone, optional", key="other-times"):
        for word in clock_words(regimen):
            text_field(
                entries.times,
                word,
                markdown_escaped(f"Time of {word}"),
                screen=f"{SCREEN}-time",
                placeholder=site.times.get(word, ""),
                understood=_clock_said,
                help_text="This site's time stands in the field; another one is for this plan.",
            )
        text_field(
            entries,
            "zone",
            "Time zone",
            screen=SCREEN,
            placeholder=site.zone,
            understood=lambda text: f"= {read_zone(text).key}",
            help_text="This site's zone stands in the field.",
        )


def _clock_said(text: str) -> str:
    try:
        return f"= {read_clock(text):%H:%M}"
    except ValueError:
        refuse("time", text, why="is not a clock time", write="09:00")


def _buttons(kept: Session, knowledge: Library) -> None:
    with st.container(horizontal=True, gap="small"):
        st.button("Try an example", on_click=_fill_example, args=(kept, knowledge), key="example")
        st.button("Clear all", on_click=_clear, args=(kept,), key="clear", type="tertiary")
    with st.expander("Open a saved plan", key="open-a-plan"):
        st.file_uploader(
            "Plan file",
            type="json",
            key=f"upload-{kept.uploads}",
            on_change=_open,
            args=(kept, knowledge),
        )
        if kept.opened_problems:
            items = "".join(f"<li>{escaped(line)}</li>" for line in kept.opened_problems)
            st.html(f'<div role="alert"><p>This file was not opened.</p><ul>{items}</ul></div>')


def _fill_example(kept: Session, knowledge: Library) -> None:
    name = kept.plan.regimen or (
        _EXAMPLE if _EXAMPLE in knowledge.regimens else next(iter(knowledge.regimens))
    )
    example = knowledge.regimens[name].examples[0]
    patient = example.patient
    _take(
        kept,
        PlanEntries(
            label="example",
            sex=patient.get("sex"),
            age=patient.get("age", ""),
            weight=patient.get("weight", ""),
            height=patient.get("height", ""),
            creatinine=patient.get("creatinine", ""),
            clearance=patient.get("clearance", ""),
            clearance_by=patient.get("clearance_by"),
            genotype=patient.get("genotype"),
            regimen=name,
            choices={name: dict(example.choose)},
            first_day=example.start.isoformat(),
        ),
        knowledge.regimens[name],
    )


def _clear(kept: Session) -> None:
    _take(kept, PlanEntries(), None)


def _take(
    kept: Session, entries: PlanEntries, regimen: Regimen | None, opened: Plan | None = None
) -> None:
    """Put a whole form in the place of what was typed; nothing of another patient stays."""
    kept.plan = entries
    kept.seen = {}
    kept.opened = opened
    kept.opened_problems = ()
    texts: dict[str, Any] = {
        f"{SCREEN}-{field.name}": getattr(entries, field.name)
        for field in dataclasses.fields(entries)
        if field.name not in {"choices", "earlier", "times", "size_confirmed", "adjust"}
    }
    if regimen is not None:
        chosen = entries.choices.setdefault(regimen.id, {})
        for choice in regimen.choices:
            empty = None if choice.options else ""
            if choice.options and chosen.get(choice.name):
                # A file may write 4 weeks where the option reads 28 days.
                chosen[choice.name] = str(choice.read(str(chosen[choice.name])))
            texts[f"{SCREEN}-{regimen.id}-{choice.name}"] = chosen.get(choice.name) or empty
        for drug in regimen.drugs:
            texts[f"{SCREEN}-earlier-{drug}"] = entries.earlier.get(drug) or ""
            texts[f"{SCREEN}-adjust-{drug}"] = entries.adjust.get(drug) or ""
        for word in clock_words(regimen):
            texts[f"{SCREEN}-time-{word}"] = entries.times.get(word) or ""
    kept.opened_entries = typed_entries(entries) if opened else {}
    refill(SCREEN, texts)
    for key in list(st.session_state):
        if isinstance(key, str) and key.startswith("seen-"):
            st.session_state[key] = "" if isinstance(st.session_state[key], str) else False


def typed_entries(entries: PlanEntries) -> dict[str, Any]:
    """Give what is typed without what is empty, to tell whether anything was changed."""

    def without_empty(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: kept for key, part in value.items() if (kept := without_empty(part))}
        return value.strip() if isinstance(value, str) else value

    return dict(without_empty(dataclasses.asdict(entries)))


def _open(kept: Session, knowledge: Library) -> None:
    """Open an uploaded plan file; what is wrong with it is said beneath the field."""
    upload = st.session_state.get(f"upload-{kept.uploads}")
    if upload is None:
        return
    try:
        plan = Plan.from_json(upload.getvalue().decode("utf-8"))
    except UnicodeDecodeError:
        kept.opened_problems = ("plan file: is not text; give a plan file that was saved here",)
        return
    except InputError as error:
        kept.opened_problems = tuple(map(str, error.problems))
        return
    patient = plan.patient
    measured = f"{patient.weight.strip()} at {patient.height.strip()}"
    _take(
        kept,
        PlanEntries(
            label=patient.label,
            sex=patient.sex or None,
            age=patient.age,
            age_or_born="born" if patient.born else "age",
            born=patient.born.isoformat() if patient.born else "",
            weight=patient.weight,
            weight_on=patient.weight_on.isoformat() if patient.weight_on else "",
            height=patient.height,
            creatinine=patient.creatinine,
            clearance=patient.clearance,
            clearance_by=patient.clearance_by or None,
            genotype=patient.genotype or None,
            adjust={entry.drug: entry.part for entry in plan.adjustments},
            adjust_reason=plan.adjustments[0].reason if plan.adjustments else "",
            conditions=", ".join(patient.conditions),
            takes=", ".join(patient.takes),
            size_confirmed=measured if patient.size_confirmed else "",
            earlier=dict(patient.earlier),
            regimen=plan.regimen.id,
            choices={plan.regimen.id: dict(plan.choices)},
            other_dose=plan.dose,
            first_day=plan.first_day.isoformat(),
            zone=plan.zone,
            times=dict(plan.site.times),
        ),
        knowledge.regimens.get(plan.regimen.id),
        opened=plan,
    )
    kept.uploads += 1
