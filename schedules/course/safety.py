"""Whom the drugs of a plan meet: the eight questions, what was asked, what each fact led to.

The answers are data of the drug files. What was not entered is never taken for "no": it is named,
for each drug once, as a NOTE.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from dosing.calculation.calculate import calculate
from dosing.calculation.rule import DoseRule
from dosing.drugs.conditions import NUMBERS, Interval, NumberMeasure, When
from dosing.drugs.drug import Drug
from dosing.drugs.safety import (
    NO_SOURCE,
    NOT_ANSWERED,
    QUESTIONS,
    SEE_ADJUSTMENTS,
    Answer,
    Missing,
    Outcome,
    Question,
    Whom,
    code_word,
)
from dosing.trace import TYPED, Finding, note
from dosing.units import DAY, duration, in_unit, show
from schedules.course.facts import (
    KIDNEY_DISEASE,
    LIVER_TESTS,
    STATE_FIELDS,
    Known,
    clearance_text,
    with_kidney_disease,
)
from schedules.course.known_facts import DatedResult, Fact, Listed, Used
from schedules.knowledge.library import Library
from schedules.knowledge.medicine import Medicine
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.terms import Terms

_DIGITS = 5
NOT_ASKED = "not asked"
NOT_KNOWN = "not known here: "
_NO_RULE = "no rule of this regimen"


@dataclasses.dataclass(frozen=True, slots=True)
class LedgerLine:
    """One fact that was entered: which rules looked at it, and which findings it led to.

    ``asked_of`` are the drugs with rules about facts of its kind, none of which is about this one.
    """

    fact: Fact
    used_by: tuple[str, ...]
    led_to: tuple[str, ...]
    asked_of: tuple[str, ...] = ()

    @property
    def unused(self) -> str:
        """Return what to say of a fact that no rule used."""
        if not self.asked_of:
            return _NO_RULE
        drugs = " or ".join(self.asked_of)
        return f"asked; no rule of {drugs} names {self.fact.value}"

    def as_dict(self) -> dict[str, str]:
        """Return it as plain text for JSON and tables."""
        return {
            "fact": self.fact.name,
            "value": self.fact.value,
            "used_by": ", ".join(self.used_by) or self.unused,
            "led_to": ", ".join(self.led_to) or "nothing",
        }


@dataclasses.dataclass(frozen=True, slots=True)
class Screening:
    """What the eight questions come to for one regimen and one patient."""

    findings: tuple[Finding, ...] = ()
    ledger: tuple[LedgerLine, ...] = ()
    questions: Mapping[str, Mapping[str, str]] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class _Verdict:
    """Whether something holds, None where it is not known; by which facts, and what is missing.

    ``asked`` are the facts that answer it, also where none of them is the one that is meant.
    ``own`` says that it holds for everybody whom the regimen is for: what is normal does not warn.
    """

    holds: bool | None
    facts: tuple[Fact, ...] = ()
    missing: tuple[str, ...] = ()
    asked: tuple[Fact, ...] = ()
    own: bool = False


def joined(ledgers: Iterable[Sequence[LedgerLine]]) -> tuple[LedgerLine, ...]:
    """Return one ledger of those of several regimens: each fact once, with all that used it."""
    lines: dict[Fact, LedgerLine] = {}
    for line in (line for ledger in ledgers for line in ledger):
        before = lines.get(line.fact)
        lines[line.fact] = (
            line
            if before is None
            else LedgerLine(
                line.fact,
                tuple(dict.fromkeys((*before.used_by, *line.used_by))),
                tuple(dict.fromkeys((*before.led_to, *line.led_to))),
                tuple(dict.fromkeys((*before.asked_of, *line.asked_of))),
            )
        )
    return tuple(lines.values())


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
    ledger = _Ledger(known, regimen, set(dosed_by))
    for one in used:
        ledger.used(one.facts, one.by, one.finding.code)
    findings = [*known.unknown.values(), *_only_for(regimen, library.terms, known, ledger)]
    questions: dict[str, dict[str, str]] = {}
    own = _own(regimen, library.terms)
    for name in regimen.drugs:
        given = [
            (medicine, rules.get((phase, medicine.name)))
            for phase, holding in medicines.items()
            for medicine in holding
            if medicine.drug == name
        ]
        judge = _Judge(known, library.terms, own, name)
        routes = _routes(regimen, name, {medicine.route for medicine, _ in given})
        asked = _DrugQuestions(library.drug(name), given, routes, judge, ledger)
        findings += asked.findings()
        questions[name] = asked.in_words
    answering = [
        drug for name in regimen.drugs if (drug := library.drug(name)).answers_about_the_kidney
    ]
    if clearance_text(known) and answering:
        text, source = clearance_text(known), TYPED
        if known.clearance is not None:
            source = known.clearance.source
        findings.append(note("kidney.clearance", text, source))
        bands = [f"{drug.name}: {_kidney_band(drug, known, medicines)}" for drug in answering]
        findings.append(note("kidney.band", f"The kidney: {'; '.join(bands)}.", source))
    findings += _about_liver(regimen, library, known, own)
    return Screening(tuple(findings), ledger.lines(), questions)


def _about_liver(regimen: Regimen, library: Library, known: Known, own: _Own) -> Iterator[Finding]:
    """Yield what was entered of the liver, and which answer of each drug file it falls under."""
    entered = [*known.measured.get("liver", ())]
    entered += [one.fact for test in LIVER_TESTS if (one := known.latest(test)) is not None]
    drugs = [library.drug(name) for name in regimen.drugs]
    answering = [drug for drug in drugs if drug.safety.answers("liver")]
    if not entered or not answering:
        return
    judge = _Judge(known, library.terms, own)
    told = []
    for drug in answering:
        whoms = [answer.when for answer in drug.safety.answers("liver")]
        held = [str(w) for w in whoms if isinstance(w, Whom) and judge.judge(w).holds]
        told.append(f"{drug.name}: {' and '.join(held) or 'under no answer of its file'}")
    text = f"The liver ({', '.join(fact.value for fact in entered)}): {'; '.join(told)}."
    yield note("liver.entered", text, TYPED)


def _kidney_band(drug: Drug, known: Known, medicines: Mapping[str, Sequence[Medicine]]) -> str:
    """Return the bands of a drug's file, and of its doses here, in which the kidney falls."""
    whoms = [answer.when for answer in drug.safety.answers("kidney")]
    stated: list[Whom | When] = [whom for whom in whoms if isinstance(whom, Whom)]
    kinds = {kind for whom in whoms if isinstance(whom, Whom) for kind in whom.dialysis}
    stated += [one.when for one in drug.adjustments if one.question == "kidney" and one.when]
    bands = _bands_that_hold(known, stated)
    if known.dialysis in kinds:
        bands.append(f"dialysis {known.dialysis}")
    dosed = [
        medicine.when
        for holding in medicines.values()
        for medicine in holding
        if medicine.drug == drug.id and medicine.when is not None
    ]
    here = _bands_that_hold(known, dosed)
    without = "in no band of its file" if _has_figures(stated) else "its file states no figure"
    told = " and ".join(bands) or without
    return f"{told} (dosed here for {' and '.join(here)})" if here else told


