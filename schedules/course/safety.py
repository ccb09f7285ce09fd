"""Whom the drugs of a plan meet: the eight questions, what was asked, what each fact led to.

The answers are data of the drug files. What was not entered is never taken for "no": it is named,
for each drug once, as a NOTE.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence

from dosing.calculation.calculate import calculate
from dosing.calculation.rule import DoseRule
from dosing.drugs.drug import Drug
from dosing.drugs.safety import (
    NO_SOURCE,
    NOT_ANSWERED,
    QUESTIONS,
    SEE_ADJUSTMENTS,
    Answer,
    Question,
    Whom,
    code_word,
)
from dosing.plausibility import PROPOSED
from dosing.trace import TYPED, Finding, note, stop
from dosing.units import show
from schedules.course.facts import Known
from schedules.course.judge import Judge, Judgement, Own, implied_by
from schedules.course.known_facts import Fact, Used
from schedules.course.ledger import Ledger, LedgerLine
from schedules.course.organs import about_the_kidney, about_the_liver
from schedules.knowledge.library import Library
from schedules.knowledge.medicine import Medicine
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.terms import Terms

_DIGITS = 5
_OF_EVERYBODY = Judgement(True)
NOT_ASKED = "not asked"
NOT_KNOWN = "not known here: "


@dataclasses.dataclass(frozen=True, slots=True)
class Screening:
    """What the eight questions come to for one regimen and one patient."""

    findings: tuple[Finding, ...] = ()
    ledger: tuple[LedgerLine, ...] = ()
    questions: Mapping[str, Mapping[str, str]] = dataclasses.field(default_factory=dict)


def check_safety(
    regimen: Regimen,
    library: Library,
    known: Known,
    medicines: Mapping[str, Sequence[Medicine]],
    rules: Mapping[tuple[str, str], DoseRule],
    dosed_by: Iterable[str] = (),
    used: Iterable[Used] = (),
) -> Screening:
    """Ask the eight questions of each drug of a regimen.

    Args:
        regimen: whose drugs are looked at, and which may be for some only.
        library: the drug files, and the words that they use.
        known: all that is known of the patient.
        medicines: what holds for the patient, by phase.
        rules: the dose rule of each medicine, by phase and name.
        dosed_by: the names of the facts that the doses themselves go by.
        used: what other checks looked at, and found.
    """
    ledger = Ledger(known, regimen, set(dosed_by))
    for one in used:
        ledger.used(one.facts, one.by, one.finding.code)
    findings = [*known.unknown.values(), *_only_for(regimen, library.terms, known, ledger)]
    questions: dict[str, dict[str, str]] = {}
    own = implied_by(regimen, library.terms)
    for name in regimen.drugs:
        given = [
            (medicine, rules.get((phase, medicine.name)))
            for phase, holding in medicines.items()
            for medicine in holding
            if medicine.drug == name
        ]
        judge = Judge(known, library.terms, own, name)
        routes = _routes(regimen, name, {medicine.route for medicine, _ in given})
        asked = _DrugQuestions(library.drug(name), given, routes, judge, ledger)
        findings += asked.findings()
        questions[name] = asked.in_words
    findings += about_the_kidney(regimen, library, known, medicines)
    findings += about_the_liver(regimen, library, known)
    return Screening(tuple(findings), ledger.lines(), questions)


def _routes(regimen: Regimen, drug: str, holding: set[str]) -> set[str]:
    """Return the routes by which a patient has a drug.

    For whom no dose is stated a rule of the drug holds all the same: by every route of the regimen.
    """
    by_need = {one.route for p in regimen.phases for one in p.as_required if one.drug == drug}
    every = {one.route for p in regimen.phases for one in p.medicines if one.drug == drug}
    return (holding or every) | by_need


class _DrugQuestions:
    """The eight questions of one drug."""

    def __init__(
        self,
        drug: Drug,
        given: Sequence[tuple[Medicine, DoseRule | None]],
        routes: set[str],
        judge: Judge,
        ledger: Ledger,
    ) -> None:
        self._drug, self._given, self._judge, self._ledger = drug, given, judge, ledger
        self._routes = routes
        self._known = judge.known
        self.in_words: dict[str, str] = {}

    def findings(self) -> list[Finding]:
        """Return what the answers come to, and one NOTE of what was not asked."""
        found: list[Finding] = []
        not_asked: list[str] = []
        unanswered: list[str] = []
        for question in QUESTIONS:
            stated = getattr(self._drug.safety, question)
            if stated is None:
                unanswered.append(question)
                self.in_words[question] = NOT_ANSWERED
            elif stated == NO_SOURCE:
                self.in_words[question] = NO_SOURCE
            elif stated == SEE_ADJUSTMENTS:
                self.in_words[question] = "answered by the adjustments of the drug file"
            else:
                found += self._ask(question, stated, not_asked)
        found += self._about_an_allergy()
        told = []
        if not_asked:
            told.append(f"not asked: {', '.join(not_asked)}")
        if unanswered:
            told.append(f"not yet answered by its file: {', '.join(unanswered)}")
        if told:
            text = f"{self._drug.name}: {'; '.join(told)}."
            found.append(note(f"safety.{code_word(self._drug.id)}.not_asked", text, TYPED))
        return found

    def _about_an_allergy(self) -> Iterator[Finding]:
        """Yield that an allergy to the drug itself was entered, where its file does not name it."""
        drug, facts = self._drug, self._known.allergy.typed.get(self._drug.id, ())
        if not facts or self._judge.names_allergy(drug):
            return
        code = f"safety.{code_word(drug.id)}.conditions.allergy_{code_word(drug.id)}"
        self._ledger.used(facts, f"{drug.name}: conditions", code)
        text = f"An allergy to {drug.name} was entered, and this plan gives it."
        yield stop(code, text, PROPOSED)

    def _ask(
        self, question: Question, answers: Sequence[Answer], not_asked: list[str]
    ) -> Iterator[Finding]:
        facts: dict[Fact, None] = {}
        missing: dict[str, None] = {}
        judge = self._judge.of_kidney(answers) if question == "kidney" else self._judge
        by = f"{self._drug.name}: {question}"
        for answer in answers:
            if not self._concerned(answer):
                continue
            if not isinstance(answer.when, Whom):
                if not (question == "pregnancy" and self._known.patient.sex == "male"):
                    yield self._finding(question, answer)
                continue
            verdict = judge.judge(answer.when)
            facts |= dict.fromkeys(verdict.asked)
            missing |= dict.fromkeys(verdict.missing)
            finding = self._finding(question, answer, verdict) if verdict.holds else None
            self._ledger.used(verdict.facts, by, finding.code if finding else "")
            self._ledger.asked(verdict.asked, self._drug.name)
            if finding:
                yield finding
        rest = f"; not entered: {', '.join(missing)}" if missing else ""
        if facts:
            self.in_words[question] = f"{self._answered_by(facts)}{rest}"
            not_asked += [name for name in missing if name in _NAMED_ALONE]
        elif missing:
            self.in_words[question] = NOT_ASKED
            not_asked.append(question)
        else:
            self.in_words[question] = "answered for everybody"

    def _answered_by(self, facts: Iterable[Fact]) -> str:
        """Return what answered a question; a word that is not known answers nothing."""
        told: dict[str, list[str]] = {"answered by ": [], NOT_KNOWN: []}
        for fact in facts:
            told[NOT_KNOWN if fact in self._known.unknown else "answered by "].append(str(fact))
        return "; ".join(f"{words}{', '.join(own)}" for words, own in told.items() if own)

    def _concerned(self, answer: Answer) -> bool:
        return not answer.routes or not self._routes.isdisjoint(answer.routes)

    def _finding(
        self, question: Question, answer: Answer, verdict: Judgement = _OF_EVERYBODY
    ) -> Finding:
        code = answer.code_of(self._drug.id, question)
        level = answer.level
        text = answer.text + self._dose_text(answer)
        if answer.jurisdiction:
            text += f" ({answer.jurisdiction} text.)"
        if question == "kidney" and level == "WARN" and self._has_a_table:
            level = "NOTE"
            text = f"This regimen has a table of its own for the kidney. {text}"
        elif level != "NOTE" and verdict.own:
            level = "NOTE"
            text = f"This holds for everybody whom this regimen is for. {text}"
        return Finding(level=level, code=code, text=text, source=self._drug.source(answer.source))

    @property
    def _has_a_table(self) -> bool:
        """Whether the doses of this drug already go by the kidney of the patient."""
        bands = [medicine.when for medicine, _ in self._given]
        if self._judge.own.for_a_kidney:
            return True
        return bool(bands) and all(
            band is not None and (band.creatinine is not None or band.clearance is not None)
            for band in bands
        )

    def _dose_text(self, answer: Answer) -> str:
        """Return what the dose of a source is for this patient, beside what is planned."""
        if answer.dose is None:
            return ""
        told = []
        for medicine, rule in self._given:
            concerned = not answer.routes or medicine.route in answer.routes
            if not concerned or rule is None or self._known.patient.weight is None:
                continue
            other = dataclasses.replace(
                rule,
                rate=answer.dose,
                weight_basis=answer.weight or rule.weight_basis,
                adjustments=(),
                source=self._drug.source(answer.source),
            )
            gives, planned = (calculate(r, self._known.patient).amount for r in (other, rule))
            told.append(
                f" That is {show(gives, _DIGITS)} here; planned is {show(planned, _DIGITS)}."
            )
        return "".join(dict.fromkeys(told))


# Facts of a question whose other facts do not answer them.
_NAMED_ALONE = {"pregnant", "could become pregnant", "breast-feeding"}


def _only_for(regimen: Regimen, terms: Terms, known: Known, ledger: Ledger) -> Iterator[Finding]:
    """Yield whether a regimen that is only for some is for this patient."""
    for number, part in enumerate(regimen.only_for, 1):
        verdict = Judge(known, terms, Own()).judge(part.when)
        source, code = regimen.source(part.source), f"regimen.only_for.{number}"
        ledger.used(verdict.facts, regimen.id, "" if verdict.holds else code)
        if verdict.holds is False:
            yield Finding(level=part.level, code=code, text=part.text, source=source)
        elif verdict.holds is None:
            text = f"Not entered: {', '.join(verdict.missing)}. {part.text}"
            yield Finding(level=part.unknown, code=f"{code}.unknown", text=text, source=source)
