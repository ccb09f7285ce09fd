"""Who wrote and who checked a file: the signatures at the end of its reading.

A signature names a person, a role, a day and the hash of the meaning that was signed. A file can
only claim it: whether two people really signed is for the records to say. A signature over another
meaning is void.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import Literal, get_args

Part = Literal["written", "checked"]
PARTS: tuple[Part, ...] = get_args(Part)

SIGNATURES = "\n## Signatures\n"
_LINE = re.compile(
    r"- (Written|Checked) by (?:nobody yet|([^,]+), ([^,]+), on ([0-9]{4}-[0-9]{2}-[0-9]{2}), "
    r"for the meaning ([0-9a-f]{64}))\."
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who signed, in which role, when, and the hash of what the file meant then."""

    name: str
    role: str
    on: dt.date
    meaning: str

    def __str__(self) -> str:
        """Return who signed and when."""
        return f"{self.name}, {self.role}, on {self.on.isoformat()}"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """The two signatures of a reading; None where nobody has signed."""

    written: Signer | None = None
    checked: Signer | None = None

    @classmethod
    def read(cls, block: str) -> Signed:
        """Read the lines under the heading of the signatures.

        Raises:
            ValueError: if they are not the two lines that ``lines`` writes.
        """
        found: dict[str, Signer | None] = {}
        for line in filter(None, block.split("\n")):
            match = _LINE.fullmatch(line)
            if match is None:
                raise ValueError(f'"{line}" is no signature; write {_EXAMPLE}')
            part, name, role, day, meaning = match.groups()
            by = None
            if name is not None:
                on = dt.date.fromisoformat(day)
                by = Signer(name=name, role=role, on=on, meaning=meaning)
            found[part.lower()] = by
        if tuple(found) != PARTS:
            raise ValueError('the signatures are "Written by" and "Checked by", in this order')
        return cls(**found)

    @property
    def lines(self) -> str:
        """Return the heading and the lines, as they stand at the end of a reading."""
        return "\n".join((f"{SIGNATURES}", *(self._line(part) for part in PARTS), ""))

    def _line(self, part: Part) -> str:
        by: Signer | None = getattr(self, part)
        who = "nobody yet" if by is None else f"{by}, for the meaning {by.meaning}"
        return f"- {part.capitalize()} by {who}."

    def by(self, part: Part, signer: Signer) -> Signed:
        """Return them with one more."""
        return dataclasses.replace(self, **{part: signer})

    def by_two(self, meaning: str) -> bool:
        """Return whether they claim that two people wrote and checked a file as it means now."""
        if self.written is None or self.checked is None or _same(self.written, self.checked):
            return False
        return self.written.meaning == self.checked.meaning == meaning

    def claim(self, meaning: str) -> str:
        """Return what the signatures claim of a meaning; nothing where nobody has signed."""
        signers = {part: by for part in PARTS if (by := getattr(self, part)) is not None}
        if not signers:
            return ""
        said = "; ".join(f"{part} by {by}" for part, by in signers.items())
        if any(by.meaning != meaning for by in signers.values()):
            return f"signatures void, the file has changed since: {said}"
        if len(signers) == len(PARTS) and _same(*signers.values()):
            return f"signatures void, one person wrote and checked: {said}"
        return f"claimed, not proved: {said}"


def _same(one: Signer, other: Signer) -> bool:
    return one.name.split() == other.name.split()


_EXAMPLE = (
    '"- Written by nobody yet." or "- Checked by Anna Berg, pharmacist, on 2026-11-20, for the '
    'meaning HASH."'
)