def _has_figures(whoms: Iterable[Whom | When]) -> bool:
    return any(whom.creatinine or whom.clearance for whom in whoms)


def _bands_that_hold(known: Known, conditions: Iterable[Whom | When]) -> list[str]:
    """Return the stretches of creatinine and clearance in which the kidney falls, each once."""
    bands: dict[str, None] = {}
    for measure, interval in (one for when in conditions for one in when.intervals()):
        value = getattr(known.patient, measure)
        if measure not in {"creatinine", "clearance"} or value is None:
            continue
        if interval.holds(float(in_unit(value, NUMBERS[measure], measure)), measure):
            bands[f"{measure} {interval}"] = None
    return list(bands)


def _routes(regimen: Regimen, drug: str, holding: set[str]) -> set[str]:
    """Return the routes by which a patient has a drug.

    For whom no dose is stated a rule of the drug holds all the same: by every route of the regimen.
    """
    by_need = {one.route for p in regimen.phases for one in p.as_required if one.drug == drug}
    every = {one.route for p in regimen.phases for one in p.medicines if one.drug == drug}
    return (holding or every) | by_need


# Facts that checks of their own look at, which are not of one drug.
_USED_ELSEWHERE = {
    "weight": "plausible sizes",
    "height": "plausible sizes",
    "size confirmed": "plausible sizes",
    "weight on": "age of the weight",
    "earlier": "lifetime totals",
}


