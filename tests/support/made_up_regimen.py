"""A regimen of a made-up drug, as the content of its file, to be spoilt by the tests."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from schedules.knowledge.regimen import Regimen

VEIN = "intravenous infusion"


def medicine(**more: Any) -> dict[str, Any]:
    entry = {
        "drug": "madeupine",
        "route": VEIN,
        "dose": "100 mg",
        "days": [1],
        "at": ["infusion"],
        "per_course": "100 mg",
        "source": "label",
    }
    return {key: value for key, value in {**entry, **more}.items() if value is not None}


def phase(*medicines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "course", "medicines": list(medicines) or [medicine()], **more}


def regimen(*phases: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": "made-up",
        "title": "Made up",
        "for": ["nothing"],
        "status": "under review",
        "version": 1,
        "reviewed": {"due": dt.date(2027, 11, 20)},
        "sources": {"label": {"cite": "A made-up label", "confirmed": True}},
        "phases": list(phases) or [phase()],
        "examples": [
            {
                "patient": {},
                "start": dt.date(2026, 11, 30),
                "expect": ["2026-11-30 madeupine 100 mg"],
                "source": "label",
            }
        ],
        **more,
    }


def refused(content: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        Regimen.model_validate(content)
    return str(caught.value)
