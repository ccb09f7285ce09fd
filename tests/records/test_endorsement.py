"""A regimen is endorsed where the records hold two proved people over what its file means now."""

from __future__ import annotations

import datetime as dt
import io
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pypdf
import pytest

from dosing.errors import refuse
from dosing.infusion.order import TypedBag
from dosing.trace import RefusedError
from records.database import sqlite_url
from records.endorsement import endorse
from records.place import FILE
from records.roles import Actor
from records.store import Store, open_store
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.knowledge.reading.page import read_aloud
from schedules.knowledge.signed import Signed, Signer
from schedules.library.one_file import read_version
from schedules.library.reader import read_library
from schedules.library.reading_file import write_signed
from schedules.outputs.fhir.bundle import to_fhir
from schedules.outputs.paper.pump_card import PumpOrder, print_pump_cards
from tests.support.planning import RITUXIMAB, codes, library, planned, text_of
from tests.support.shelf import read_anew, shelf, with_words

NOW = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)
WROTE = Actor(name="Anna Berg", role="planner", verified=True)
CHECKED = Actor(name="Jan Kowal", role="pharmacist", verified=True)
FILE_OF_IT = f"regimens/{RITUXIMAB}"
DRUG = "drugs/rituximab"


def library_that_claims(folder: Path, changes: dict[str, str] | None = None) -> Library:
    root = shelf(folder)
    path = root / "regimens" / f"{RITUXIMAB}.yaml"
    text = path.read_text("utf-8").replace("status: under review", "status: endorsed")
    for old, new in (changes or {}).items():
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    return read_library(read_anew(root))


@pytest.fixture
def claims(tmp_path: Path) -> Library:
    (tmp_path / "library").mkdir()
    return library_that_claims(tmp_path / "library")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(sqlite_url(tmp_path / FILE))


def signed_drug(library: Path, by: tuple[str, str] = ("Anna Berg", "Jan Kowal")) -> Library:
    """Return the library of a folder, in which the reading of the drug claims two signatures."""
    sign_reading(library / "drugs" / "rituximab.yaml", by)
    return read_library(library)


def sign_reading(path: Path, by: tuple[str, str] = ("Anna Berg", "Jan Kowal")) -> None:
    reading = read_aloud(read_version(path))
    signed = [
        Signer(name=name, role="pharmacist", on=NOW.date(), meaning=reading.meaning) for name in by
    ]
    write_signed(path, reading, Signed(written=signed[0], checked=signed[1]))


def endorsed(library: Library, store: Store, folder: Path) -> Library:
    environment = {"POSOLOGY_DATA": str(folder)}
    return endorse(library, environment, folder, lambda: nullcontext(store))


def status(library: Library, store: Store, folder: Path) -> str:
    return endorsed(library, store, folder).regimen(RITUXIMAB).status


@pytest.mark.hazard("H191")
def test_a_claim_in_a_file_is_no_endorsement(claims: Library, store: Store, tmp_path: Path) -> None:
    assert claims.stated[RITUXIMAB].status == "endorsed"
    assert claims.regimen(RITUXIMAB).status == "under review"
    assert status(claims, store, tmp_path) == "under review"
    store.sign_file(claims, FILE_OF_IT, WROTE, "written", at=NOW)
    assert status(claims, store, tmp_path) == "under review"
    store.sign_file(claims, FILE_OF_IT, CHECKED, "checked", at=NOW)
    assert status(claims, store, tmp_path) == "endorsed"
    assert store.verify().broken is None


def test_another_meaning_is_under_review_again(
    claims: Library, store: Store, tmp_path: Path
) -> None:
    store.sign_file(claims, FILE_OF_IT, WROTE, "written", at=NOW)
    store.sign_file(claims, FILE_OF_IT, CHECKED, "checked", at=NOW)
    (tmp_path / "other").mkdir()
    other = library_that_claims(tmp_path / "other", {"late: 2 days": "late: 3 days"})
    assert status(other, store, tmp_path) == "under review"


def test_whom_no_sign_in_proved_endorses_nothing(
    claims: Library, store: Store, tmp_path: Path
) -> None:
    store.sign_file(claims, FILE_OF_IT, WROTE, "written", at=NOW)
    typed = Actor(name="Jan Kowal", role="pharmacist", verified=False)
    last = store.sign_file(claims, FILE_OF_IT, typed, "checked", at=NOW)
    assert status(claims, store, tmp_path) == "under review"
    assert store.signatures(FILE_OF_IT)[-1] == last
    assert (last.version, last.remarks, last.by) == (1, "checked", typed)


def test_one_person_cannot_sign_both_parts_and_a_planner_cannot_check(
    claims: Library, store: Store
) -> None:
    both = Actor(name="JAN  kowal", role="pharmacist", verified=True)
    store.sign_file(claims, FILE_OF_IT, both, "written", at=NOW)
    with pytest.raises(RefusedError, match="another person signs"):
        store.sign_file(claims, FILE_OF_IT, CHECKED, "checked", at=NOW)
    with pytest.raises(RefusedError, match="may not sign"):
        store.sign_file(claims, FILE_OF_IT, WROTE, "checked", at=NOW)


