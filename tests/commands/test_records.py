from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import re
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from commands.progress import progress_bar
from commands.records import main
from records.database import sqlite_url
from records.drafts import FILE as DRAFTS
from records.drafts import DraftHold, Drafts
from records.place import FILE, heads_file, where_heads_are
from records.store import open_store
from tests.records.test_heads import cut
from tests.support.ledger import writes
from tests.support.places import ROOT
from tests.support.ward import listed, plan, saved


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of filled records, to which the settings point."""
    folder = tmp_path / "data"
    monkeypatch.setenv("POSOLOGY_DATA", str(folder))
    monkeypatch.delenv("POSOLOGY_DATABASE_URL", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    store = open_store(sqlite_url(folder / FILE))
    for write in writes():
        write(store)
    store.close()
    return folder


def own_heads(data: Path) -> Path:
    """Return the file in which heads are kept where no setting names one."""
    return data.parent / "state" / "posology" / "heads.txt"


def tamper(data: Path) -> None:
    store = open_store(sqlite_url(data / FILE))
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER texts_no_update")
        connection.exec_driver_sql("UPDATE texts SET content = '{}' WHERE n = 2")
    store.close()


def test_verify_says_that_the_records_hold(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["entries"], found["erased"], found["broken"]) == (8, 2, None)
    assert main(["verify", "--head", found["head"]]) == 0
    assert capsys.readouterr().out == f"8 records hold, 2 texts erased. Head: {found['head']}\n"


def test_verify_names_the_broken_row_and_exits_3(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tamper(data)
    assert main(["verify"]) == 3
    assert capsys.readouterr().err.splitlines() == [
        "The chain is broken: texts 2 was changed.",
        where_heads_are(own_heads(data)),
    ]
    assert main(["verify", "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert found["broken"] == {"table": "texts", "n": 2, "why": "was changed"}


def test_a_head_that_is_not_in_the_chain_exits_3(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", "--head", "0" * 64]) == 3
    assert "is missing: the head given is not here" in capsys.readouterr().err


def test_an_export_is_restored_as_the_same_bytes(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    assert main(["export", "--out", str(first)]) == 0
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    monkeypatch.setenv("POSOLOGY_DATA", str(tmp_path / "elsewhere"))
    assert main(["restore", str(first)]) == 0
    assert "8 records restored, and they hold." in capsys.readouterr().out
    assert main(["export", "--out", str(second)]) == 0
    assert first.read_bytes() == second.read_bytes()
    assert main(["restore", str(first)]) == 2
    assert "restore into an empty store" in capsys.readouterr().err


def test_a_broken_export_is_not_restored(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tamper(data)
    out = tmp_path / "out.jsonl"
    assert main(["export", "--out", str(out)]) == 0  # evidence, as it is
    monkeypatch.setenv("POSOLOGY_DATA", str(tmp_path / "elsewhere"))
    assert main(["restore", str(out)]) == 3
    assert "The chain in the file is broken: texts 2 was changed." in capsys.readouterr().err


def test_a_label_is_erased_by_somebody_for_a_reason(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drafts, mine = Drafts(data / DRAFTS), DraftHold(id="one", holder="", owner="")
    drafts.keep(mine, "pump", '{"label": "ward-7"}', dt.datetime.now(dt.UTC))
    assert main(["erase", "ward-7", "--why", "kept for ten years", "--who", "KL"]) == 0
    assert "Erased: 1 plan. Deleted: 1 draft. The chain" in capsys.readouterr().out
    store = open_store(sqlite_url(data / FILE))
    last = store.audit(plan().id)[-1]
    assert str(last.by) == "KL (unverified), administrator"
    assert listed(store) == []
    assert store.verify().broken is None
    store.close()
    assert main(["erase", "ward-7", "--why", "again", "--who", "KL"]) == 2
    assert main(["erase", "ward-7", "--why", "again", "--who", " "]) == 2
    assert "who: is missing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["verify", "--all"], "unrecognized arguments"),
        (["erase", "ward-7"], "--why, --who"),
        (["export"], "--out"),
        ([], "are required: verify | export | restore | erase"),
    ],
)
def test_a_wrong_command_line_exits_2_in_one_line(
    asked: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(asked)
    assert left.value.code == 2
    written = capsys.readouterr().err
    assert said in written and written.count("\n") == 1


def test_files_that_cannot_be_read_or_written_exit_2(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "--out", str(tmp_path / "no" / "out.jsonl")]) == 2
    assert main(["export", "--out", str(tmp_path)]) == 2
    assert main(["restore", str(tmp_path / "none.jsonl")]) == 2
    assert capsys.readouterr().err.count("cannot be") == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "state"]


@pytest.mark.parametrize(
    "asked",
    [["verify"], ["export", "--out", "x"], ["erase", "a", "--why", "b", "--who", "c"]],
)
def test_records_that_are_not_there_are_not_begun_by_looking(
    asked: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("POSOLOGY_DATA", str(tmp_path / "typo"))
    assert main(asked) == 2
    assert "is not there; look at POSOLOGY_DATA" in capsys.readouterr().err
    assert not (tmp_path / "typo").exists()


def test_it_runs_as_a_command_and_has_help(data: Path) -> None:
    asked = [sys.executable, "-m", "records", "--help"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "verify | export | restore | erase" in done.stdout
    assert "3 the chain is broken." in " ".join(done.stdout.split())


def test_nothing_printed_tells_of_a_patient(
    data: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    store = open_store(sqlite_url(data / FILE))
    saved(store, plan("bed-by-the-window"))
    store.close()
    main(["verify"])
    tamper(data)
    main(["verify"])
    main(["erase", "bed-by-the-window", "--why", "asked for", "--who", "KL"])
    printed = capsys.readouterr()
    for text in (printed.out, printed.err, caplog.text):
        assert "bed-by-the-window" not in text
        assert "70 kg" not in text


def filled(data: Path, *labels: str) -> None:
    """Write records anew as the app does, with no setting but where they are."""
    store = open_store(sqlite_url(data / FILE), heads_file(os.environ))
    for label in labels:
        saved(store, plan(label))
    store.close()


def cut_the_tail(data: Path) -> None:
    store = open_store(sqlite_url(data / FILE))
    cut(store, 2)
    store.close()


def swap(data: Path) -> None:
    (data / FILE).unlink()
    filled_unseen(data, "bed-1", "bed-2", "bed-3", "bed-4")


def roll_back(data: Path) -> None:
    earlier = (data / FILE).read_bytes()
    filled(data, "ward-4")
    for file in data.glob(f"{FILE}-*"):  # what SQLite writes beside it
        file.unlink()
    (data / FILE).write_bytes(earlier)


def write_anew(data: Path) -> None:
    (data / FILE).unlink()
    filled_unseen(data, "ward-1", "ward-2", "bed-3")


def filled_unseen(data: Path, *labels: str) -> None:
    store = open_store(sqlite_url(data / FILE))
    for label in labels:
        saved(store, plan(label))
    store.close()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of three records, written with the settings of a fresh desk."""
    folder = tmp_path / "desk"
    monkeypatch.setenv("POSOLOGY_DATA", str(folder))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("POSOLOGY_DATABASE_URL", "POSOLOGY_HEADS"):
        monkeypatch.delenv(name, raising=False)
    filled(folder, "ward-1", "ward-2", "ward-3")
    return folder


