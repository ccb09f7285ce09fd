"""Which plans were saved or signed with a file, and what it meant then."""

from __future__ import annotations

from records.store import Store
from schedules.review.affected import FileUse
from tests.support.planning import library
from tests.support.ward import ADMINISTRATOR, PHARMACIST, heavier, minutes, plan, saved, signed

REGIMEN = "regimens/rituximab-weekly"
SIGNED = "version 1 signed by AB, pharmacist, 20-Nov-2026 14:05 UTC"


def use(label: str, how: str, version: int | None = 1) -> FileUse:
    used = library().used(REGIMEN)
    assert used is not None
    name = plan(label or "ward-8").id
    return FileUse(plan=name, label=label, how=how, meaning=used.sha256, version=version)


def test_every_version_and_signature_is_a_use_and_an_erased_plan_keeps_its_signature(
    sqlite_store: Store,
) -> None:
    saved(sqlite_store)
    signed(sqlite_store, plan())
    saved(sqlite_store, heavier(plan()))
    saved(sqlite_store, plan("ward-8"))
    signed(sqlite_store, plan("ward-8"))
    sqlite_store.erase("ward-8", ADMINISTRATOR, why="asked for", at=minutes(300))
    assert sqlite_store.uses_of(REGIMEN) == [
        use("ward-7", "saved as version 1"),
        use("ward-7", "saved as version 2"),
        use("ward-7", SIGNED, None),
        use("", SIGNED, None),
    ]
    assert sqlite_store.uses_of("drugs/prednisolone") == []


def test_a_signature_on_a_file_itself_is_no_use_of_it_by_a_plan(sqlite_store: Store) -> None:
    sqlite_store.sign_file(library(), REGIMEN, PHARMACIST, "checked", at=minutes(1))
    assert sqlite_store.uses_of(REGIMEN) == []
