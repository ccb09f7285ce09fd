"""Posology for several people: the same pages behind the hospital's sign-in (docs/deploy.md)."""

from __future__ import annotations

import os
import sys

from streamlit.starlette import App

from dosing.errors import InputError
from records.place import heads_file, where_heads_are
from screens.access.door import at_the_door
from screens.access.sign_in import settings
from screens.parts.calendar_library import CALENDAR_LIBRARY
from screens.parts.feed import FEED
from screens.parts.navigation import FORMER_PAGE

try:
    sign_in = settings()
except InputError as error:
    sys.stderr.write(f"Posology does not start.\n{error}\n")
    sys.exit(2)

sys.stderr.write(f"{where_heads_are(heads_file(os.environ))}\n")
app = App("app.py", routes=[CALENDAR_LIBRARY, FORMER_PAGE, FEED], middleware=at_the_door(sign_in))
