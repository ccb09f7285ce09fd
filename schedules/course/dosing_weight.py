"""By which weight each dose per kg goes: the regimen's own, or that of the place.

The place is the regimen's jurisdiction, else what the site decided, else the site's jurisdictions
in their order. Without a rule of one of them nothing changes.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from dosing.calculation.rule import DoseRule
from dosing.drugs.conditions import EXAMPLES
from dosing.drugs.drug import Drug
from dosing.drugs.weight_rule import WeightFormula, WeightRule
from dosing.errors import Problems
from dosing.formulas.body import BMI
from dosing.rounding import below
from dosing.trace import Finding, Source, note, stop, warn
from dosing.units import KG, KG_PER_M2, in_unit, parts
from schedules.course.facts import Known
from schedules.course.judge import holds_for
from schedules.knowledge.library import Library
from schedules.knowledge.medicine import Medicine
from schedules.knowledge.regimen import Regimen
from schedules.plans.plan import Plan

DoseRules = Mapping[tuple[str, str], DoseRule]
_EXAMPLES = {**EXAMPLES, "sex": "male or female"}
# What a rule goes by that must be known before there is a dose; a pregnancy is asked, never needed.
_NEEDED = ("height", "sex", "age")


_REASON = "actual weight because"


@dataclasses.dataclass(frozen=True, slots=True)
class _Place:
    """A rule with whose it is, its words and its source."""

    name: str
    formula: WeightFormula
    text: str
    source: Source
    from_day: dt.date | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Weighed:
    """Dose rules by the weight of the place, what is said of it, and the facts that it went by."""

    rules: DoseRules
    findings: tuple[Finding, ...]
    facts: frozenset[str]


def weigh(
    plan: Plan,
    regimen: Regimen,
    library: Library,
    medicines: Mapping[str, Sequence[Medicine]],
    rules: DoseRules,
    known: Known,
) -> Weighed:
    """Return the dose rules, each per kg by the weight that the place states for this patient.

    Args:
        plan: its site says where this is, its first day which rules hold already.
        regimen: whose jurisdiction comes before that of the site.
        library: the drug files with their rules, and the words that these use.
        medicines: what holds for the patient, by phase.
        rules: the dose rules by the regimen's own weights, by phase and name.
        known: all that is known of the patient.

    Raises:
        InputError: if a rule needs a measurement that was not entered.
    """
    found = dict(rules)
    findings: dict[str, Finding] = {}
    facts: set[str] = set()
    for phase, holding in medicines.items():
        for medicine in holding:
            drug, key = library.drug(medicine.drug), (phase, medicine.name)
            place = _place_of(plan, regimen, drug, medicine.route)
            if place is None or parts(rules[key].rate.units).body != KG:
                continue
            code = f"weight.place.{drug.id.replace('-', '_')}"
            if place.from_day is not None and plan.first_day < place.from_day:
                findings.setdefault(code, _too_early(place, drug, rules[key], code))
                continue
            chosen = _Choice(place, drug, rules[key], known, library)
            found[key] = chosen.rule
            facts |= chosen.facts
            for finding in chosen.findings(code):
                findings.setdefault(finding.code, finding)
    return Weighed(found, tuple(findings.values()), frozenset(facts))


def _place_of(plan: Plan, regimen: Regimen, drug: Drug, route: str) -> _Place | None:
    """Return the first rule of the regimen's own place, of the site, and of its jurisdictions."""
    own = [rule for rule in drug.dosing_weight if not rule.routes or route in rule.routes]
    by_place = {rule.jurisdiction: rule for rule in own}
    decided = plan.site.dosing_weight.get(drug.id)
    if regimen.jurisdiction in by_place:
        return _of_jurisdiction(by_place[regimen.jurisdiction], drug)
    if decided is not None:
        source = Source(cite=decided.source, place="site.yaml")
        return _Place("this site", decided, "the formula that this site states", source)
    here = (by_place[place] for place in plan.site.jurisdiction if place in by_place)
    return next((_of_jurisdiction(rule, drug) for rule in here), None)


def _of_jurisdiction(rule: WeightRule, drug: Drug) -> _Place:
    return _Place(
        rule.jurisdiction, rule, rule.text, drug.source(rule.source), from_day=rule.from_day
    )


def _too_early(place: _Place, drug: Drug, rule: DoseRule, code: str) -> Finding:
    """Return that the rule of a place is not yet in force on the first day."""
    text = (
        f"{drug.name}: {place.text} ({place.name}). This course begins before that day: it goes by "
        f"the {rule.weight_basis} weight of the regimen."
    )
    return note(code, text, place.source)


