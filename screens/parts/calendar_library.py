"""FullCalendar's bundle on a route of its own, so that no message carries it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from screens.access.door import asset

CALENDAR_LIBRARY: Final = asset(Path(__file__).with_name("fullcalendar") / "index.global.min.js")
