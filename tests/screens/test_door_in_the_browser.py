"""The door of the running app: its headers, its sockets, and that the pages work behind it."""

from __future__ import annotations

import base64
import os
import re
import socket
from collections.abc import Iterator
from urllib.parse import urlparse

import pytest
import requests
from playwright.sync_api import Browser, expect

from tests.support.running import PATIENCE_MS, START_SECONDS, free_port, settle, streamlit

pytestmark = pytest.mark.browser

PAGES = ("", "plan", "check", "calculate", "pump", "library", "ward", "help")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = str(tmp_path_factory.mktemp("door"))
    with streamlit("app.py", port=free_port(), POSOLOGY_DATA=folder) as url:
        yield url


def handshake(address: str, *, origin: str, host: str = "") -> str:
    """Ask for the socket that pages are drawn over, and return the first line of the answer."""
    there = urlparse(address)
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        "GET /_stcore/stream HTTP/1.1",
        f"Host: {host or there.netloc}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Origin: {origin}",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
    ]
    with socket.create_connection((str(there.hostname), there.port), timeout=20) as line:
        line.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return line.recv(4096).decode("latin-1").splitlines()[0]


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "null"])
def test_a_foreign_pages_socket_is_refused(address: str, origin: str) -> None:
    assert " 403 " in handshake(address, origin=origin)


def test_a_socket_under_another_host_name_is_refused(address: str) -> None:
    line = handshake(address, origin="http://evil.example", host="evil.example")
    assert " 403 " in line


def test_the_own_pages_socket_opens(address: str) -> None:
    assert " 101 " in handshake(address, origin=address)


@pytest.mark.parametrize("path", ["/", "/library", "/_stcore/health", "/nothing.js"])
def test_the_headers_are_on_every_answer(address: str, path: str) -> None:
    found = requests.get(address + path, timeout=20).headers
    assert found["X-Content-Type-Options"] == "nosniff"
    assert found["Referrer-Policy"] == "no-referrer"
    assert found["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in found["Content-Security-Policy"]
    refused = requests.get(address + path, headers={"Host": "evil.example"}, timeout=20)
    assert refused.status_code == 403


def test_the_address_of_the_former_page_of_changes_leads_to_the_plan(address: str) -> None:
    for query in ("", "?draft=abc"):
        answer = requests.get(f"{address}/change{query}", allow_redirects=False, timeout=20)
        assert (answer.status_code, answer.headers["Location"]) == (307, f"plan{query}")


def test_every_page_works_under_its_policy(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(address)
    example = page.get_by_role("button", name="Try an example")
    expect(example).to_be_visible(timeout=START_SECONDS * 1000)
    settle(page)
    example.click()
    expect(page.locator("p.dose")).to_have_text("700\u00a0mg")
    expect(page.get_by_test_id("course-calendar").locator(".dose-event")).to_have_count(4)
    page.get_by_role("tab", name="Timeline").click()
    expect(page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first).to_be_visible()
    for name in PAGES[2:]:
        page.get_by_role("link", name=name.capitalize(), exact=True).click()
        expect(page).to_have_url(re.compile(rf"{address}/{name}(\?draft=.*)?"))
        settle(page)
    assert not [text for text in complaints if "Content Security Policy" in text]
    context.close()
