"""Whether a pharmacist has checked this very content, as far as the records show."""

from __future__ import annotations

import dataclasses
from typing import Literal

VerificationState = Literal["not checked", "checked", "sent back", "void"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Whether a content is checked, in a word for programs and a sentence for every output.

    ``why`` is what made an earlier check void. It may name a drug, so no discreet output has it.
    ``row`` is the number and first digits of the row of the records that this rests on, where there
    is one: a paper that bears it shows later whether they were written anew.
    """

    state: VerificationState
    text: str
    why: str = ""
    row: str = ""

    def __str__(self) -> str:
        """Return the sentence."""
        return f"{self.text}; since then {self.why}" if self.why else self.text


NOT_CHECKED = Verification(state="not checked", text="not checked by a pharmacist")
