"""Signs a person in where the app runs without a browser."""

from __future__ import annotations

import pytest

from records.roles import Actor
from screens.access import sign_in


def sign_in_as(monkeypatch: pytest.MonkeyPatch, person: Actor) -> None:
    """Sign in whoever opens the app from now on."""
    monkeypatch.setattr(sign_in, "configured", lambda: True)
    monkeypatch.setattr("screens.access.signed_in.configured", lambda: True)
    monkeypatch.setattr(sign_in.SIGN_INS, "actor", lambda cookies: person)