class _Ledger:
    """Notes for each fact which rule looked at it, and what that led to."""

    def __init__(self, known: Known, regimen: Regimen, dosed_by: set[str]) -> None:
        self._known = known
        self._used: dict[Fact, dict[str, None]] = {fact: {} for fact in known.facts}
        self._led_to: dict[Fact, dict[str, None]] = {fact: {} for fact in known.facts}
        self._asked_of: dict[Fact, dict[str, None]] = {fact: {} for fact in known.facts}
        for fact in known.facts:
            if fact.name in dosed_by:
                self._used[fact][f"doses of {regimen.title}"] = None
                self._led_to[fact]["doses"] = None
            if fact.name in _USED_ELSEWHERE:
                self._used[fact][_USED_ELSEWHERE[fact.name]] = None

    def used(self, facts: Iterable[Fact], by: str, code: str = "") -> None:
        """Note that a rule looked at facts, and the finding, if it holds for them."""
        for fact in facts:
            if fact in self._used:
                self._used[fact][by] = None
                if code:
                    self._led_to[fact][code] = None

    def asked(self, facts: Iterable[Fact], drug: str) -> None:
        """Note that a drug has rules about facts of this kind; of unknown words it has none."""
        for fact in facts:
            if fact in self._asked_of and fact not in self._known.unknown:
                self._asked_of[fact][drug] = None

    def lines(self) -> tuple[LedgerLine, ...]:
        """Return a line for each fact, in the order of the patient's fields."""
        for fact, finding in self._known.unknown.items():
            self._led_to[fact][finding.code] = None
        return tuple(
            LedgerLine(
                fact,
                tuple(self._used[fact]),
                tuple(self._led_to[fact]),
                tuple(self._asked_of[fact]),
            )
            for fact in self._known.facts
        )


