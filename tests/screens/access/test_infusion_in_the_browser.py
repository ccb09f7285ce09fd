"""A running infusion outlives its sign-in as a locked view, and a killed server."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.screens.access.test_signed_in_browser import PEOPLE, SETTINGS, at_work, person
from tests.screens.test_kept_in_the_browser import NOTHING_UNTOLD
from tests.support.running import PATIENCE_MS, START_SECONDS, free_port, running, settle
from tests.support.walking import Served, begin_infusion

pytestmark = pytest.mark.browser

IDLE = "0.5 min"


def open_pump(page: Page) -> None:
    page.get_by_role("link", name="Pump", exact=True).click()
    expect(page.get_by_role("combobox", name="Drug", exact=True)).to_be_visible()


def sign_in_again(page: Page) -> None:
    """Sign in at the locked view, and go on with the infusion that Home offers."""
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("button", name="nils", exact=True).click()
    page.get_by_role("link", name="go on with it").click(timeout=START_SECONDS * 1000)
    page.wait_for_url("**/pump?draft=*")


@pytest.mark.hazard("H262", "H287")
def test_an_infusion_stays_locked_until_somebody_signs_in_and_keeps_what_was_pressed(
    browser: Browser, tmp_path: Path
) -> None:
    port, provider = free_port(), free_port()
    settings = SETTINGS.format(port=port, provider=provider, idle=IDLE)
    (tmp_path / "secrets.toml").write_text(settings, encoding="utf-8")
    name, groups = PEOPLE["nils"]
    claims = json.dumps({"sub": "nils", "name": name, "groups": groups})
    ready = f"http://localhost:{provider}/.well-known/openid-configuration"
    options = ("--secrets.files", str(tmp_path / "secrets.toml"))
    address = f"http://127.0.0.1:{port}"
    with running(
        "oidc_provider_mock", "--port", str(provider), "--user-claims", claims, health=ready
    ):
        served = Served(port, tmp_path, "serve.py", options)
        served.start()
        try:
            with person(browser, address, "nils") as page:
                rate, locked = page.locator(".pump-now dd").first, page.locator(".locked")
                with at_work(page, address):
                    open_pump(page)
                    begun = dt.datetime.now().astimezone() - dt.timedelta(minutes=10)
                    begin_infusion(page, f"{begun:%H:%M}")
                    expect(rate).to_have_text("35.7\u00a0mL/h", timeout=PATIENCE_MS)
                    settle(page)
                served.kill()
                page.get_by_role("button", name="Pause").click()
                expect(page.locator(".pump-now")).to_contain_text("Paused since")
                # The new server knows nobody: the page locks, with the pause and without the label.
                served.start()
                expect(locked).to_contain_text("Paused since", timeout=START_SECONDS * 1000)
                expect(locked).to_contain_text("rituximab 700\u00a0mg")
                assert "ward-7" not in page.content()

                sign_in_again(page)
                with at_work(page, address):
                    page.wait_for_function(NOTHING_UNTOLD, timeout=START_SECONDS * 1000)
                    expect(page.locator(".pump-now")).to_contain_text("Paused since")
                    settle(page)
                    page.get_by_role("button", name="Go on").click()
                    expect(rate).to_have_text("35.7\u00a0mL/h")
                    page.wait_for_function(NOTHING_UNTOLD, timeout=PATIENCE_MS)
                    settle(page)
                # Nobody acts for the idle limit: drug, rate, clock and alarm stay.
                expect(locked).to_contain_text("35.7\u00a0mL/h", timeout=START_SECONDS * 1000)
                expect(locked.locator(".clock")).to_have_text(
                    f"{dt.datetime.now().astimezone():%H:%M}"
                )
                assert "ward-7" not in page.content()
                expect(page.get_by_role("button", name="Pause")).to_have_count(0)
        finally:
            served.kill()
