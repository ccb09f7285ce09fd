"""The words of the first format of regimen and drug files, and what stands in their place today."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dosing.drugs.conditions import Interval
from schedules.knowledge.times import read_times
from schedules.knowledge.yaml_file import plain_values, rename_key

_SOURCES = re.compile(r"^sources:\n(?:[ ].*\n|\n)*", re.MULTILINE)
_READ_BACK = re.compile(r"^read_back:\n(?:  - .*\n)*", re.MULTILINE)
_WORDS_OF_A_PHASE = {"gives": "medicines", "acts": "procedures"}
_WORDS_OF_A_MEDICINE = {"takes": "booked"}


def only_once(text: str) -> str:
    """Return the text of a file without its figures read back."""
    return _READ_BACK.sub("", text)


def sources_last(text: str) -> str:
    """Return the text of a file with its sources at the end; comments stay with what follows."""
    found = _SOURCES.search(text)
    if found is None:
        return text
    rest = text[: found.start()] + text[found.end() :]
    return rest + ("" if rest.endswith("\n") else "\n") + found[0]


def in_todays_words(document: Any) -> None:
    """Put today's words in place of those of the first format."""
    _rename(document, {"checks": "prerequisites"})
    for phase in parts_of(document, "phases"):
        _rename(phase, _WORDS_OF_A_PHASE)
        for key in ("medicines", "procedures"):
            for part in parts_of(phase, key):
                _rename(part, _WORDS_OF_A_MEDICINE)
                if "doses_a_day" in part and part["doses_a_day"] == _doses_a_day(part):
                    part.pop("doses_a_day")
    for adjustment in parts_of(document, "adjustments"):
        _rename(adjustment, {"takes": "if_taking"})
    reviewed = document.get("reviewed")
    for key in ("written_by", "checked_by"):
        if isinstance(reviewed, dict) and reviewed.get(key) == "":
            reviewed.pop(key)
    _write_intervals(document)


def _rename(part: Any, words: Mapping[str, str]) -> None:
    for old, new in words.items():
        if old in part and new not in part:
            rename_key(part, old, new)


def parts_of(document: Any, key: str) -> list[Any]:
    """Return the mappings of a list in a file; none where there is no such list."""
    listed = document.get(key)
    listed = listed if isinstance(listed, list) else []
    return [part for part in listed if isinstance(part, dict)]


def _doses_a_day(medicine: Mapping[str, Any]) -> int | None:
    """Return the doses a day that follow from its times, for a dose that is one per day."""
    if not str(medicine.get("dose", "")).endswith("/day"):
        return None
    around = str(medicine.get("days", "")).startswith("with each ")
    try:
        return len(read_times(medicine.get("at", []), around=around))
    except (TypeError, ValueError):
        return None


def _write_intervals(part: Any) -> None:
    """Write {at_least: 13 kg, below: 18 kg} in words, wherever it says for whom a line holds."""
    if isinstance(part, list):
        for value in part:
            _write_intervals(value)
    elif isinstance(part, dict):
        for key, value in part.items():
            if key == "when" and isinstance(value, dict):
                for measure, interval in value.items():
                    if isinstance(interval, dict):
                        value[measure] = _interval_in_words(interval)
            else:
                _write_intervals(value)


def _interval_in_words(interval: Any) -> Any:
    """Return an interval in words; one that they would not say exactly stays as it is."""
    ends = (("from", interval.get("at_least")), ("below", interval.get("below")))
    words = " to ".join(f"{word} {end}" for word, end in ends if end)
    try:
        same = Interval.model_validate(words) == Interval.model_validate(plain_values(interval))
    except ValueError:
        return interval
    return words if same else interval
