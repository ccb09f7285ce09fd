"""How far a chain was proved is remembered by address, and believed of one's own file alone."""

from __future__ import annotations

import datetime as dt
import os
import stat
from pathlib import Path

import pytest

from dosing.errors import InputError
from records.chain import Proved
from records.database import sqlite_url
from records.proved import recall, remember

AT = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
WARD, CLINIC = sqlite_url(Path("/srv/ward.sqlite3")), sqlite_url(Path("/srv/clinic.sqlite3"))
FIVE, EIGHT = Proved(entries=5, head="5" * 64), Proved(entries=8, head="8" * 64)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return the file in a folder that is still to be made, within another."""
    return tmp_path / "state" / "posology" / "proved.json"


def test_what_was_proved_is_remembered_for_each_address(file: Path) -> None:
    later = AT + dt.timedelta(hours=1)
    remember(file, WARD, FIVE, AT)
    remember(file, CLINIC, EIGHT, later)
    assert (recall(file, WARD), recall(file, CLINIC)) == ((FIVE, AT), (EIGHT, later))
    remember(file, WARD, EIGHT, later)
    assert recall(file, WARD) == (EIGHT, later)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [path.name for path in file.parent.iterdir()] == ["proved.json"]


@pytest.mark.parametrize("mode", [0o020, 0o002])
@pytest.mark.parametrize("is_folder", [True, False])
def test_what_others_may_write_is_neither_believed_nor_carried_on(
    file: Path, mode: int, is_folder: bool
) -> None:
    remember(file, WARD, FIVE, AT)
    open_to_all = file.parent if is_folder else file
    open_to_all.chmod(stat.S_IMODE(open_to_all.stat().st_mode) | mode)
    with pytest.raises(InputError, match="may be written by others: it is not believed"):
        recall(file, WARD)
    remember(file, CLINIC, EIGHT, AT)
    open_to_all.chmod(0o700 if is_folder else 0o600)
    with pytest.raises(InputError, match="of these records nothing was proved earlier"):
        recall(file, WARD)
    assert recall(file, CLINIC) == (EIGHT, AT)


def test_a_folder_that_others_may_only_pass_through_is_ones_own(file: Path) -> None:
    remember(file, WARD, FIVE, AT)
    file.parent.chmod(0o755)
    assert recall(file, WARD) == (FIVE, AT)


def test_the_file_of_another_user_is_not_believed(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(file, WARD, FIVE, AT)
    monkeypatch.setattr(os, "geteuid", lambda: file.stat().st_uid + 1)
    with pytest.raises(InputError, match="may be written by others"):
        recall(file, WARD)


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"PLACE": 5}', '{"PLACE": {"n": 5}}'])
def test_where_nothing_was_proved_one_begins_at_the_first_row(
    file: Path, content: str | None
) -> None:
    remember(file, CLINIC, EIGHT, AT)
    if content is None:
        file.unlink()
    else:
        file.write_text(content.replace("PLACE", "/srv/ward.sqlite3"), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        recall(file, WARD)
    assert str(refused.value) == (
        "--resume: of these records nothing was proved earlier; verify from the first row, "
        "without it"
    )
    # What cannot be read is written anew.
    remember(file, WARD, FIVE, AT)
    assert recall(file, WARD) == (FIVE, AT)


def test_what_cannot_be_remembered_is_said(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("no folder", encoding="utf-8")
    with pytest.raises(InputError, match=r"--resume will not know of this run; make its folder"):
        remember(tmp_path / "state" / "proved.json", WARD, FIVE, AT)
