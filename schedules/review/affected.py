"""Which plans were made, or checked, while a file meant something else than it means now.

Asked when a figure proves wrong: whose doses followed from it. Nothing here tells a patient's label
unless it is asked for.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from dosing.errors import refuse
from schedules.knowledge.earlier_files import meaning_of
from schedules.knowledge.reading.comparison import SentenceChange, compare_readings

_VERSION = re.compile(r"[1-9][0-9]{0,5}")
_HASH = re.compile(r"[0-9a-f]{8,64}")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FileUse:
    """That a plan was made or checked with a file, and what the file meant then.

    ``version`` is that of the file; a signature knows the meaning alone, and has None.
    """

    plan: str
    label: str
    how: str
    meaning: str
    version: int | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Since:
    """From when a file is suspected: from a version on, in one meaning, or always."""

    version: int = 0
    meaning: str = ""

    @classmethod
    def read(cls, text: str) -> Since:
        """Read a version, or the first digits of the hash of a meaning.

        Raises:
            InputError: if it is neither.
        """
        if _VERSION.fullmatch(text):
            return cls(version=int(text))
        if _HASH.fullmatch(text):
            return cls(meaning=text)
        if text:
            why = "is neither a version nor the hash of a meaning"
            refuse("since", text, why=why, write="3, or the 8 to 64 first digits of a hash")
        return cls()

    def must_be_known(self, uses: Sequence[FileUse], meanings: Collection[str]) -> None:
        """Refuse a version or meaning of which nothing is known: a typo would clear every plan.

        Raises:
            InputError: if no plan has used it and it is not at hand.
        """
        known = {*meanings, *(use.meaning for use in uses)}
        if self.meaning and not any(one.startswith(self.meaning) for one in known):
            write = ", ".join(sorted(one[:12] for one in known))
            refuse("since", self.meaning, why="is no meaning that is known here", write=write)
        newest = max((use.version or 0 for use in uses), default=0)
        if uses and self.version > newest:
            why = f"is above every version that a plan used, the newest being {newest}"
            refuse("since", str(self.version), why=why, write=str(newest))

    def holds(self, use: FileUse, versions: Mapping[str, set[int]]) -> bool:
        """Return whether a use falls under it; one whose version nobody knows does."""
        if self.meaning:
            return use.meaning.startswith(self.meaning)
        known = {use.version} if use.version is not None else versions.get(use.meaning, set())
        return not known or max(known) >= self.version


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """What a file meant once, how that differs from now, and the plans that followed from it.

    ``changes`` is None where the words of that meaning are not at hand.
    """

    meaning: str
    versions: tuple[int, ...]
    changes: tuple[SentenceChange, ...] | None
    uses: tuple[FileUse, ...]

    @property
    def plans(self) -> dict[str, tuple[FileUse, ...]]:
        """Return the uses of each plan."""
        found: dict[str, list[FileUse]] = {}
        for use in self.uses:
            found.setdefault(use.plan, []).append(use)
        return {plan: tuple(uses) for plan, uses in found.items()}


def uses_in(content: Mapping[str, Any], file: str) -> Iterator[tuple[str, int]]:
    """Return meaning and version of a file, each time that a plan's content states them.

    Args:
        content: the content of a plan, as its file or the records hold it.
        file: ``regimens/ID``, ``drugs/ID``, ``bands/ID`` or ``terms/ID``.
    """
    kind, _, name = file.partition("/")
    for made in courses_in(content):
        stated = [made["regimen"]] if kind == "regimens" else made.get(kind, [])
        for used in stated:
            if used["id"] == name:
                yield meaning_of(used["sha256"]), used["version"]


def courses_in(content: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Return each course of a plan's content: its own, those added, and those a review opened.

    One that was undone since may have been given meanwhile.
    """
    yield content
    for change in content["changes"]:
        if "regimen" in change:
            yield change
        yield from change.get("opens", [])


def find_affected(
    uses: Iterable[FileUse], now: str | None, since: Since, texts: Mapping[str, str]
) -> list[Affected]:
    """Return the plans that followed from another meaning of a file, by what it was.

    Args:
        uses: of the file, by every plan that is looked at.
        now: the hash of what it means; None where it is no longer there.
        since: from when on it is suspected.
        texts: the readings that are at hand, by the hash of their meaning.
    """
    uses = list(uses)
    versions: dict[str, set[int]] = {}
    for use in uses:
        if use.version is not None:
            versions.setdefault(use.meaning, set()).add(use.version)
    by_meaning: dict[str, list[FileUse]] = {}
    for use in uses:
        if use.meaning != now and since.holds(use, versions):
            by_meaning.setdefault(use.meaning, []).append(use)
    return [
        Affected(
            meaning=meaning,
            versions=tuple(sorted(versions.get(meaning, set()))),
            changes=_changes(texts.get(meaning), texts.get(now or "")),
            uses=tuple(found),
        )
        for meaning, found in by_meaning.items()
    ]


def _changes(then: str | None, now: str | None) -> tuple[SentenceChange, ...] | None:
    return None if then is None or now is None else tuple(compare_readings(then, now))
