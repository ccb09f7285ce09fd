"""What is kept of a library between starts: used where it must be right, never to judge files."""

from __future__ import annotations

import json
import os
from pathlib import Path
from unittest.mock import Mock

import pytest

from commands.schedules import main
from dosing.errors import KnowledgeError
from dosing.units import plain
from schedules.knowledge import yaml_file
from schedules.knowledge.library import Library
from schedules.knowledge.yaml_file import parse_quickly
from schedules.library import cache, private_files, reader, replay
from tests.support.places import ROOT
from tests.support.planning import whole_library
from tests.support.shelf import read_anew, shelf

pytestmark = pytest.mark.usefixtures("every_file_is_proven")

RITUXIMAB = "regimens/rituximab-weekly.yaml"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder in which this test keeps libraries; the rest of the suite keeps none."""
    monkeypatch.delenv(private_files.SWITCH)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "posology" / "library"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a library of one regimen, its four drugs, site.yaml and sources.yaml."""
    (tmp_path / "library").mkdir()
    return shelf(tmp_path / "library", ("rituximab-weekly", "rituximab"))


# How many files of it are parsed and how many regimens are replayed where nothing is kept.
EVERYTHING = (7, 1)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Count what is parsed and replayed."""
    done: list[str] = []
    parse, examples = parse_quickly, replay.example_problems

    def counted_parse(content: bytes) -> object:
        done.append("parsed")
        return parse(content)

    def counted_replay(*args: object) -> object:
        done.append("replayed")
        return examples(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(yaml_file, "parse_quickly", counted_parse)
    monkeypatch.setattr(replay, "example_problems", counted_replay)
    return done


def start(root: Path, work: list[str]) -> tuple[Library, int, int]:
    """Read a library as a new start does: what it holds, files parsed, regimens replayed."""
    work.clear()
    read = cache.read_cached(root)
    if read.left_out:
        raise KnowledgeError(*(text for one in read.left_out for text in one.problems))
    return read, work.count("parsed"), work.count("replayed")


def content(library: Library) -> object:
    """Return everything that a library says, as plain values."""
    entries = {**library.regimens, **{f"drugs/{n}": drug for n, drug in library.drugs.items()}}
    bands = {name: repr(table) for name, table in library.bands.items()}
    used = [library.used(name) for name in ("drugs/rituximab", "regimens/rituximab-weekly")]
    return {n: one.model_dump_json() for n, one in entries.items()}, bands, used, library.site


@pytest.mark.usefixtures("home")
def test_a_second_start_parses_and_replays_nothing_and_reads_the_same(
    tmp_path: Path, work: list[str]
) -> None:
    (tmp_path / "four").mkdir()
    root = shelf(tmp_path / "four")
    # four regimens, ten drugs, site.yaml and sources.yaml
    first, parsed, replayed = start(root, work)
    assert (parsed, replayed) == (16, 4)
    second, parsed, replayed = start(root, work)
    assert (parsed, replayed) == (0, 0)
    assert content(second) == content(first)


@pytest.mark.usefixtures("home")
def test_the_whole_shipped_library_is_the_same_when_it_comes_from_the_cache(
    work: list[str],
) -> None:
    start(ROOT, work)
    again, parsed, replayed = start(ROOT, work)
    assert (parsed, replayed) == (0, 0)
    assert content(again) == content(whole_library())


@pytest.mark.usefixtures("home")
@pytest.mark.hazard("H99")
def test_one_changed_figure_is_read_at_the_next_start(root: Path, work: list[str]) -> None:
    start(root, work)
    path = root / "drugs" / "rituximab.yaml"
    before = path.stat()
    text = path.read_text(encoding="utf-8")
    assert "high: 500 mg/m2" in text
    path.write_text(text.replace("high: 500 mg/m2", "high: 600 mg/m2"), encoding="utf-8")
    read_anew(root)
    # Neither its size nor its time of change tells.
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size

    read, parsed, replayed = start(root, work)
    assert (parsed, replayed) == (1, 1)
    highs = [limit.hard.high for limit in read.drug("rituximab").limits if limit.hard]
    assert "600 mg/m2" in [plain(high) for high in highs if high is not None]


@pytest.mark.usefixtures("home")
def test_a_figure_that_no_longer_reproduces_is_refused_at_the_next_start(
    root: Path, work: list[str]
) -> None:
    start(root, work)
    path = root / RITUXIMAB
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("2026-12-07", "2026-12-08"), encoding="utf-8")
    for _ in range(2):
        with pytest.raises(KnowledgeError, match="rituximab-weekly"):
            start(root, work)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("file", ["site.yaml", "sources.yaml", "bands/more.csv"])
def test_what_stands_beside_the_regimens_is_seen_too(
    file: str, root: Path, work: list[str]
) -> None:
    start(root, work)
    if file == "site.yaml":
        text = (root / file).read_text(encoding="utf-8")
        (root / file).write_text(text.replace("weight_valid_days: 31", "weight_valid_days: 30"))
    elif file == "sources.yaml":
        text = (root / file).read_text(encoding="utf-8")
        (root / file).write_text(f"{text}  another: {{cite: A guide, confirmed: true}}\n")
    else:
        (root / "bands").mkdir()
        table = (ROOT / "bands" / "nhs-england-1-mg-per-ml.csv").read_text(encoding="utf-8")
        (root / file).write_text(table, encoding="utf-8")
    read, _, replayed = start(root, work)
    assert replayed == 1
    assert read.site.weight_valid_days == (30 if file == "site.yaml" else 31)
    assert list(read.bands) == (["more"] if file == "bands/more.csv" else [])


@pytest.mark.usefixtures("home")
def test_other_code_uses_nothing_that_this_code_kept(
    root: Path, work: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    start(root, work)
    monkeypatch.setattr(cache, "_CODE", "other code")
    assert start(root, work)[1:] == EVERYTHING


def test_one_byte_of_code_or_of_its_tables_is_other_code(tmp_path: Path) -> None:
    (tmp_path / "room" / "inner").mkdir(parents=True)
    for name in ("inner/rounding.py", "plausibility.toml", "clinical_units.txt"):
        path = tmp_path / "room" / name
        path.write_text("low = 0.5\n", encoding="utf-8")
        before = cache.hash_of_code([tmp_path / "room"])
        path.write_text("low = 0.6\n", encoding="utf-8")
        assert cache.hash_of_code([tmp_path / "room"]) != before


def test_other_versions_of_the_packages_are_other_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    hashes = {cache.hash_of_code([])}
    for name in ("pint-0.25.dist-info", "tzdata-2026.1.dist-info"):
        (tmp_path / name).mkdir()
        hashes.add(cache.hash_of_code([]))
    (tmp_path / "pint-0.25.dist-info").rename(tmp_path / "pint-0.26.dist-info")
    assert len({*hashes, cache.hash_of_code([])}) == 4


@pytest.mark.usefixtures("home")
def test_a_plan_replays_the_examples_of_its_regimen_once(root: Path, work: list[str]) -> None:
    def replayed() -> int:
        work.clear()
        cache.read_cached(root, "rituximab-weekly")
        return work.count("replayed")

    assert [replayed(), replayed()] == [1, 0]
    file = root / "drugs" / "rituximab.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("high: 500 mg/m2", "high: 600 mg/m2"), encoding="utf-8")
    read_anew(root)
    assert [replayed(), replayed()] == [1, 0]
    # What no longer reproduces is refused at every start.
    regimen = root / RITUXIMAB
    wrong = regimen.read_text(encoding="utf-8").replace("2026-12-07", "2026-12-08")
    regimen.write_text(wrong, encoding="utf-8")
    for _ in range(2):
        with pytest.raises(KnowledgeError, match="rituximab-weekly"):
            cache.read_cached(root, "rituximab-weekly")


def test_every_room_and_every_file_that_reads_or_computes_is_part_of_the_code() -> None:
    assert [room.relative_to(ROOT).as_posix() for room in cache._ROOMS] == ["dosing", "schedules"]
    kinds = {
        path.suffix
        for room in ("dosing", "schedules")
        for path in (ROOT / room).rglob("*")
        if path.is_file() and not {"__pycache__", "fonts"} & set(path.parts)
    }
    # py.typed is an empty mark.
    assert kinds - cache._READ_AS_CODE == {".typed"}


@pytest.mark.usefixtures("home")
def test_check_and_every_command_that_judges_read_the_files_themselves(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cache.read_cached(root)

    def refuse(*_: object) -> None:
        raise AssertionError("the cache was asked")

    monkeypatch.setattr(cache, "load_kept", refuse)
    monkeypatch.setattr(cache, "save_kept", refuse)
    monkeypatch.setattr("builtins.input", Mock(side_effect=EOFError))
    for typed in (["check"], ["check", "--strict"], ["new"], ["read-back", str(root / RITUXIMAB)]):
        assert main(["--library", str(root), *typed]) in (0, 2)
    with pytest.raises(AssertionError, match="the cache was asked"):
        main(["--library", str(root), "list"])
    capsys.readouterr()


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o755, 0o750])
def test_nothing_is_read_or_kept_in_a_folder_that_others_may_open(
    mode: int, home: Path, root: Path, work: list[str]
) -> None:
    start(root, work)
    home.chmod(mode)
    assert start(root, work)[1:] == EVERYTHING
    (kept,) = home.iterdir()
    kept.unlink()
    start(root, work)
    assert list(home.glob("*")) == []


def test_nothing_is_read_below_a_folder_that_others_may_write_to(
    home: Path, root: Path, work: list[str]
) -> None:
    start(root, work)
    home.parent.chmod(0o777)
    assert start(root, work)[1:] == EVERYTHING
    # Where only the owner of a file may replace it, as in /tmp, nobody else can.
    home.parent.chmod(0o1777)
    assert start(root, work)[1:] == (0, 0)


def test_nothing_is_read_through_a_link(home: Path, root: Path, work: list[str]) -> None:
    start(root, work)
    (kept,) = home.iterdir()
    other = kept.rename(home.parent / "elsewhere.json")
    kept.symlink_to(other)
    assert start(root, work)[1:] == EVERYTHING
    elsewhere = home.rename(home.parent / "elsewhere")
    home.symlink_to(elsewhere)
    assert start(root, work)[1:] == EVERYTHING


def test_nothing_is_read_that_another_user_owns(
    root: Path, work: list[str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(root, work)
    assert home.is_dir()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert start(root, work)[1:] == EVERYTHING


def test_a_file_that_others_may_read_or_write_is_not_read(
    home: Path, root: Path, work: list[str]
) -> None:
    start(root, work)
    (kept,) = home.iterdir()
    assert (home.stat().st_mode & 0o777, kept.stat().st_mode & 0o777) == (0o700, 0o600)
    for mode in (0o666, 0o620, 0o604):
        kept.chmod(mode)
        assert cache.load_kept(root) == reader.Kept()


@pytest.mark.hazard("H99")
def test_a_kept_figure_that_was_altered_or_cut_short_is_not_used(
    home: Path, root: Path, work: list[str]
) -> None:
    start(root, work)
    (kept,) = home.iterdir()
    whole = kept.read_bytes()
    assert whole.count(b"375 mg/m2") > 1
    for spoilt in (
        whole.replace(b"375 mg/m2", b"735 mg/m2"),
        whole[:-100],
        b"",
        b"\xff\n\xff",
        whole.partition(b"\n")[2],
    ):
        kept.write_bytes(spoilt)
        assert start(root, work)[1:] == EVERYTHING
        assert kept.read_bytes() == whole


def test_a_disk_that_cannot_be_written_to_stops_nothing(
    home: Path, root: Path, work: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home.parent.mkdir(parents=True)
    home.write_text("a file stands where the folder should", encoding="utf-8")
    assert start(root, work)[1:] == EVERYTHING
    home.unlink()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", full)
    assert start(root, work)[1:] == EVERYTHING


def test_what_is_no_json_is_read_from_its_file_each_time(root: Path, home: Path) -> None:
    cache.save_kept(root, reader.Kept({"one": b"bytes"}, {}, "proven"))
    assert cache.load_kept(root) == reader.Kept()
    assert list(home.glob("*")) == []


def test_the_switch_turns_it_off(
    home: Path, root: Path, work: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSOLOGY_NO_CACHE", "1")
    assert start(root, work)[1:] == EVERYTHING
    assert start(root, work)[1:] == EVERYTHING
    assert not home.exists()


def test_only_the_newest_four_libraries_are_kept(home: Path, tmp_path: Path) -> None:
    for n in range(6):
        cache.save_kept(tmp_path / str(n), reader.Kept(proven=str(n)))
        for m, path in enumerate(sorted(home.iterdir(), key=lambda one: one.stat().st_mtime_ns)):
            os.utime(path, (m, m))
    assert len(list(home.iterdir())) == 4
    assert [cache.load_kept(tmp_path / str(n)).proven for n in range(6)] == ["", "", *"2345"]


def test_dates_and_numbers_come_back_as_they_were(root: Path, home: Path) -> None:
    assert not home.exists()
    document = parse_quickly(
        b"{due: 2027-11-20, half: 0.5, one: 1, two: 2.0, yes: true, no: null, text: '2027-11-20'}"
    )
    cache.save_kept(root, reader.Kept({"one": document}, {"one": "meaning"}, "proven"))
    assert repr(cache.load_kept(root).documents) == repr({"one": document})
    assert json.dumps(document["text"]) == '"2027-11-20"'