@pytest.mark.hazard("H52")
@pytest.mark.parametrize(
    ("act", "row"), [(cut_the_tail, 3), (swap, 1), (roll_back, 4), (write_anew, 3)]
)
def test_records_that_were_cut_swapped_rolled_back_or_rewritten_are_found_with_nothing_set(
    act: Callable[[Path], None], row: int, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify"]) == 0
    assert capsys.readouterr().err == where_heads_are(own_heads(desk)) + "\n"
    act(desk)
    assert main(["verify"]) == 3
    broken, where = capsys.readouterr().err.splitlines()
    assert broken.startswith(f"The chain is broken: audit {row} ")
    assert broken.endswith("by the head that is kept elsewhere.")
    assert where == where_heads_are(own_heads(desk))


def test_heads_that_were_taken_out_are_missed(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own_heads(desk).unlink()
    assert main(["verify"]) == 0
    assert "WARN  No head of these records is kept yet" in capsys.readouterr().err


def test_a_desk_without_a_folder_of_its_own_goes_on_and_is_warned(
    desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file" / "state"))
    filled(desk, "ward-4")
    main(["verify"])
    shown = capsys.readouterr()
    assert "4 records hold" in shown.out
    assert "WARN  Heads of the records are kept nowhere else" in shown.err


def test_a_server_has_heads_only_where_they_are_named() -> None:
    server = {"POSOLOGY_DATABASE_URL": "postgresql://db/posology"}
    assert heads_file(server) is None
    assert heads_file({**server, "POSOLOGY_HEADS": "/mnt/heads.txt"}) == Path("/mnt/heads.txt")


def test_every_command_says_where_heads_are_kept(
    desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    where = where_heads_are(own_heads(desk))
    out = str(tmp_path / "out.jsonl")
    erase = ["erase", "ward-1", "--why", "asked for", "--who", "KL"]
    for command in (["verify"], ["export", "--out", out], erase):
        assert main(command) == 0
        assert where in capsys.readouterr().err
    assert main(["verify", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["heads"] == str(own_heads(desk))
    monkeypatch.setenv("POSOLOGY_DATA", str(tmp_path / "restored"))
    assert main(["restore", out]) == 0
    assert where in capsys.readouterr().err
    # The head of what was restored is kept at once.
    cut_the_tail(tmp_path / "restored")
    assert main(["verify"]) == 3


def test_the_app_says_at_its_start_where_heads_are_kept(desk: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import app"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    assert where_heads_are(own_heads(desk)) in done.stderr.splitlines()


def test_a_clock_that_is_wrong_is_said_where_something_is_erased(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    last = dt.datetime.fromisoformat(newest(data))
    for at, odd in (
        (last - dt.timedelta(minutes=5), False),
        (last - dt.timedelta(minutes=6), True),
        (last + dt.timedelta(days=366), False),
        (last + dt.timedelta(days=367), True),
    ):
        store = open_store(sqlite_url(data / FILE))
        assert ("Look whether its clock is right." in store.check_clock(at)) is odd
        store.close()
    monkeypatch.setattr("commands.records.now", lambda: last + dt.timedelta(days=3650))
    assert main(["erase", "ward-7", "--why", "asked for", "--who", "KL"]) == 0
    assert "This machine says that it is 20" in capsys.readouterr().err
    monkeypatch.setattr("commands.records.now", lambda: last)
    assert main(["verify"]) == 0
    assert "a time to come" in capsys.readouterr().err


def newest(data: Path) -> str:
    """Return the time of the last row, as another program reads it."""
    with contextlib.closing(sqlite3.connect(data / FILE)) as file:
        return str(file.execute("SELECT at FROM audit ORDER BY n DESC").fetchone()[0])


@pytest.fixture
def stopped(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Path:
    """Return the file that remembers a run of verify that Ctrl-C stopped at row 5."""
    monkeypatch.setattr("records.chain._AT_ONCE", 5)

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as pressed:
        bar = contextlib.nullcontext(interrupt)
        pressed.setattr("commands.records.progress_bar", lambda *_: bar)
        assert main(["verify"]) == 130
    return tmp_path / "state" / "posology" / "proved.json"


def test_verify_that_is_interrupted_says_how_far_it_came_and_goes_on_from_there(
    stopped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Interrupted: the first 5 of 8 records hold." in capsys.readouterr().err
    assert stat.S_IMODE(stopped.stat().st_mode) == 0o600
    assert main(["verify", "--resume"]) == 0
    assert re.fullmatch(
        r"8 records hold, 2 texts erased \(5 of them proved \S+ \S+ UTC, not read again\)\. "
        r"Head: [0-9a-f]{64}\n",
        capsys.readouterr().out,
    )


def test_a_resumed_proof_reads_each_later_row_and_the_full_one_reads_every_row(
    data: Path, stopped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tamper(data)  # row 2, behind what was proved
    assert main(["verify"]) == 3
    store = open_store(sqlite_url(data / FILE))
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE texts SET content = '{}' WHERE n = 7")
    store.close()
    assert main(["verify", "--resume"]) == 3
    assert "texts 7 was changed" in capsys.readouterr().err


def test_what_was_proved_is_believed_only_while_its_last_row_is_there(
    data: Path, stopped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stopped.write_text(stopped.read_text().replace('"entries": 5', '"entries": 4'))
    assert main(["verify", "--resume"]) == 3
    assert "audit 4 is not as it was when it was proved" in capsys.readouterr().err


def test_what_others_may_have_written_is_not_believed(
    stopped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (stopped, stopped.parent):
        path.chmod(path.stat().st_mode | 0o020)
        assert main(["verify", "--resume"]) == 2
        assert "may be written by others: it is not believed" in capsys.readouterr().err
        path.chmod(path.stat().st_mode & ~0o020)
    stopped.unlink()
    assert main(["verify", "--resume"]) == 2
    assert "of these records nothing was proved earlier" in capsys.readouterr().err


def test_the_bar_is_on_a_terminal_alone_and_in_no_output(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with progress_bar("Verifying", 8) as show:
        show(8)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with progress_bar("Verifying", 8) as show:
        show(4)
    out, err = capsys.readouterr()
    assert out == "" and "Verifying" in err
