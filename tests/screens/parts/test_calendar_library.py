"""FullCalendar's bundle on its route: the unchanged file, which a browser may keep."""

from __future__ import annotations

import asyncio
import hashlib
import re

from starlette.applications import Starlette
from starlette.types import Message, Scope

from screens.parts.calendar_library import CALENDAR_LIBRARY
from tests.support.places import ROOT


def fetched(path: str) -> tuple[Message, bytes]:
    """Ask for a path, and return how the answer begins and its bytes."""
    sent: list[Message] = []
    scope: Scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "root_path": "",
        "query_string": b"",
        "headers": [],
    }

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(Starlette(routes=[CALENDAR_LIBRARY])(scope, receive, send))
    start, *bodies = sent
    return start, b"".join(body["body"] for body in bodies)


def test_the_browser_gets_the_file_of_the_package_unchanged_and_keeps_it() -> None:
    notes = (ROOT / "screens/parts/fullcalendar/README.md").read_text(encoding="utf-8")
    (stated,) = re.findall(r"`([0-9a-f]{64})`", notes)
    start, code = fetched(CALENDAR_LIBRARY.path)
    assert start["status"] == 200
    assert hashlib.sha256(code).hexdigest() == stated
    headers = dict(start["headers"])
    assert headers[b"content-type"].startswith(b"text/javascript")
    assert headers[b"cache-control"] == b"public, max-age=31536000, immutable"


def test_the_address_of_another_file_is_not_there() -> None:
    assert fetched("/assets/0000000000000000.js")[0]["status"] == 404
