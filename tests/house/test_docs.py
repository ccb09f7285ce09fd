"""The pages for readers: what they name is there, and the README stays short."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from docs.making.marked_parts import with_part
from docs.making.sbom import licence_of, locked
from tests.support.places import ROOT

PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "bands/README.md",
]
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#([\w-]+))?\)")
ROOMS = "bands|commands|docs|dosing|drugs|records|regimens|schedules|screens|tests"
PATH = re.compile(rf"`((?:{ROOMS})/[\w./-]*|[a-z_]+\.(?:py|yaml|txt|toml|md))(?:::\w+)?`")
CLASS = re.compile(r"^class (\w+)", re.MULTILINE)
WORD = re.compile(r"^\| ([a-z][\w ,-]+) \| (.+) \| `(.+)` \|$")


def place(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target, part in LINK.findall(page.read_text(encoding="utf-8")):
        path = (page.parent / target).resolve()
        assert path.exists(), target
        if part:
            headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
            assert part in map(anchor, headings), f"{target}#{part}"


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_every_path_that_a_page_names_exists(page: Path) -> None:
    named = PATH.findall(page.read_text(encoding="utf-8"))
    inside = {path.name for room in ROOMS.split("|") for path in (ROOT / room).rglob("*.py")}
    gone = [
        path
        for path in named
        if not (ROOT / path).exists()
        and not (page.parent / path).exists()
        and not ("/" not in path and path in inside)
    ]
    assert gone == []


def test_the_readme_is_read_in_one_go() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 100


def words() -> list[tuple[str, str, str]]:
    lines = (ROOT / "docs" / "words.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and "---" not in line][1:]
    matched = [WORD.match(row) for row in rows]
    assert all(matched), [row for row, match in zip(rows, matched, strict=True) if not match]
    return [(match[1], match[2], match[3]) for match in matched if match]


def test_each_word_stands_once_in_its_order_and_lives_in_a_module_that_exists() -> None:
    every = [word for entry, _, _ in words() for word in entry.split(", ")]
    assert len(every) > 40
    assert [word for word, count in Counter(every).items() if count > 1] == []
    entries = [entry for entry, _, _ in words()]
    assert entries == sorted(entries)
    assert [module for _, _, module in words() if not (ROOT / module).is_file()] == []


def test_a_word_that_names_a_class_lives_where_the_class_is() -> None:
    homes = {
        name: path.relative_to(ROOT).as_posix()
        for room in ("dosing", "schedules", "records")
        for path in (ROOT / room).rglob("*.py")
        for name in CLASS.findall(path.read_text(encoding="utf-8"))
    }
    classes = {
        word: ("".join(part.capitalize() for part in re.split("[ -]", word)), module)
        for entry, _, module in words()
        for word in entry.split(", ")
    }
    lives = {
        word: (homes[name], module) for word, (name, module) in classes.items() if name in homes
    }
    assert len(lives) > 20
    assert {word: pair for word, pair in lives.items() if pair[0] != pair[1]} == {}


def test_a_page_without_its_markers_is_not_written() -> None:
    made = with_part(
        "a\n<!-- map: made by make docs -->\nold\n<!-- end of map -->\nb", "map", "new"
    )
    assert made == "a\n<!-- map: made by make docs -->\nnew\n<!-- end of map -->\nb"
    with pytest.raises(ValueError, match="markers of map are missing"):
        with_part("a page without", "map", "new")


def test_the_changelog_and_its_fragments_begin_with_what_changes_a_dose_or_a_date() -> None:
    versions = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").split("\n## ")[1:]
    assert versions
    for version in versions:
        assert re.findall(r"^### (.+)$", version, re.MULTILINE)[0] == "Changes a dose or a date"
    headings = ("Changes a dose or a date", "Added", "Changed", "Mended")
    for fragment in (ROOT / "changes").glob("*.md"):
        if fragment.name != "README.md":
            assert fragment.read_text(encoding="utf-8").splitlines()[0] in headings, fragment.name


def test_the_hooks_before_a_commit_fetch_nothing() -> None:
    hooks = YAML(typ="safe").load(ROOT / ".pre-commit-config.yaml")
    assert [repo["repo"] for repo in hooks["repos"]] == ["local"]
    entries = [hook["entry"] for repo in hooks["repos"] for hook in repo["hooks"]]
    assert all(entry.startswith(".venv-dev/bin/") for entry in entries)


def test_the_notice_names_each_package_under_a_licence_that_asks_for_more() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    packages = locked(ROOT / "requirements.lock").keys()
    assert {"fpdf2", "psycopg-binary", "certifi", "pint"} <= packages
    copyleft = {name for name in packages if re.match(r"L?GPL|MPL", licence_of(name))}
    assert {name for name in copyleft if name not in notice} == set()
    assert {"fpdf2", "psycopg", "psycopg-binary", "certifi"} <= copyleft
