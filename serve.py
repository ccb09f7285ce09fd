"""Posology for several people: the same pages behind the hospital's sign-in (docs/deploy.md)."""

from __future__ import annotations

import sys

from starlette.middleware import Middleware
from streamlit.starlette import App

from dosing.errors import InputError
from screens.access.gate import SignInGate
from screens.access.sign_in import settings

try:
    _settings = settings()
except InputError as error:
    sys.stderr.write(f"Posology does not start.\n{error}\n")
    sys.exit(2)

app = App("app.py", middleware=[Middleware(SignInGate, settings=_settings)])
