"""Findings that say the same, put together for a reader."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from dosing.trace import Finding

_DATE = re.compile(r"(?:[A-Z][a-z]{2} )?[0-9]{2}-[A-Z][a-z]{2}-[0-9]{4}")


def equal_together(findings: Iterable[Finding]) -> list[Sequence[Finding]]:
    """Return findings in their order, those together that say the same on the same word.

    Two that differ in nothing but their one date say the same, too.
    """
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        text = finding.text
        if len(_DATE.findall(text)) == 1:
            text = _DATE.sub("", text)
        groups.setdefault((finding.level, text, str(finding.source)), []).append(finding)
    return list(groups.values())


def other_dates(equal: Sequence[Finding]) -> str:
    """Return the dates of equal findings after the first."""
    texts = dict.fromkeys(finding.text for finding in equal[1:] if finding.text != equal[0].text)
    return ", ".join(date for text in texts for date in _DATE.findall(text))
