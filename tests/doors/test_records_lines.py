"""The door of the records: an export as JSON lines, changed, cut or made by somebody else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from commands.records import main
from records.chain import audit_hash, record_hash, sha256
from records.database import sqlite_url
from records.place import FILE
from records.store import Store, open_store
from records.transfer import export, restore
from tests.doors.answering import answer, each, nested
from tests.support.ward import saved


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    store = open_store(sqlite_url(tmp_path_factory.mktemp("records") / FILE))
    saved(store)
    exported = list(export(store.engine))
    store.close()
    return exported


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Store]:
    store = open_store(sqlite_url(tmp_path / FILE))
    yield store
    store.close()


Spoil = Callable[[list[str]], list[str]]


def entry(change: Callable[[dict[str, Any]], object]) -> Spoil:
    """Return what changes the first entry."""

    def spoil(lines: list[str]) -> list[str]:
        content = json.loads(lines[1])
        change(content)
        return [lines[0], json.dumps(content), *lines[2:]]

    return spoil


def audit(**more: object) -> Spoil:
    return entry(lambda content: content["audit"].update(more))


def line(number: int, text: str) -> Spoil:
    return lambda lines: [*lines[:number], text, *lines[number + 1 :]]


SPOILT: list[tuple[Spoil, str]] = [
    (lambda _: [], "export file"),
    (lambda _: [""], "export file"),
    (lambda _: ["{}"], "is not one of this program"),
    (lambda _: ["null"], "cannot be read"),
    (lambda lines: lines[1:], "is not one of this program"),
    (lambda lines: lines[:-1], "cut off"),
    (lambda lines: [lines[0], lines[-1]], "cut off"),
    (lambda lines: [*lines, lines[-1]], "comes after the last"),
    (lambda lines: [*lines, ""], "line 4"),
    (lambda lines: [lines[0], lines[1], *lines[1:]], "line 3"),
    (line(0, '{"posology_records": 2}'), "is not one of this program"),
    (line(0, '{"posology_records": true}'), "is not one of this program"),
    (line(0, '{"posology_records": 1, "posology_records": 1}'), "twice"),
    (line(1, "[]"), "line 2"),
    (line(1, "7"), "line 2"),
    (line(1, ""), "line 2"),
    (line(1, "{}"), "line 2"),
    (line(1, "\x00"), "line 2"),
    (line(1, nested("[", "]")), "line 2"),
    (line(1, nested('{"a":', "}")), "line 2"),
    (line(1, "9" * 5000), "line 2"),
    (line(1, '{"a": NaN}'), "line 2"),
    (line(1, '{"wishes": {}}'), "line 2"),
    (line(1, '{"audit": []}'), "line 2"),
    (line(1, '{"audit": {}}'), "line 2"),
    (line(1, '{"audit": null}'), "line 2"),
    (line(2, '{"entries": 1, "head": 7}'), "cut off"),
    (line(2, '{"entries": "1", "head": ""}'), "cut off"),
    (entry(lambda content: content.pop("audit")), "line 2"),
    (entry(lambda content: content.update(more={})), "more"),
    (audit(n=2), "another entry"),
    (audit(n=0), "does not fit audit"),
    (audit(n=-1), "does not fit audit"),
    (audit(n=10**30), "line 2"),
    (audit(n=2**63), "line 2"),
    (audit(n=True), "does not fit audit"),
    (audit(n="1"), "does not fit audit"),
    (audit(n=1.0), "does not fit audit"),
    (audit(n=None), "does not fit audit"),
    (
        entry(lambda content: [row.update(version=10**30) for row in content.values()]),
        "does not fit audit",
    ),
    (
        entry(
            lambda content: [r.update(version=10**30) for r in content.values() if "version" in r]
        ),
        "does not fit",
    ),
    (audit(more="x"), "does not fit audit"),
    (audit(hash="x"), "broken"),
    (audit(hash=None), "does not fit audit"),
    (audit(hash="\ud800"), "line 2"),
    (audit(hash="a\x00b"), "NUL"),
    (lambda lines: [lines[0], lines[1].replace('"n":1', '"n":1,"n":1', 1), *lines[2:]], "twice"),
]


@each("spoil, word", SPOILT)
def test_lines_that_are_no_export_are_refused_and_nothing_is_written(
    spoil: Spoil, word: str, lines: list[str], empty: Store
) -> None:
    assert word in answer(restore, empty.engine, spoil(lines))
    assert empty.verify().entries == 0
    assert restore(empty.engine, lines).broken is None


@pytest.mark.parametrize("content", ["x", "[]", '{"patient": 7}', '{"patient": {"label": 7}}'])
def test_a_whole_chain_around_something_that_is_no_plan_is_refused(
    content: str, lines: list[str], empty: Store
) -> None:
    forged = json.loads(lines[1])
    [record] = forged.keys() - {"audit", "texts"}
    row = forged[record]
    text = {**forged["texts"], "content": content, "sha256": sha256(content)}
    entry = {**forged["audit"], "sha256": record_hash(record, row, sha256(content))}
    entry["hash"] = audit_hash(entry)
    again = json.dumps({"audit": entry, "texts": text, record: row})
    whole = [lines[0], again, json.dumps({"entries": 1, "head": entry["hash"]})]
    assert "plan that cannot be read" in answer(restore, empty.engine, whole)
    # where the hashes do not fit, the chain is what is named
    spoilt = json.dumps({"audit": forged["audit"], "texts": text, record: row})
    assert "broken" in answer(restore, empty.engine, [lines[0], spoilt, lines[2]])
    assert empty.verify().entries == 0


def a_directory(path: Path) -> None:
    path.mkdir()


def utf_16(path: Path) -> None:
    path.write_text('{"posology_records": 1}', encoding="utf-16")


def binary(path: Path) -> None:
    path.write_bytes(bytes(range(256)))


def a_device_without_end(path: Path) -> None:
    path.symlink_to("/dev/zero")


def nothing(_: Path) -> None:
    pass


@pytest.mark.parametrize("make", [a_directory, utf_16, binary, a_device_without_end, nothing])
def test_a_file_that_is_no_export_is_refused_in_words(
    make: Callable[[Path], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("POSOLOGY_DATA", str(tmp_path / "home"))
    path = tmp_path / "records.jsonl"
    make(path)
    assert main(["restore", str(path)]) == 2
    assert "file" in capsys.readouterr().err
