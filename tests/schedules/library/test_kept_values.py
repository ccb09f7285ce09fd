"""What one plan reads is parsed once, and never taken from a file that is not whole and ours."""

from __future__ import annotations

import hashlib
from pathlib import Path
from unittest.mock import Mock

import pytest

from schedules.knowledge import yaml_file
from schedules.knowledge.yaml_file import parse_quickly
from schedules.library import kept_values, private_files
from schedules.library.reader import read_library, read_usable
from tests.support.places import ROOT

CONTENT = b"version: 1\nconditions:\n  - {id: gout, name: gout, source: words}\n"
VALUES = {"version": 1, "conditions": [{"id": "gout", "name": "gout", "source": "words"}]}


@pytest.fixture
def parse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mock:
    """Keep files in a folder of this test, and count what is parsed."""
    monkeypatch.delenv(private_files.SWITCH, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    kept_values.parse_kept.cache_clear()
    parse = Mock(side_effect=parse_quickly)
    monkeypatch.setattr(yaml_file, "parse_quickly", parse)
    return parse


def started_again(content: bytes = CONTENT) -> object:
    kept_values.parse_kept.cache_clear()
    return kept_values.parse_kept(content)


def test_a_file_is_parsed_once_a_process_and_once_for_all_starts(parse: Mock) -> None:
    assert kept_values.parse_kept(CONTENT) == kept_values.parse_kept(CONTENT) == VALUES
    assert started_again() == VALUES
    assert parse.call_count == 1


def test_other_content_is_parsed_again(parse: Mock) -> None:
    started_again()
    other = started_again(CONTENT.replace(b"gout", b"asthma"))
    assert other != VALUES
    assert parse.call_count == 2


def test_what_another_version_of_the_parser_kept_is_not_taken(
    parse: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    started_again()
    monkeypatch.setattr(kept_values, "_parser", lambda: b"another")
    assert started_again() == VALUES
    assert parse.call_count == 2


@pytest.mark.parametrize("spoilt", ["cut", "changed", "open"])
def test_a_file_that_is_not_whole_and_ours_is_parsed_again(
    parse: Mock, tmp_path: Path, spoilt: str
) -> None:
    started_again()
    (kept,) = (tmp_path / "posology" / "values").iterdir()
    digest, _, body = kept.read_bytes().partition(b"\n")
    assert hashlib.sha256(body).hexdigest().encode() == digest
    if spoilt == "open":
        kept.chmod(0o666)
    else:
        wrong = body[:-9] if spoilt == "cut" else body.replace(b"gout", b"ache")
        kept.write_bytes(digest + b"\n" + wrong)
    assert started_again() == VALUES
    assert parse.call_count == 2


def test_the_switch_keeps_nothing(
    parse: Mock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(private_files.SWITCH, "1")
    started_again()
    started_again()
    assert parse.call_count == 2
    assert not (tmp_path / "posology").exists()


def test_dates_come_back_as_dates_and_times_are_parsed_each_time(parse: Mock) -> None:
    content = b"{due: 2027-11-20, text: '2027-11-20', doses: [0.5, 2, true, null]}"
    first = kept_values.parse_kept(content)
    assert repr(started_again(content)) == repr(first)
    assert parse.call_count == 1
    for _ in range(2):
        started_again(b"at: 2027-11-20 09:00:00")
    assert parse.call_count == 3


def test_a_second_plan_parses_nothing_and_a_check_parses_every_file(parse: Mock) -> None:
    read_usable(ROOT, "rituximab-weekly")
    files = parse.call_count
    kept_values.parse_kept.cache_clear()
    read_usable(ROOT, "rituximab-weekly")
    assert parse.call_count == files
    read_library(ROOT, "rituximab-weekly")
    assert parse.call_count == 2 * files
