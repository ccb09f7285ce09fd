"""What is said of a plan as a whole: who endorsed its files, what is asked, what is left out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dosing.trace import Finding, Source
from dosing.units import NO_BREAK_SPACE
from schedules.course.plan_findings import plan_findings
from schedules.knowledge.library import Library, OfFiles
from schedules.knowledge.regimen import KnowledgeUsed, Regimen
from schedules.knowledge.signed import Signed, Signer
from schedules.knowledge.terms import Terms
from tests.support.made_up_answers import drug, read_regimen, terms
from tests.support.made_up_regimen import medicine, phase
from tests.support.planning import RITUXIMAB, library, man, planned

MEANING, OTHER = "a" * 64, "b" * 64
REGIMEN = Source(cite="regimen made-up version 1", confirmed=True)
LABEL = Source(cite="A made-up label", confirmed=True)


def used(name: str, sha256: str = MEANING) -> KnowledgeUsed:
    return KnowledgeUsed(id=name, version=1, sha256=sha256)


def shelf(
    regimen: Regimen, *endorsed: str, words: Terms | None = None, signed: str = ""
) -> Library:
    """Return a library of a made-up regimen; ``signed`` is a file that Anna Berg says she wrote."""
    drugs = {name: drug(name) for name in ("madeupine", "otherupine", "thirdupine")}
    files = [f"regimens/{regimen.id}", *(f"drugs/{name}" for name in drugs)]
    files += [f"terms/{name}" for name in words.files] if words else []
    anna = Signer(name="Anna Berg", role="planner", on=dt.date(2026, 11, 20), meaning=MEANING)
    return Library(
        {regimen.id: regimen},
        drugs,
        {file: used(file.partition("/")[2]) for file in files},
        library().site,
        files=OfFiles(signed={signed: Signed(written=anna)}),
        terms=words,
    ).endorsing(endorsed)


def told(regimen: Regimen, of: Library | None = None, /, **plan: Any) -> dict[str, Finding]:
    """Return what is said of a plan of a regimen, by code."""
    decided = {"regimen": used(regimen.id), "drugs": [], "bands": [], "terms": [], **plan}
    of = of or shelf(regimen)
    chosen = of.regimen(regimen.id).as_chosen(decided.get("choices", {}))
    found = list(plan_findings(planned(RITUXIMAB).model_copy(update=decided), chosen, of))
    assert len({one.code for one in found}) == len(found)
    return {one.code: one for one in found}


def text_of(finding: Finding) -> str:
    return finding.text.replace(NO_BREAK_SPACE, " ")


def test_of_a_plan_like_any_other_only_the_review_is_said() -> None:
    assert list(told(read_regimen())) == ["regimen.under_review"]


@pytest.mark.parametrize(
    ("signed", "said"),
    [
        ("", "it is under review."),
        (
            "regimens/made-up",
            "it is under review (claimed, not proved: written by Anna Berg, planner, on "
            "2026-11-20).",
        ),
    ],
)
def test_a_regimen_under_review_says_so_and_who_claims_to_have_signed_it(
    signed: str, said: str
) -> None:
    regimen = read_regimen()
    found = told(regimen, shelf(regimen, signed=signed))["regimen.under_review"]
    assert found.text == f"No clinician has endorsed this regimen yet: {said}"
    assert (found.level, found.source) == ("NOTE", REGIMEN)


@pytest.mark.parametrize("status", ["superseded", "discontinued"])
def test_a_withdrawn_regimen_is_stopped_and_its_review_is_not_spoken_of(status: str) -> None:
    found = told(read_regimen(status=status))
    assert list(found) == ["regimen.withdrawn"]
    said = found["regimen.withdrawn"]
    assert (said.level, said.text) == ("STOP", f"This regimen is {status}.")


def test_of_an_endorsed_regimen_each_file_is_named_that_is_not_endorsed() -> None:
    regimen = read_regimen(
        phase(medicine(), medicine(drug="otherupine"), medicine(drug="thirdupine")),
        status="endorsed",
    )
    endorsed = ("regimens/made-up", "drugs/madeupine", "terms/conditions")
    found = told(regimen, shelf(regimen, *endorsed, words=terms(), signed="drugs/thirdupine"))
    assert list(found) == [
        "drug.under_review.otherupine",
        "drug.under_review.thirdupine",
        "terms.under_review.medicines",
        "terms.under_review.tests",
    ]
    other, third, medicines, _ = found.values()
    assert {one.level for one in found.values()} == {"NOTE"}
    said = "No clinician has endorsed the drug file of {} yet: it is under review{}."
    claim = " (claimed, not proved: written by Anna Berg, planner, on 2026-11-20)"
    assert other.text == said.format("otherupine", "")
    assert third.text == said.format("thirdupine", claim)
    assert other.source == Source(cite="drug file otherupine version 1", confirmed=True)
    said = "No clinician has endorsed the words of medicines yet: they are under review."
    assert medicines.text == said
    assert medicines.source == Source(cite="words of medicines version 1", confirmed=True)


def test_words_that_somebody_signed_say_who() -> None:
    regimen = read_regimen(status="endorsed")
    of = shelf(regimen, "regimens/made-up", words=terms(), signed="terms/tests")
    assert told(regimen, of)["terms.under_review.tests"].text == (
        "No clinician has endorsed the words of tests yet: they are under review (claimed, not "
        "proved: written by Anna Berg, planner, on 2026-11-20)."
    )


def test_what_the_source_misprints_is_said_with_where_it_is_corrected() -> None:
    label = {"cite": "A made-up label", "confirmed": True}
    sources = {"label": label, "article": {**label, "cite": "An article"}}
    wrong = {"prints": "1 g", "means": "100 mg", "why": "The dose is 100 mg."}
    wrong |= {"source": "article", "says": "label"}
    found = told(read_regimen(errata=[wrong], sources=sources))["regimen.erratum"]
    assert (found.level, found.text, found.source) == ("NOTE", "The dose is 100 mg.", LABEL)


def test_each_check_of_the_patients_sex_is_asked_with_a_code_of_its_own() -> None:
    checks = [
        {"what": "ECG seen", "before": "first dose"},
        {"what": "Not pregnant", "before": "each dose", "sex": "female"},
        # the code ends with the 60th letter of the words
        {"what": "Blood pressure taken while lying, and again after standing (twice)"},
        {"what": "Blood pressure taken while lying, and again after standing up for 1 min"},
    ]
    regimen = read_regimen(
        prerequisites=[{"before": "each dose", "source": "label", **one} for one in checks]
    )
    found = told(regimen, patient=man())
    asked = [code for code in found if code.startswith("check.")]
    assert asked == [
        "check.first_dose.ecg_seen",
        "check.each_dose.blood_pressure_taken_while_lying_and_again_after_standing_tw",
        "check.each_dose.blood_pressure_taken_while_lying_and_again_after_standing_up",
    ]
    first = found["check.first_dose.ecg_seen"]
    assert (first.level, first.text) == ("NOTE", "Before the first dose: ECG seen.")
    assert first.source == LABEL


def test_what_to_do_about_a_missed_dose_is_said_of_the_drugs_that_are_given() -> None:
    companion = {"name": "cover", "ask": "With cover?", "companion": True, "source": "label"}
    answers: list[dict[str, Any]] = [
        {"drug": "madeupine", "phases": ["the second"], "text": "Leave it out."},
        {"drug": "madeupine", "phases": ["first"], "text": "Give it late."},
        {"drug": "otherupine", "text": "Give it at once."},
    ]
    regimen = read_regimen(
        phase(medicine(), medicine(drug="otherupine", companion="cover"), name="first"),
        phase(name="the second"),
        choices=[companion],
        missed=[{"source": "label", **one} for one in answers],
    )
    found = {
        code: (one.level, one.text, one.source)
        for code, one in told(regimen, choices={"cover": "given"}).items()
        if code.startswith("missed.")
    }
    assert found == {
        "missed.madeupine_the_second": (
            "NOTE",
            "A missed dose of madeupine (the second): Leave it out.",
            LABEL,
        ),
        "missed.madeupine_first": (
            "NOTE",
            "A missed dose of madeupine (first): Give it late.",
            LABEL,
        ),
        "missed.otherupine": ("NOTE", "A missed dose of otherupine: Give it at once.", LABEL),
    }
    without = told(regimen, choices={"cover": "left out: not needed"})
    assert "missed.otherupine" not in without
    assert "missed.madeupine_first" in without


def test_what_could_go_with_a_dose_and_does_not_is_said() -> None:
    companions = ["given_one", "left_one", "open_one"]
    chosen = {"given_one": "given", "left_one": "left out: allergic to it", "length": "7 days"}
    regimen = read_regimen(
        phase(
            medicine(),
            *(medicine(drug="otherupine", item=name, companion=name) for name in companions),
            length={"choice": "length"},
        ),
        choices=[
            {"name": "length", "ask": "How long?", "days": [7, 14], "source": "label"},
            *(
                {"name": name, "ask": "With it?", "companion": True, "source": "label"}
                for name in companions
            ),
        ],
    )
    found = told(regimen, choices=chosen)
    said = {c: (f.level, f.text, f.source) for c, f in found.items() if c.startswith("companion")}
    assert said == {
        "companion.left_out.left_one": ("NOTE", "Left out, left one: allergic to it.", LABEL),
        "companion.undecided.open_one": (
            "NOTE",
            "Not in this plan, open one: With it? Nobody decided on it.",
            LABEL,
        ),
    }


def test_what_is_taken_as_required_is_said_with_how_often_at_most() -> None:
    entry = {
        "drug": "otherupine",
        "route": "oral",
        "dose": "500 mg",
        "when": "for pain",
        "most_a_day": 3,
        "source": "label",
    }
    found = told(read_regimen(phase(as_required=[entry])))["as_required.otherupine"]
    assert text_of(found) == (
        "As required, without a date: otherupine 500 mg, oral, at most 3 a day, for pain."
    )
    assert (found.level, found.source) == ("NOTE", LABEL)


@pytest.mark.parametrize(
    ("label", "born", "code"),
    [
        ("ward-7", None, ""),
        ("", None, "plan.no_label"),
        ("Anna Berg", None, ""),
        ("Anna Berg", dt.date(1978, 3, 5), "label.name"),
        ("Anna Berg 5.3.1978", None, "label.name"),
    ],
)
def test_a_label_is_missed_and_one_that_looks_like_a_name_is_asked_about(
    label: str, born: dt.date | None, code: str
) -> None:
    who = man(label=label, born=born, **({"age": ""} if born else {}))
    found = told(read_regimen(), patient=who)
    assert list(found) == ["regimen.under_review", *([code] if code else [])]
    if code == "plan.no_label":
        assert found[code].level == "NOTE"
        assert found[code].text == (
            "This plan has no label: two plans alike cannot be told apart in one calendar."
        )


def test_of_several_regimens_of_ours_that_of_the_first_jurisdiction_here_is_named() -> None:
    regimen = read_regimen(jurisdiction="US", elsewhere={"EU": "made-up-eu", "UK": "made-up-uk"})
    site = library().site.model_copy(update={"jurisdiction": ["UK", "EU"]})
    found = told(regimen, site=site)["regimen.jurisdiction"]
    assert (found.level, found.text) == (
        "WARN",
        "This regimen is for US; this site follows UK, EU, which has its own: made-up-uk.",
    )
    assert found.source == REGIMEN


def test_where_there_is_no_regimen_of_ours_another_jurisdiction_is_a_note() -> None:
    regimen = read_regimen(jurisdiction="US", elsewhere={"EU": "made-up-eu"})
    site = library().site.model_copy(update={"jurisdiction": ["UK"]})
    found = told(regimen, site=site)["regimen.jurisdiction"]
    assert found.level == "NOTE"
    assert found.text == "This regimen is for US; this site follows UK."


@pytest.mark.parametrize(("jurisdiction", "here"), [("", ["UK"]), ("UK", ["EU", "UK"]), ("US", [])])
def test_a_regimen_for_here_for_everywhere_or_at_a_site_of_nowhere_says_nothing(
    jurisdiction: str, here: list[str]
) -> None:
    regimen = read_regimen(jurisdiction=jurisdiction)
    site = library().site.model_copy(update={"jurisdiction": here})
    assert "regimen.jurisdiction" not in told(regimen, site=site)


def test_each_file_that_has_changed_since_the_plan_was_made_is_named() -> None:
    regimen = read_regimen()
    of = shelf(regimen, words=terms())
    found = told(
        regimen,
        of,
        regimen=used("made-up", OTHER),
        drugs=[used("madeupine"), used("otherupine", OTHER)],
        bands=[used("gone-bands")],
        terms=[used("tests"), used("medicines", OTHER)],
    )
    changed = [(one.level, code) for code, one in found.items() if "_changed." in code]
    assert changed == [
        ("NOTE", "plan.words_changed.medicines"),
        ("WARN", "plan.knowledge_changed.made_up"),
        ("WARN", "plan.knowledge_changed.otherupine"),
        ("WARN", "plan.knowledge_changed.gone_bands"),
    ]
    assert found["plan.words_changed.medicines"].text == (
        "The medicines that are known have changed since this plan was made; look again at what "
        "was found in the patient."
    )
    assert found["plan.knowledge_changed.otherupine"].text == (
        "The file of otherupine has changed since this plan was made; check every dose."
    )
    assert found["plan.knowledge_changed.otherupine"].source == REGIMEN


def test_a_file_that_means_something_else_than_in_the_release_is_named_and_a_new_one_not() -> None:
    regimen = read_regimen(id=RITUXIMAB)
    found = told(regimen, drugs=[used("madeupine")])
    assert list(found) == ["regimen.under_review", "plan.since_release.rituximab_weekly"]
    said = found["plan.since_release.rituximab_weekly"]
    assert said.level == "NOTE"
    assert said.text.startswith("Changed since the release: rituximab-weekly: ")