@pytest.mark.hazard("H191")
def test_a_drug_is_endorsed_by_its_reading_and_the_records_together(
    store: Store, tmp_path: Path
) -> None:
    (tmp_path / "library").mkdir()
    unsigned = read_library(shelf(tmp_path / "library"))
    for part, actor in (("written", WROTE), ("checked", CHECKED)):
        store.sign_file(unsigned, DRUG, actor, part, at=NOW)  # type: ignore[arg-type]
    assert endorsed(unsigned, store, tmp_path).status(DRUG) == "under review"
    claims = signed_drug(tmp_path / "library")
    assert claims.standing(DRUG).startswith("under review; claimed, not proved: written by Anna")
    proved = endorsed(claims, store, tmp_path)
    assert proved.standing(DRUG).startswith("endorsed: ")
    # Asked again it is the same library: what was made with it, as a calendar is, still holds.
    assert endorsed(claims, store, tmp_path) is proved
    assert proved.status("drugs/immunoglobulin") == "under review"
    # One sentence of the drug file changes, and with it the meaning that was signed.
    path = tmp_path / "library" / "drugs" / "rituximab.yaml"
    path.write_text(path.read_text("utf-8").replace("high: 500", "high: 499"), "utf-8")
    changed = endorsed(read_library(read_anew(tmp_path / "library")), store, tmp_path)
    assert changed.standing(DRUG).startswith("under review; signatures void, the file has changed")


def test_one_name_twice_is_no_claim_of_a_drug(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    shelf(tmp_path / "library")
    library = signed_drug(tmp_path / "library", ("Anna Berg", "Anna  Berg"))
    assert library.claiming == []
    assert "one person wrote and checked" in library.standing(DRUG)


def test_an_endorsed_regimen_says_that_its_drug_is_not(store: Store, tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    claims = library_that_claims(tmp_path / "library")
    for file in (FILE_OF_IT, DRUG):
        store.sign_file(claims, file, WROTE, "written", at=NOW)
        store.sign_file(claims, file, CHECKED, "checked", at=NOW)
    changed = dict.fromkeys(["plan.knowledge_changed.rituximab_weekly"], "compared")
    plan = planned(RITUXIMAB, acknowledged=changed)
    course = work_out(plan, endorsed(claims, store, tmp_path))
    assert "regimen.under_review" not in codes(course)
    assert text_of(course, "drug.under_review.rituximab") == (
        "No clinician has endorsed the drug file of rituximab yet: it is under review."
    )
    assert b'"draft"' in to_fhir(course)
    assert "version 1, not endorsed: " in pump_card(course, endorsed(claims, store, tmp_path))
    both = endorsed(signed_drug(tmp_path / "library"), store, tmp_path)
    course = work_out(plan, both)
    assert not [code for code in codes(course) if "under_review" in code]
    assert b'"draft"' not in to_fhir(course)
    assert "version 1, endorsed: " in pump_card(course, both)


def pump_card(course: Course, library: Library) -> str:
    order = PumpOrder(bag=TypedBag(volume="500 mL", bag="everything"))
    content = print_pump_cards(course, library, order, printed_at=NOW)
    page = pypdf.PdfReader(io.BytesIO(content)).pages[0]
    return " ".join(page.extract_text().split())


def test_words_of_patients_are_endorsed_as_a_drug_is_and_a_plan_says_that_they_are_not(
    store: Store, tmp_path: Path
) -> None:
    root = tmp_path / "library"
    root.mkdir()
    library_that_claims(with_words(root))
    claims = signed_drug(root)
    for file in (FILE_OF_IT, DRUG):
        store.sign_file(claims, file, WROTE, "written", at=NOW)
        store.sign_file(claims, file, CHECKED, "checked", at=NOW)
    changed = dict.fromkeys(["plan.knowledge_changed.rituximab_weekly"], "compared")
    plan = planned(RITUXIMAB, acknowledged=changed)
    course = work_out(plan, endorsed(claims, store, tmp_path))
    assert text_of(course, "terms.under_review.tests") == (
        "No clinician has endorsed the words of tests yet: they are under review."
    )
    for name in ("conditions", "medicines", "tests"):
        path = root / "terms" / f"{name}.yaml"
        sign_reading(path)
    claims = read_library(root)
    for name in ("conditions", "medicines", "tests"):
        store.sign_file(claims, f"terms/{name}", WROTE, "written", at=NOW)
        store.sign_file(claims, f"terms/{name}", CHECKED, "checked", at=NOW)
    course = work_out(plan, endorsed(claims, store, tmp_path))
    assert not [code for code in codes(course) if "under_review" in code]


def no_records() -> AbstractContextManager[Store]:
    refuse("records", "", why="cannot be read", write="another address")


def test_records_that_the_settings_name_are_opened_and_closed_again(
    claims: Library, store: Store, tmp_path: Path
) -> None:
    store.sign_file(claims, FILE_OF_IT, WROTE, "written", at=NOW)
    store.sign_file(claims, FILE_OF_IT, CHECKED, "checked", at=NOW)
    store.close()
    found = endorse(claims, {"POSOLOGY_DATA": str(tmp_path)}, tmp_path)
    assert found.regimen(RITUXIMAB).status == "endorsed"


def test_without_records_or_a_claim_nothing_is_opened_and_nothing_endorsed(
    claims: Library, tmp_path: Path
) -> None:
    environment = {"POSOLOGY_DATA": str(tmp_path)}
    # no records are there
    assert endorse(claims, environment, tmp_path) is claims
    named = {"POSOLOGY_DATABASE_URL": f"sqlite:///{tmp_path / 'none.db'}"}
    assert endorse(claims, named, tmp_path) is claims
    assert not list(tmp_path.glob("*.db"))
    open_store(sqlite_url(tmp_path / FILE)).close()
    # they cannot be read
    assert endorse(claims, environment, tmp_path, no_records) is claims
    # nobody claims anything
    plain = library()
    assert plain.claiming == []

    def never() -> AbstractContextManager[Store]:
        pytest.fail("the records were opened")

    assert endorse(plain, environment, tmp_path, never) is plain