class _DrugQuestions:
    """The eight questions of one drug."""

    def __init__(
        self,
        drug: Drug,
        given: Sequence[tuple[Medicine, DoseRule | None]],
        routes: set[str],
        judge: _Judge,
        ledger: _Ledger,
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
        told = []
        if not_asked:
            told.append(f"not asked: {', '.join(not_asked)}")
        if unanswered:
            told.append(f"not yet answered by its file: {', '.join(unanswered)}")
        if told:
            text = f"{self._drug.name}: {'; '.join(told)}."
            found.append(note(f"safety.{code_word(self._drug.id)}.not_asked", text, TYPED))
        return found

    def _ask(
        self, question: Question, answers: Sequence[Answer], not_asked: list[str]
    ) -> Iterator[Finding]:
        facts: dict[Fact, None] = {}
        missing: dict[str, None] = {}
        judge = self._judge.of_kidney(answers) if question == "kidney" else self._judge
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
            by = f"{self._drug.name}: {question}"
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
        self, question: Question, answer: Answer, verdict: _Verdict = _Verdict(True)
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


@dataclasses.dataclass(frozen=True, slots=True)
class _Own:
    """What a regimen implies of all whom it is for: its indication, drugs and ``only_for``."""

    has: frozenset[str] = frozenset()
    takes: frozenset[str] = frozenset()
    only_for: tuple[Whom, ...] = ()

    @property
    def for_a_kidney(self) -> bool:
        """Whether it is only for people on dialysis, or with a kidney that it states."""
        return any(whom.dialysis or whom.creatinine or whom.clearance for whom in self.only_for)

    def never_takes(self, ids: set[str], terms: Terms) -> bool:
        """Return whether it is for nobody who takes one of these medicines."""
        return any(terms.medicines.expanded(whom.unless_takes) >= ids for whom in self.only_for)

    def is_one_of(self, name: str, words: Sequence[str]) -> bool:
        """Return whether it is for nobody whose word of this name is another."""
        stated = [getattr(whom, name) for whom in self.only_for]
        return any(own and set(own) <= set(words) for own in stated)

    def is_within(self, measure: NumberMeasure, interval: Interval) -> bool:
        """Return whether it is for nobody whose number lies outside an interval."""
        low, high = (_or_infinite(end, n) for n, end in enumerate(interval.bounds(measure)))
        for whom in self.only_for:
            own = getattr(whom, measure)
            if own is not None:
                ends = [_or_infinite(end, n) for n, end in enumerate(own.bounds(measure))]
                if low <= ends[0] and ends[1] <= high:
                    return True
        return False


def _or_infinite(end: float | None, number: int) -> float:
    return end if end is not None else (math.inf if number else -math.inf)


def _own(regimen: Regimen, terms: Terms) -> _Own:
    only_for = [part.when for part in regimen.only_for]
    has = {found.id for word in regimen.for_ if (found := terms.conditions.find(word))}
    has.update(name for whom in only_for for name in whom.has)
    if any(whom.dialysis and "none" not in whom.dialysis for whom in only_for):
        has.add(KIDNEY_DISEASE)
    takes = {*regimen.drugs, *(name for whom in only_for for name in whom.takes)}
    return _Own(
        frozenset(terms.conditions.expanded(has)),
        frozenset(terms.medicines.expanded(takes)),
        tuple(only_for),
    )


class _Judge:
    """Decides whether an answer is about a patient; what was not entered is not known."""

    def __init__(self, known: Known, terms: Terms, own: _Own, drug: str = "") -> None:
        self.known, self.own, self._terms, self._drug = known, own, terms, drug

    def of_kidney(self, answers: Sequence[Answer]) -> _Judge:
        """Return it with kidney disease by the numbers, where the answers state none themselves."""
        whoms = [answer.when for answer in answers if isinstance(answer.when, Whom)]
        if _has_figures(whoms):
            return self
        by_dialysis = not any(whom.dialysis for whom in whoms)
        known = with_kidney_disease(self.known, by_dialysis=by_dialysis)
        return _Judge(known, self._terms, self.own, self._drug)

    def judge(self, whom: Whom) -> _Verdict:
        """Return whether all that is stated holds."""
        parts = list(self._parts(whom))
        facts = tuple(dict.fromkeys(fact for part in parts for fact in part.facts))
        asked = tuple(dict.fromkeys((*facts, *(fact for part in parts for fact in part.asked))))
        if any(part.holds is False for part in parts):
            return _Verdict(False, facts, asked=asked)
        missing = tuple(dict.fromkeys(name for part in parts for name in part.missing))
        own = all(part.own for part in parts)
        return _Verdict(None if missing else True, facts, missing, asked, own)

    def _parts(self, whom: Whom) -> Iterator[_Verdict]:
        yield from self._numbers(whom)
        yield from self._words(whom)
        yield from self._lists(whom)
        if whom.is_:
            yield self._state(whom)
        if whom.result is not None:
            yield self._result(whom.result)
        if whom.missing is not None:
            yield self._without(whom.missing)

    def _numbers(self, whom: Whom) -> Iterator[_Verdict]:
        for measure, interval in whom.intervals():
            value = getattr(self.known.patient, measure)
            if value is None:
                yield _Verdict(None, missing=(measure,))
                continue
            number = float(in_unit(value, NUMBERS[measure], measure))
            facts, own = self.known.measured.get(measure, ()), self.own.is_within(measure, interval)
            yield _Verdict(interval.holds(number, measure), facts, asked=facts, own=own)

    def _words(self, whom: Whom) -> Iterator[_Verdict]:
        known = self.known
        for name, value, words in (
            ("sex", known.patient.sex, whom.sex),
            ("genotype", known.patient.genotype, whom.genotype),
            ("dialysis", known.dialysis, whom.dialysis),
            ("liver", known.liver, whom.liver),
        ):
            if not words:
                continue
            if not value:
                yield _Verdict(None, missing=(name,))
            else:
                stated = known.stated.get(name) or Fact(name, str(value))
                facts = known.measured.get(name) or (stated,)
                own = self.own.is_one_of(name, words)
                yield _Verdict(value in words, facts, asked=facts, own=own)

    def _lists(self, whom: Whom) -> Iterator[_Verdict]:
        known, terms, own = self.known, self._terms, self.own
        if whom.has:
            yield _listed(terms.conditions.expanded(whom.has), known.has, "conditions", own.has)
        # A drug is no other medicine of its own class.
        if whom.takes and (others := terms.medicines.expanded(whom.takes) - {self._drug}):
            yield _listed(others, known.takes, "other medicines", own.takes)
        if whom.allergy:
            ids = terms.medicines.expanded(whom.allergy)
            yield _listed(ids, known.allergy, "allergies", frozenset())
        if whom.unless_takes:
            exempting = terms.medicines.expanded(whom.unless_takes)
            taken = _listed(exempting, known.takes, "other medicines", frozenset())
            # Beside other conditions, a medicine that nobody asked about exempts nobody.
            if taken.holds is None and whom.states_more_than("unless_takes"):
                taken = dataclasses.replace(taken, holds=False, missing=())
            free = None if taken.holds is None else not taken.holds
            yield dataclasses.replace(taken, holds=free, own=own.never_takes(exempting, terms))

    def _state(self, whom: Whom) -> _Verdict:
        states = {state: self.known.states[state] for state in whom.is_}
        fields = (STATE_FIELDS[state] for state in whom.is_)
        facts = tuple(stated[name] for name in fields if name in (stated := self.known.stated))
        if not facts and self.known.patient.sex == "male":
            facts = self.known.measured["sex"]
        if any(states.values()):
            return _Verdict(True, facts, asked=facts)
        missing = tuple(state for state, value in states.items() if value is None)
        return _Verdict(None if missing else False, facts, missing, facts)

    def _result(self, outcome: Outcome) -> _Verdict:
        test = self._terms.tests.get(outcome.test)
        latest = self._latest(outcome.test)
        if latest is None and test is not None and test.field in self.known.measured:
            # What has a field of its own is the first one, above which it has not risen.
            entered = self.known.measured[test.field]
            return _Verdict(False, entered, asked=entered)
        if latest is None or test is None:
            return _Verdict(None, missing=(test.name if test else outcome.test,))
        facts = (latest.fact,)
        holds = test.is_among(outcome, latest.number, latest.scale, latest.word)
        if holds is None:
            return _Verdict(None, facts, (f"{test.name} in {test.scale_of(outcome)}",), facts)
        return _Verdict(holds, facts, asked=facts)

    def _latest(self, test: str) -> DatedResult | None:
        """Return the newest result of a test, or of one of its members."""
        ids = self._terms.test_words.expanded([test])
        own = [found for name in ids if (found := self.known.latest(name)) is not None]
        return max(own, key=lambda found: found.date, default=None)

    def _without(self, missing: Missing) -> _Verdict:
        test = self._terms.tests.get(missing.test)
        entered = self.known.measured.get(test.field, ()) if test is not None else ()
        if entered:
            # It was entered with the first day, which is the day on which it counts.
            return _Verdict(False, entered, asked=entered)
        latest = self._latest(missing.test)
        if latest is None:
            return _Verdict(True)
        days = None
        if missing.older_than:
            days = float(in_unit(duration(missing.older_than, "older_than"), DAY, "older_than"))
        age = (self.known.on - latest.date).days
        facts = (latest.fact,)
        return _Verdict(days is not None and age > days, facts, asked=facts)


def _listed(ids: set[str], listed: Listed, option: str, own: frozenset[str]) -> _Verdict:
    """Return whether a patient has one of these entries, and as what it was typed."""
    met = sorted(ids & listed.typed.keys())
    if met:
        typed = (listed.typed[name] for name in met)
        facts = tuple(dict.fromkeys(fact for fact in typed if fact is not None))
        return _Verdict(True, facts, asked=listed.asked, own=own.issuperset(met))
    if ids and ids <= listed.ruled_out.keys():
        facts = tuple(fact for name in sorted(ids) for fact in listed.ruled_out[name])
        return _Verdict(False, facts, asked=(*listed.asked, *facts))
    if not listed.asked:
        return _Verdict(None, missing=(option,))
    return _Verdict(False, listed.none, asked=listed.asked)


def holds_for(
    whom: Whom, known: Known, terms: Terms
) -> tuple[bool | None, tuple[Fact, ...], tuple[str, ...]]:
    """Return whether something is about a patient, by which facts, and which are missing."""
    verdict = _Judge(known, terms, _Own()).judge(whom)
    return verdict.holds, verdict.facts, verdict.missing


def _only_for(regimen: Regimen, terms: Terms, known: Known, ledger: _Ledger) -> Iterator[Finding]:
    """Yield whether a regimen that is only for some is for this patient."""
    for number, part in enumerate(regimen.only_for, 1):
        verdict = _Judge(known, terms, _Own()).judge(part.when)
        source, code = regimen.source(part.source), f"regimen.only_for.{number}"
        ledger.used(verdict.facts, regimen.id, "" if verdict.holds else code)
        if verdict.holds is False:
            yield Finding(level=part.level, code=code, text=part.text, source=source)
        elif verdict.holds is None:
            text = f"Not entered: {', '.join(verdict.missing)}. {part.text}"
            yield Finding(level=part.unknown, code=f"{code}.unknown", text=text, source=source)
