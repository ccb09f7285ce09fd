"""The running infusion in a browser without a server: what it counts, and when it is heard."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from dosing.infusion.steps import Interruption
from screens.parts.pump_steps import Running, pump_schedule
from screens.state.session import PumpStop
from tests.support.infusing import bag, by_ladder, minutes
from tests.support.places import ROOT

pytestmark = pytest.mark.browser

HOUR_MS = 60 * 60 * 1000
NINE = dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)
SCRIPT = (ROOT / "screens" / "parts" / "bedside" / "pump.js").read_text(encoding="utf-8")
SIGN_OUT = (ROOT / "screens" / "access" / "sign_out.js").read_text(encoding="utf-8")
MOUNT = """
async ([code, data]) => {
  globalThis.beeps = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (when) {
    globalThis.beeps += 1;
    start.call(this, when);
  };
  globalThis.heard = [];
  const { default: mount } = await import("data:text/javascript," + encodeURIComponent(code));
  const parentElement = document.querySelector("#pump");
  const setTriggerValue = (...told) => globalThis.heard.push(told);
  globalThis.show = (shown) => mount({ data: shown, parentElement, setTriggerValue });
  globalThis.show(data);
}
"""


def infusion(*, minute: float, halt: PumpStop | None = None, heard: float = 40.0) -> dict[str, Any]:
    """700 mg of rituximab in 500 mL by its first ladder, begun at 09:00, told in this minute."""
    stops = (
        ()
        if halt is None
        else (
            Interruption(
                at=minutes(f"{halt.at:g} min"), lasts=minutes("1 min"), resume_percent=halt.percent
            ),
        )
    )
    run = by_ladder(
        "rituximab-first", bag("500 mL"), "700 mg", start=NINE.time(), interruptions=stops
    )
    told = NINE + dt.timedelta(minutes=minute)
    return {
        **pump_schedule(Running(infusion=run, minute=minute, halt=halt)),
        "id": "one",
        "drug": "rituximab 700 mg",
        "began": NINE.timestamp() * 1000,
        "now": told.timestamp() * 1000,
        "heard": heard,
        "taken": [],
        "since": 0.0 if halt is None else halt.at,
    }


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    window = browser.new_context(viewport={"width": 390, "height": 844})
    made = window.new_page()
    # The clock of this machine is an hour fast; the server's holds.
    made.clock.install(time=NINE + dt.timedelta(hours=1, minutes=40))
    # It goes on where a test lets it, however slow the machine is.
    made.clock.pause_at(NINE + dt.timedelta(hours=1, minutes=41))
    made.set_content(
        "<style>p { margin: 0 }</style><p>ward-7</p>"
        "<div class='stApp' data-test-connection-state='CONNECTED'><div id='pump'></div></div>"
    )
    yield made
    window.close()


def show(page: Page, data: dict[str, Any]) -> None:
    page.evaluate(MOUNT, [SCRIPT, data])


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def clocks(page: Page) -> list[str]:
    return [one.strip() for one in page.locator(".pump .clock").all_inner_texts()]


def rates(page: Page) -> list[str]:
    shown = page.locator(".pump .rate").all_inner_texts()
    return [one.replace("\u00a0", " ").strip() for one in shown]


def lose_connection(page: Page) -> None:
    page.evaluate("document.querySelector('.stApp').dataset.testConnectionState = 'CONNECTING'")


def find_connection(page: Page) -> None:
    page.evaluate("document.querySelector('.stApp').dataset.testConnectionState = 'CONNECTED'")
    page.clock.run_for(2000)


def told(page: Page) -> list[list[tuple[str, float]]]:
    """Return what was told of acts each time, and at which minute."""
    sent = page.evaluate("heard.filter(([name]) => name === 'acts').map(([, told]) => told.acts)")
    return [[(act["act"], round(act["at"], 1)) for act in acts] for acts in sent]


def text(page: Page, selector: str = "body") -> str:
    return " ".join(page.locator(selector).inner_text().replace("\u00a0", " ").split())


def test_the_present_step_is_marked_and_the_next_change_counted_down(page: Page) -> None:
    show(page, infusion(minute=40))
    now = text(page, ".pump-now")
    assert "Flow rate 71.4 mL/h" in now
    assert "Dose rate 100 mg/h" in now
    # 17.86 mL have run in the first half hour; 500 mL less those are left at its start.
    assert "Volume to be infused, this step 35.7 mL" in now
    assert "Volume to be infused, from this step on 482.1 mL" in now
    assert "Next: 107.1 mL/h in 20 min 00 s, at 10:00" in now
    assert text(page, "[aria-current=step] .clock") == "09:30 now"
    page.clock.run_for(20 * 60 * 1000)
    assert text(page, "[aria-current=step] .clock") == "10:00 now"
    page.clock.run_for(149 * 60 * 1000)
    assert "Next: empty in 1 min 00 s, at 12:30" in text(page, ".pump-now")
    page.clock.run_for(60 * 1000)
    assert "The bag is empty." in text(page, ".pump-now")


@pytest.mark.hazard("H261")
def test_it_sounds_and_flashes_before_each_change_until_somebody_silences_it(page: Page) -> None:
    show(page, infusion(minute=40))
    page.clock.run_for(18 * 60 * 1000)
    assert not page.locator(".flash").count()
    page.get_by_role("button", name="Turn the sound on").click()
    beeps = page.evaluate("beeps")
    page.clock.run_for(61 * 1000)
    assert "Soon: set 107.1 mL/h, at 10:00" in text(page, ".alarm")
    assert page.locator(".flash").count() == 1
    page.clock.run_for(5 * 60 * 1000)
    assert "Now: set 107.1 mL/h, at 10:00" in text(page, ".alarm")
    assert page.evaluate("beeps") > beeps
    page.get_by_role("button", name="Silence").click()
    assert page.evaluate("heard") == [["heard", 60]]
    assert not page.locator(".flash").count()
    beeps = page.evaluate("beeps")
    page.clock.run_for(20 * 60 * 1000)
    assert page.evaluate("beeps") == beeps
    page.clock.run_for(6 * 60 * 1000)
    assert "set 142.9 mL/h, at 10:30" in text(page, ".alarm")


def test_a_change_that_was_not_silenced_is_heard_after_a_reload_and_one_that_was_is_not(
    page: Page,
) -> None:
    show(page, infusion(minute=65, heard=60.0))
    assert not page.locator(".flash").count()
    page.evaluate("data => show(data)", infusion(minute=65, heard=40.0))
    assert "Now: set 107.1 mL/h, at 10:00" in text(page, ".alarm")


def test_a_drawing_that_is_ended_late_leaves_the_clock_of_the_next_one(page: Page) -> None:
    show(page, infusion(minute=40))
    again = "(data) => { const end = show(data); show(data); end(); }"
    page.evaluate(again, infusion(minute=40))
    expect(page.locator(".pump-now dd").first).to_have_text("71.4\u00a0mL/h")
    page.clock.run_for(20 * 60 * 1000)
    expect(page.locator(".pump-now dd").first).to_have_text("107.1\u00a0mL/h")
    leave = "() => dispatchEvent(new CustomEvent('posology-leave', { cancelable: true }))"
    assert page.evaluate(leave) is False


def test_what_is_drawn_again_after_its_end_stands_there_once(page: Page) -> None:
    show(page, infusion(minute=40))
    page.evaluate("(data) => { show(data)(); show(data); }", infusion(minute=70))
    expect(page.locator(".pump-now")).to_have_count(1)
    expect(page.locator(".pump-now dd").first).to_have_text("107.1\u00a0mL/h")


def test_while_the_pump_is_stopped_no_clock_time_is_promised(page: Page) -> None:
    show(page, infusion(minute=45, halt=PumpStop(at=40.0, percent=50), heard=40.0))
    page.clock.run_for(120 * 60 * 1000)
    assert "Reaction: the pump is stopped since 09:40." in text(page, ".pump-now")
    assert not page.locator("[aria-current]").count()
    clocks = [one.strip() for one in page.locator(".pump .clock").all_inner_texts()]
    assert clocks == ["09:00", "09:30", "09:40", "later", "later"]
    assert not page.locator(".flash").count()


def test_without_a_connection_it_goes_on_and_says_so(page: Page) -> None:
    show(page, infusion(minute=40))
    assert not text(page, ".offline")
    page.evaluate("document.querySelector('.stApp').dataset.testConnectionState = 'CONNECTING'")
    page.clock.run_for(20 * 60 * 1000)
    assert "No connection: this page goes on counting." in text(page, ".offline")
    assert "107.1 mL/h" in text(page, ".pump-now dd >> nth=0")


@pytest.mark.hazard("H262")
def test_when_nobody_is_signed_in_any_more_drug_rate_clock_and_alarm_stay_without_the_label(
    page: Page,
) -> None:
    show(page, infusion(minute=40))
    leave = "() => dispatchEvent(new CustomEvent('posology-leave', { cancelable: true }))"
    assert page.evaluate(leave) is False
    locked = text(page)
    assert "ward-7" not in page.content()
    assert locked.startswith("rituximab 700 mg 09:40 Flow rate 71.4 mL/h")
    page.clock.run_for(20 * 60 * 1000)
    locked = text(page)
    assert "10:00 Now: set 107.1 mL/h, at 10:00 Silence Flow rate 107.1 mL/h" in locked
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


@pytest.mark.hazard("H262")
def test_no_dialog_keeps_the_locked_infusion_from_being_silenced_or_left(page: Page) -> None:
    show(page, infusion(minute=59.5))
    page.evaluate("dispatchEvent(new CustomEvent('posology-leave', { cancelable: true }))")
    # As Streamlit does once nobody is signed in: what lies under its dialog cannot be pressed.
    page.evaluate(
        """() => {
          const locked = document.querySelector(".locked");
          locked.inert = true;
          const dialog = document.createElement("div");
          dialog.dataset.testid = "stDialog";
          dialog.innerHTML = '<button aria-label="Close">x</button>Connection error';
          dialog.firstChild.onclick = () => { dialog.remove(); locked.inert = false; };
          document.body.append(dialog);
        }"""
    )
    page.clock.run_for(1000)
    expect(page.get_by_text("Connection error")).to_have_count(0)
    press(page, "Silence")
    assert not page.locator(".flash").count()


def test_the_end_of_a_sign_in_leaves_the_locked_infusion(page: Page) -> None:
    show(page, infusion(minute=40))
    page.evaluate(
        """async (code) => {
          globalThis.fetch = async (address) => (address === "/auth/logout"
            ? { ok: true, json: async () => ({ to: "/gone" }) } : { ok: false, status: 401 });
          const watch = await import("data:text/javascript," + encodeURIComponent(code));
          watch.default();
        }""",
        SIGN_OUT,
    )
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    assert "ward-7" not in page.content()
    assert page.url == "about:blank"


def test_an_infusion_that_is_over_holds_nobody_up(page: Page) -> None:
    show(page, infusion(minute=220, heard=210.0))
    leave = "() => dispatchEvent(new CustomEvent('posology-leave', { cancelable: true }))"
    assert page.evaluate(leave) is True


def test_a_pause_without_a_connection_moves_what_is_to_come_by_its_length(page: Page) -> None:
    show(page, infusion(minute=40))
    lose_connection(page)
    press(page, "Pause")
    now = text(page, ".pump-now")
    assert "Paused since 09:40. It goes on at 71.4 mL/h." in now
    assert clocks(page) == ["09:00", "09:30", "09:40", *["later"] * 7]
    page.clock.run_for(HOUR_MS // 4)
    press(page, "Go on")
    # Of 09:30 to 10:00 20 minutes are left: until 10:15, and each step after it 15 minutes later.
    assert "Flow rate 71.4 mL/h" in text(page, ".pump-now")
    assert "in 20 min 00 s, at 10:15" in text(page, ".pump-now")
    assert clocks(page)[2:6] == ["09:40", "09:55 now", "10:15", "10:45"]
    assert clocks(page)[-1] == "12:45"
    assert told(page) == []


def test_a_reaction_without_a_connection_goes_on_at_half_the_rate_to_the_end(page: Page) -> None:
    show(page, infusion(minute=40))
    lose_connection(page)
    press(page, "Reaction")
    assert "It goes on at 35.7 mL/h." in text(page, ".pump-now")
    page.clock.run_for(HOUR_MS // 2)
    press(page, "Go on at 50 % of the rate")
    assert "Flow rate 35.7 mL/h Dose rate 50 mg/h" in text(page, ".pump-now")
    # 17.857 mL and 11.905 mL have run; the other 470.24 mL at 35.714 mL/h take 13 h 10 min.
    assert clocks(page) == ["09:00", "09:30", "09:40", "10:10 now", "23:20"]
    page.clock.run_for(2000)
    press(page, "Reaction")
    page.clock.run_for(2000)
    press(page, "Go on at 50 % of the rate")
    assert "Flow rate 17.9 mL/h Dose rate 25 mg/h" in text(page, ".pump-now")
    # Twice 13 h 10 min from 10:10.
    assert clocks(page)[-1] == "12:30 next day"


def test_what_is_stopped_for_good_says_so_and_holds_nobody_up(page: Page) -> None:
    show(page, infusion(minute=40))
    lose_connection(page)
    press(page, "Pause")
    page.clock.run_for(60 * 1000)
    press(page, "Stop for good")
    assert "Stopped for good since 09:40." in text(page, ".pump-now")
    assert rates(page) == ["35.7 mL/h", "71.4 mL/h", "stopped for good"]
    leave = "() => dispatchEvent(new CustomEvent('posology-leave', { cancelable: true }))"
    assert page.evaluate(leave) is True


def test_nothing_is_to_come_of_what_was_stopped_for_good_and_it_is_no_pause(page: Page) -> None:
    show(page, infusion(minute=41, halt=PumpStop(at=40, ended=True)))
    assert rates(page) == ["35.7 mL/h", "71.4 mL/h", "stopped for good"]
    assert clocks(page) == ["09:00", "09:30", "09:40"]
    # 35.71 mL/h for 30 min and 71.43 mL/h for 10 min: 17.86 + 11.9 mL.
    assert "29.8 mL of 500 mL had run in" in text(page, ".pump-now")
    press(page, "Go on after all")
    assert rates(page)[-1] == "bag empty"


def test_a_short_stop_without_a_connection_is_said_to_the_second(page: Page) -> None:
    show(page, infusion(minute=40))
    lose_connection(page)
    press(page, "Pause")
    page.clock.run_for(24 * 1000)
    press(page, "Go on")
    lasts = page.locator(".pump .time").all_inner_texts()
    said = [one.replace("\u00a0", " ") for one in lasts]
    assert said[:5] == ["30 min", "10 min", "24 s", "20 min", "30 min"]


@pytest.mark.hazard("H287")
def test_what_was_pressed_is_told_in_order_until_it_is_taken_and_once_only_shown(
    page: Page,
) -> None:
    show(page, infusion(minute=40))
    lose_connection(page)
    press(page, "Pause")
    page.clock.run_for(5 * 60 * 1000)
    press(page, "Go on")
    page.clock.run_for(5 * 60 * 1000)
    press(page, "Reaction")
    assert told(page) == []
    pressed = [("pause", 40.0), ("go on", 45.0), ("reaction", 50.0)]
    find_connection(page)
    assert told(page) == [pressed]
    page.clock.run_for(5000)  # that message was lost
    assert told(page) == [pressed, pressed]
    first, *rest = page.evaluate("heard.at(-1)[1].acts.map(({ id }) => id)")
    assert len({first, *rest}) == 3
    # The program has taken the pause, and draws it; what it has not stays on the page.
    drawn = infusion(minute=51, halt=PumpStop(at=40.0), heard=40.0) | {"taken": [first]}
    page.evaluate("data => show(data)", drawn)
    assert clocks(page)[2:5] == ["09:40", "09:45", "09:50"]
    page.clock.run_for(1000)
    assert told(page)[-1] == pressed[1:]
    page.evaluate("data => show(data)", drawn | {"taken": [first, *rest]})
    sent = len(told(page))
    page.clock.run_for(HOUR_MS)
    assert len(told(page)) == sent


def test_two_taps_of_one_thumb_are_one_act(page: Page) -> None:
    show(page, infusion(minute=40))
    lose_connection(page)
    press(page, "Pause")
    page.locator(".acts button:visible").first.click()
    assert "Paused since 09:40." in text(page, ".pump-now")