class _Choice:
    """What the rule of a place comes to for one medicine and one patient."""

    def __init__(
        self, place: _Place, drug: Drug, rule: DoseRule, known: Known, library: Library
    ) -> None:
        self._place, self._drug, self._known, self._own = place, drug, known, rule
        self._terms = library.terms
        self.facts: set[str] = set()
        self._unknown: list[str] = []
        self._reason = next((fact.value for fact in known.facts if fact.name == _REASON), "")
        self._pregnant = known.states["pregnant"]
        self.rule = self._chosen()

    def _chosen(self) -> DoseRule:
        formula, own = self._place.formula, self._own
        if formula.weight is None:
            return own
        decided = self._place.text if formula.weight == "actual" else ""
        why = decided or self._why_actual() or self._chosen_by_a_person()
        if why:
            because = f"{self._place.name}, {why}"
            return dataclasses.replace(
                own,
                weight_basis="actual",
                ideal=None,
                fraction=None,
                weight_because=because,
                weight_source=self._place.source,
            )
        self._refuse_missing()
        before = formula.before_pregnancy and self._pregnant is True
        if before:
            self.facts |= {"pregnant", "weight before pregnancy"}
        return dataclasses.replace(
            own,
            weight_basis=formula.weight,
            ideal=formula.ideal,
            fraction=formula.fraction,
            weight_because=f"{self._place.name}, {self._place.text}",
            before_pregnancy=before and self._known.patient.weight_before_pregnancy is not None,
            weight_source=self._place.source,
        )

    def _why_actual(self) -> str:
        """Return for which reason the rule takes the actual weight; nothing where it does not."""
        missing: list[str] = []
        for whom in self._place.formula.actual_for:
            holds, facts, unknown = holds_for(whom, self._known, self._terms)
            self.facts |= {fact.name for fact in facts}
            if holds:
                return str(whom)
            missing += unknown
        self._unknown = missing
        return self._below_bmi()

    def _chosen_by_a_person(self) -> str:
        """Return the written reason for the actual weight, where the rule leaves that open."""
        if not self._reason or not self._place.formula.actual_by_reason:
            return ""
        self.facts.add(_REASON)
        return f"chosen because {self._reason}"

    def _below_bmi(self) -> str:
        least, patient = self._place.formula.from_bmi, self._known.patient
        if least is None or patient.weight is None or patient.height is None:
            return ""
        index = BMI(weight=patient.whole(patient.weight), height=patient.height)
        light = below(in_unit(index, KG_PER_M2, "bmi"), least)
        return f"a body-mass index below {least:g} kg/m2" if light else ""

    def _refuse_missing(self) -> None:
        """Refuse to guess a measurement that the rule goes by."""
        problems, patient = Problems(), self._known.patient
        for field in _NEEDED:
            needed = field in self._unknown or field != "age"
            if needed and getattr(patient, field) is None:
                accepted = f"the dosing weight of {self._place.name} needs it"
                accepted += f"; write {_EXAMPLES[field]}"
                problems.add(field, "", why="is missing", accepted=accepted)
        problems.raise_if_any()
        self.facts |= {"height", "sex", "weight"}

    def findings(self, code: str) -> Iterator[Finding]:
        """Yield which weight is taken and why, and what of a pregnancy is not known."""
        place, rule, drug = self._place, self.rule, self._drug.name
        if place.formula.weight is None:
            text = (
                f"{drug}: {place.text} ({place.name}). Until site.yaml states the formula under "
                f"dosing_weight, this goes by the {rule.weight_basis} weight of the regimen."
            )
            yield note(code, text, place.source)
            return
        text = f"{drug}: dosed by the {rule.weight_basis} weight: {rule.weight_because}."
        if "pregnant" in self._unknown:
            text += " Not asked: pregnant; in pregnancy the actual weight counts."
        if rule.before_pregnancy:
            text += " The weight before the pregnancy went into it."
        yield note(code, text, place.source)
        if self._reason and _REASON not in self.facts and rule.weight_basis != "actual":
            text = (
                f"{drug}: the actual weight was chosen, which the rule of {place.name} does not "
                f"leave open: this goes by the {rule.weight_basis} weight."
            )
            yield warn("weight.actual_not_open", text, place.source)
        pregnant = place.formula.before_pregnancy and self._pregnant is True
        if pregnant and not rule.before_pregnancy and rule.weight_basis != "actual":
            text = (
                f"{drug}: {place.name} doses by the weight before the pregnancy. Enter it: "
                '--weight-before-pregnancy "70 kg".'
            )
            yield stop("weight.before_pregnancy", text, place.source)
