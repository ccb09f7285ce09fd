"""Several people, each in a browser of their own, through a real OIDC server on this machine."""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.running import (
    PATIENCE_MS,
    START_SECONDS,
    free_port,
    running,
    settle,
    streamlit,
)

pytestmark = pytest.mark.browser

# The page asks every five seconds, and warns in the last third: six of these eighteen seconds.
IDLE = "0.3 min"
# The keys that press it are part of its name.
SIGN = re.compile(r"^Sign( Shortcut.*)?$")
PEOPLE = {
    "anna": ("Anna Planner", ["doctors", "staff"]),
    "nils": ("Nils Nurse", ["ward-nurses"]),
    "petra": ("Petra Pharmacist", ["pharmacy"]),
    "carl": ("Carl Cleaner", ["staff"]),
}
SETTINGS = """
[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "a secret of the tests alone, long enough"
client_id = "posology"
client_secret = "a secret of the tests alone"
server_metadata_url = "http://localhost:{provider}/.well-known/openid-configuration"

[posology]
role_claim = "groups"
name_claim = "name"
idle = "{idle}"

[posology.roles]
planner = ["doctors"]
nurse = ["ward-nurses"]
pharmacist = ["pharmacy"]
"""


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("signed-in") / "secrets.toml"


@pytest.fixture(scope="module")
def address(secrets: Path) -> Iterator[str]:
    port, provider = free_port(), free_port()
    secrets.write_text(SETTINGS.format(port=port, provider=provider, idle=IDLE), encoding="utf-8")
    people = [
        text
        for sub, (name, groups) in PEOPLE.items()
        for text in ("--user-claims", json.dumps({"sub": sub, "name": name, "groups": groups}))
    ]
    with (
        running(
            "oidc_provider_mock",
            "--port",
            str(provider),
            *people,
            health=f"http://localhost:{provider}/.well-known/openid-configuration",
        ),
        streamlit(
            "serve.py",
            "--secrets.files",
            str(secrets),
            port=port,
            POSOLOGY_DATA=str(secrets.parent),
        ) as url,
    ):
        yield url


@contextmanager
def person(browser: Browser, address: str, sub: str) -> Iterator[Page]:
    """Sign in as a person does, in a fresh browser."""
    context = browser.new_context(
        viewport={"width": 1400, "height": 1000}, locale="en-GB", reduced_motion="reduce"
    )
    context.route(
        lambda url: urlparse(url).hostname not in {"127.0.0.1", "localhost"},
        lambda route: route.abort(),
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address)
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("button", name=sub, exact=True).click()
    # The first page of a server reads all regimens; without a role there is none.
    first = page.get_by_role("textbox", name="Find a")
    refused_page = page.get_by_text("You have no role in Posology.")
    with at_work(page, address):  # which on a busy machine takes longer than the idle limit
        expect(first.or_(refused_page)).to_be_visible(timeout=START_SECONDS * 1000)
    yield page
    context.close()


@contextmanager
def at_work(page: Page, address: str) -> Iterator[None]:
    """Let a person act all the time: however slow the machine is, who works stays signed in."""
    page.wait_for_url(f"{address}/**")
    cookie, left = cookies(page.context), threading.Event()

    def act() -> None:
        while not left.wait(timeout=1):
            fetch(f"{address}/signed-in", {"Cookie": cookie}, method="POST")

    acting = threading.Thread(target=act)
    acting.start()
    try:
        yield
    finally:
        left.set()
        acting.join()


def cookies(context: BrowserContext) -> str:
    """Return what the browser would send to the app."""
    held = context.cookies("http://127.0.0.1")
    return "; ".join(f"{one['name']}={one['value']}" for one in held)


def fetch(url: str, headers: dict[str, str], method: str = "GET") -> tuple[int, bytes]:
    parts = urlparse(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=20)
    try:
        connection.request(method, parts.path or "/", headers=headers)
        answer = connection.getresponse()
        return answer.status, b"" if answer.status == 101 else answer.read()
    finally:
        connection.close()


def type_in(page: Page, label: str, text: str) -> None:
    settle(page)
    box = page.get_by_role("textbox", name=label, exact=True)
    box.fill(text)
    box.press("Enter")


def check(page: Page) -> None:
    """Take the plan that was handed over to the Check screen."""
    page.get_by_role("link", name="Check", exact=True).click()
    plans = page.get_by_role("radiogroup", name="From the records")
    plans.locator("label").first.click()
    page.get_by_role("button", name="Check this plan").click()
    expect(page.get_by_role("heading", name="Checklist")).to_be_visible()


def cannot_sign(page: Page) -> None:
    expect(page.get_by_text("This is for: pharmacist.")).to_be_visible()
    expect(page.get_by_role("button", name=SIGN)).to_have_count(0)
    expect(page.get_by_role("button", name="Send back with reasons")).to_have_count(0)
    expect(page.get_by_role("textbox", name="Your name or initials")).to_have_count(0)


UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": "streamlit",
}


