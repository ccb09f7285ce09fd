"""What holds for every dose of a plan: status, errata, checks, files changed since."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dosing.plausibility import PLAUSIBLE
from dosing.trace import TYPED, Finding, Source, note, stop, warn
from dosing.units import show
from schedules.knowledge.choice import GIVEN, left_out
from schedules.knowledge.library import Library
from schedules.knowledge.medicine import AsRequired
from schedules.knowledge.phase import Prerequisite
from schedules.knowledge.reading.release import since_release
from schedules.knowledge.regimen import Regimen
from schedules.plans.label import about_label
from schedules.plans.plan import Plan

_NOT_A_WORD = re.compile("[^a-z0-9]+")
_LONGEST_CODE = 60
DRUG_UNDER_REVIEW = "drug.under_review"
SINCE_RELEASE = "plan.since_release"


def plan_findings(plan: Plan, regimen: Regimen, library: Library) -> Iterator[Finding]:
    """Yield what is to be known of a plan as a whole, before any date."""
    source = Source(cite=f"regimen {regimen.id} version {regimen.version}", confirmed=True)
    yield from _about_regimen(plan, regimen, library, source)
    yield from _about_companions(plan, regimen)
    yield from _about_first_day(plan)
    weighed_on = plan.patient.weight_on
    if weighed_on is not None and weighed_on > plan.made_on and not plan.added:
        text = (
            f"The weight was measured on {weighed_on:%d-%b-%Y}, by what is written, but the plan "
            f"is of {plan.made_on:%d-%b-%Y}. Is the date right?"
        )
        yield warn("weight.dated_ahead", text, TYPED)
    yield from about_label(plan.patient.label, born=plan.patient.born is not None)
    for phase in regimen.phases:
        for medicine in phase.as_required:
            yield note(
                f"as_required.{_code_word(medicine.drug)}",
                f"As required, without a date: {as_required(medicine, library)}.",
                regimen.source(medicine.source),
            )
    yield from _changed_files(plan, library, source)
    yield from _since_release(plan, library, source)
    if not plan.patient.label:
        text = "This plan has no label: two plans alike cannot be told apart in one calendar."
        yield note("plan.no_label", text, TYPED)


def _about_regimen(
    plan: Plan, regimen: Regimen, library: Library, source: Source
) -> Iterator[Finding]:
    if regimen.status == "under review":
        text = "No clinician has endorsed this regimen yet: it is under review"
        claim = library.claim(f"regimens/{regimen.id}")
        yield note("regimen.under_review", f"{text}{f' ({claim})' if claim else ''}.", source)
    elif regimen.status != "endorsed":
        yield stop("regimen.withdrawn", f"This regimen is {regimen.status}.", source)
    else:
        yield from _drugs_under_review(regimen, library)
        yield from _words_under_review(library)
    yield from _other_jurisdiction(plan, regimen, source)
    for erratum in regimen.errata:
        yield note("regimen.erratum", erratum.why, regimen.source(erratum.says))
    for check in regimen.prerequisites_of(plan.patient.sex):
        text = f"{regimen.asked_when(check)}: {check.what}."
        yield note(_check_code(check), text, regimen.source(check.source))
    drugs = regimen.drugs
    for one in (one for one in regimen.missed if one.drug in drugs):
        named = f" ({', '.join(one.phases)})" if one.phases else ""
        text = f"A missed dose of {library.drug(one.drug).name}{named}: {one.text}"
        code = "_".join([_code_word(one.drug), *one.phases]).replace(" ", "_")
        yield note(f"missed.{code}", text, regimen.source(one.source))


def _drugs_under_review(regimen: Regimen, library: Library) -> Iterator[Finding]:
    """Yield which drugs of an endorsed regimen are not: its limits and rates are theirs."""
    for name in regimen.drugs:
        if library.status(file := f"drugs/{name}") == "endorsed":
            continue
        drug, claim = library.drug(name), library.claim(file)
        text = (
            f"No clinician has endorsed the drug file of {drug.name} yet: it is under review"
            f"{f' ({claim})' if claim else ''}."
        )
        source = Source(cite=f"drug file {drug.id} version {drug.version}", confirmed=True)
        yield note(f"{DRUG_UNDER_REVIEW}.{_code_word(name)}", text, source)


def _words_under_review(library: Library) -> Iterator[Finding]:
    """Yield which words of patients are not endorsed: what was typed is understood by them."""
    for name, words in library.terms.files.items():
        if library.status(file := f"terms/{name}") == "endorsed":
            continue
        claim = library.claim(file)
        text = (
            f"No clinician has endorsed the words of {name} yet: they are under review"
            f"{f' ({claim})' if claim else ''}."
        )
        source = Source(cite=f"words of {name} version {words.version}", confirmed=True)
        yield note(f"terms.under_review.{_code_word(name)}", text, source)


def _about_companions(plan: Plan, regimen: Regimen) -> Iterator[Finding]:
    """Yield what could go with the doses and does not: nobody decided on it, or why it was not."""
    for choice in regimen.choices:
        text = plan.choices.get(choice.name, "")
        if not choice.companion or text == GIVEN:
            continue
        name, source = choice.name.replace("_", " "), regimen.source(choice.source)
        if why := left_out(text):
            yield note(f"companion.left_out.{choice.name}", f"Left out, {name}: {why}.", source)
        else:
            undecided = f"Not in this plan, {name}: {choice.ask} Nobody decided on it."
            yield note(f"companion.undecided.{choice.name}", undecided, source)


def _about_first_day(plan: Plan) -> Iterator[Finding]:
    """Yield whether the first day is so far from the day of the plan that its year may be wrong.

    A regimen that was added later was decided on the day of that change. To accept one of them is
    not to accept the other.
    """
    decided = PLAUSIBLE.first_day
    days = (plan.first_day - plan.made_on).days
    if days < -decided.days_back:
        bound = f"{decided.days_back} days before"
    elif days > decided.days_ahead:
        bound = f"{decided.days_ahead} days after"
    else:
        return
    first, made = f"{plan.first_day:%d-%b-%Y}", f"{plan.made_on:%d-%b-%Y}"
    if plan.added:
        text = (
            f"The first day of the added regimen, {first}, lies more than {bound} the day of the "
            f"change, {made}. Is the year right?"
        )
        yield warn(f"plan.first_day.{plan.added}", text, decided.source)
    else:
        text = (
            f"The first day, {first}, lies more than {bound} the day of the plan, {made}. Is the "
            "year right?"
        )
        yield warn("plan.first_day", text, decided.source)


def _other_jurisdiction(plan: Plan, regimen: Regimen, source: Source) -> Iterator[Finding]:
    """Yield whether a regimen is of another jurisdiction; one of our own makes it a WARN."""
    here = plan.site.jurisdiction
    if not regimen.jurisdiction or not here or regimen.jurisdiction in here:
        return
    text = f"This regimen is for {regimen.jurisdiction}; this site follows {', '.join(here)}"
    own = [regimen.elsewhere[place] for place in here if place in regimen.elsewhere]
    if own:
        yield warn("regimen.jurisdiction", f"{text}, which has its own: {own[0]}.", source)
    else:
        yield note("regimen.jurisdiction", f"{text}.", source)


def as_required(medicine: AsRequired, library: Library) -> str:
    """Describe what may be taken when it is needed: the dose, how often at most, and when."""
    return (
        f"{library.drug(medicine.drug).name} {show(medicine.dose)}, {medicine.route}, "
        f"at most {medicine.most_a_day} a day, {medicine.when}"
    )


def _changed_files(plan: Plan, library: Library, source: Source) -> Iterator[Finding]:
    files = [("regimens", plan.regimen)]
    files += [("drugs", drug) for drug in plan.drugs]
    files += [("bands", table) for table in plan.bands]
    for used in plan.terms:
        if library.has_changed(f"terms/{used.id}", used):
            yield note(
                f"plan.words_changed.{_code_word(used.id)}",
                f"The {used.id} that are known have changed since this plan was made; "
                "look again at what was found in the patient.",
                source,
            )
    for folder, used in files:
        if library.has_changed(f"{folder}/{used.id}", used):
            yield warn(
                f"plan.knowledge_changed.{_code_word(used.id)}",
                f"The file of {used.id} has changed since this plan was made; check every dose.",
                source,
            )


def _since_release(plan: Plan, library: Library, source: Source) -> Iterator[Finding]:
    """Yield which files mean something else than in the release, whoever wrote them."""
    files = [("regimens", plan.regimen)]
    files += [("drugs", drug) for drug in plan.drugs]
    files += [("terms", words) for words in plan.terms]
    for folder, used in files:
        since = since_release(library, f"{folder}/{used.id}")
        if since is not None and not since.is_new:
            name = _code_word(used.id)
            yield note(f"{SINCE_RELEASE}.{name}", f"Changed since the release: {since}.", source)


def _check_code(check: Prerequisite) -> str:
    """Return a check's own code, from its words: to tick one is not to tick another."""
    words = _NOT_A_WORD.sub("_", check.what.lower())[:_LONGEST_CODE].strip("_")
    return f"check.{check.before.replace(' ', '_')}.{words}"


def _code_word(name: str) -> str:
    return name.replace("-", "_")