def refused(address: str, download: str, cookie: str = "") -> None:
    """Show that without a sign-in that holds there is no page, connection or file."""
    sent = {"Cookie": cookie}
    assert fetch(download, sent) == (401, b"")
    assert fetch(f"{address}/static/index.html", sent) == (401, b"")
    assert fetch(f"{address}/_stcore/stream", {**UPGRADE, "Origin": address, **sent})[0] == 403
    status, page = fetch(f"{address}/check", {"Accept": "text/html", **sent})
    assert status == 401
    assert b"Sign in" in page
    assert b"<script" not in page


def plans(page: Page) -> str:
    """Plan rituximab, and give the address of a file that was made at the click."""
    page.get_by_role("link", name="Plan", exact=True).click()
    expect(page.get_by_role("textbox", name="Weight", exact=True)).to_be_visible()
    for label, text in {"Label, no name": "ward-7", "Weight": "70 kg", "Height": "175 cm"}.items():
        type_in(page, label, text)
    chosen = "Rituximab 375 mg/m2 once a week, 4 doses"
    type_in(page, "Search a disease, drug or brand", "rituximab")
    page.get_by_text(chosen, exact=True).first.click()
    expect(page.get_by_role("heading", name=chosen, exact=True)).to_be_visible()
    type_in(page, "First day", "2026-11-30")
    expect(page.locator("p.dose")).to_have_text("700\u00a0mg")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Calendar (.ics)").click()
    return waiting.value.url


def end_session(page: Page) -> None:
    """Say to the sign-in server, which asks, that its part ends too, and come back."""
    # Its form ends with the way back: sent off before that is there, it leads nowhere.
    expect(page.locator("form input[name=redirect_uri]")).to_be_attached()
    page.get_by_role("button", name="End session").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def hand_over(page: Page) -> None:
    page.get_by_role("link", name="Check", exact=True).click()
    page.get_by_role("button", name="Hand over for the check").click()
    expect(page.get_by_text("In the records: ")).to_contain_text("Anna Planner, planner")


@pytest.mark.hazard("H96", "H97", "H98")
def test_each_does_what_the_role_allows_and_nothing_outlives_a_sign_in(
    browser: Browser, address: str, secrets: Path
) -> None:
    # Nobody was signed in yet: without the gate there is no page to sign in on, to be waited for.
    refused(address, f"{address}/media/made-up.ics")

    with person(browser, address, "carl") as page:
        said = page.get_by_role("alert")
        expect(said).to_contain_text("You have no role in Posology.")
        for group in ("staff", "doctors", "ward-nurses", "pharmacy"):
            expect(said).not_to_contain_text(group)
        assert "_streamlit_user" not in cookies(page.context)

    with person(browser, address, "anna") as page:
        with at_work(page, address):
            download = plans(page)
            cookie = cookies(page.context)
            status, file = fetch(download, {"Cookie": cookie})
            assert status == 200
            assert b"BEGIN:VCALENDAR" in file
            refused(address, download)
            refused(address, download, "_streamlit_user=made-up")
            hand_over(page)
            cannot_sign(page)
            expect(page.get_by_text("ward-7, 70 kg")).to_be_visible()

        # Anna leaves her desk: she is warned, then nothing of the patient is left.
        expect(page.locator("#sign-out-warning")).to_contain_text("you will be signed out")
        end_session(page)
        refused(address, download, cookie)

    with person(browser, address, "nils") as nurse, at_work(nurse, address):
        check(nurse)
        cannot_sign(nurse)
        expect(nurse.get_by_role("link", name="Plan", exact=True)).to_have_count(0)
        # However much Nils does: without a role the page is taken away, and nobody else's is.
        kept = secrets.read_text(encoding="utf-8")
        secrets.write_text(kept.replace('nurse = ["ward-nurses"]', ""), encoding="utf-8")
        end_session(nurse)
        secrets.write_text(kept, encoding="utf-8")

    with person(browser, address, "petra") as pharmacist:
        with at_work(pharmacist, address):
            check(pharmacist)
            sign = pharmacist.get_by_role("button", name=SIGN)
            boxes = pharmacist.get_by_role("checkbox")
            expect(sign).to_be_visible()
            expect(boxes.last).to_be_attached()
            for box in boxes.all():
                box.locator("xpath=ancestor::label").click()
                expect(box).to_be_checked()
            settle(pharmacist)
            sign.click()
            state = pharmacist.locator(".check-state")
            expect(state).to_contain_text("Checked by Petra Pharmacist, pharmacist")
            expect(state).not_to_contain_text("unverified")
            kept = cookies(pharmacist.context)
            assert fetch(f"{address}/static/index.html", {"Cookie": kept})[0] == 200
            # A link of another page signs nobody out; the button does.
            assert fetch(f"{address}/auth/logout", {"Cookie": kept})[0] == 405
            assert fetch(f"{address}/static/index.html", {"Cookie": kept})[0] == 200
            settle(pharmacist)
            pharmacist.get_by_role("button", name="Sign out").click()
        end_session(pharmacist)
        assert "_streamlit_user" not in cookies(pharmacist.context)
        refused(address, download, kept)
