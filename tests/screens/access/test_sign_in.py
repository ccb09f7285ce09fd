"""The rules of the sign-in: settings, roles, the idle limit, and what the gate lets pass."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from starlette.types import Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.testing.v1 import AppTest

from dosing.errors import InputError
from records.drafts import LASTS
from records.roles import Actor
from screens.access import gate, sign_in
from screens.access.gate import SignInGate
from screens.access.sign_in import SignIns, actor_of, read_settings
from tests.support.driving import APP, PATIENT, filled, shown
from tests.support.places import ROOT

AUTH = {
    "redirect_uri": "https://posology.hospital.example/oauth2callback",
    "cookie_secret": "x" * 48,
    "client_id": "posology",
    "client_secret": "x",
    "server_metadata_url": "https://idp.example/x",
}
POSOLOGY = {
    "role_claim": "groups",
    "name_claim": "preferred_username",
    "roles": {"nurse": ["ward-nurses"], "pharmacist": ["pharmacy", "head-pharmacist"]},
}
SECRETS: dict[str, Any] = {"auth": AUTH, "posology": POSOLOGY}
BY = read_settings(SECRETS)
NURSE = Actor(name="n.nurse", role="nurse", verified=True)
COOKIES = {"who": "nurse"}


def test_the_idle_limit_is_fifteen_minutes_unless_the_hospital_says_otherwise() -> None:
    assert BY.idle == dt.timedelta(minutes=15)
    other = read_settings({**SECRETS, "posology": {**POSOLOGY, "idle": "5 min"}})
    assert other.idle == dt.timedelta(minutes=5)


def test_no_time_is_parted_from_its_unit_on_the_page_of_the_sign_in() -> None:
    assert gate.in_words(BY.idle) == "15\u00a0min"
    assert gate.in_words(BY.longest) == "12\u00a0h"


def test_before_a_sign_out_it_is_said_what_is_kept_and_for_how_long() -> None:
    # Streamlit's session ends with the sign-in: of what was typed the drafts alone are left.
    assert dt.timedelta(days=1) == LASTS
    said = "What you typed on Plan, Calculate or Pump is kept for a day"
    for name, lost in (("sign_in.html", "is lost"), ("sign_out.js", "will be lost")):
        text = (ROOT / "screens" / "access" / name).read_text(encoding="utf-8")
        assert said in text
        assert f"what you typed elsewhere and did not save {lost}" in text


def test_a_sign_in_lasts_twelve_hours_at_most_unless_the_hospital_says_otherwise() -> None:
    assert BY.longest == dt.timedelta(hours=12)
    other = read_settings({**SECRETS, "posology": {**POSOLOGY, "longest": "8 h"}})
    assert other.longest == dt.timedelta(hours=8)


@pytest.mark.parametrize(
    ("section", "change", "said"),
    [
        ("posology", {"idle": "15"}, 'idle: "15" has no unit'),
        ("posology", {"idle": 15}, "[posology] idle"),
        ("posology", {"idle": "0 min"}, '[posology] idle: "0 min" is zero'),
        ("posology", {"idle": "2 h"}, "at most 60 min, such as 15 min"),
        ("posology", {"longest": "12"}, 'longest: "12" has no unit'),
        ("posology", {"longest": "2 days"}, "at most 1440 min, such as 12 h"),
        ("posology", {"shut_out": "n.nurse"}, '[posology] shut_out: "n.nurse" is not a list'),
        ("posology", {"shut_out": [""]}, "[posology] shut_out"),
        ("posology", {"role_claim": None}, "[posology] role_claim: is missing"),
        ("posology", {"name_claim": ["a"]}, "[posology] name_claim"),
        ("posology", {"roles": {}}, "[posology.roles]"),
        ("posology", {"roles": {"doctor": ["d"]}}, "[posology.roles] doctor: is not a role"),
        ("posology", {"roles": {"nurse": "n"}}, '"n" is not a list of texts'),
        ("posology", {"roles": {"nurse": ["n"], "viewer": ["n"]}}, "stands under nurse already"),
        ("posology", {"default_role": "viewer"}, "[posology] default_role: is not a setting"),
        ("auth", {"cookie_secret": "xxx"}, "[auth] cookie_secret: is too short to be safe"),
        ("auth", {"client_id": ""}, "[auth] client_id: is missing"),
        ("auth", {"redirect_uri": "http://posology.example/oauth2callback"}, "redirect_uri"),
        ("auth", {"redirect_uri": "https://posology.example/"}, "redirect_uri"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_at_the_start(
    section: str, change: dict[str, object], said: str
) -> None:
    with pytest.raises(InputError) as refused:
        read_settings({**SECRETS, section: {**SECRETS[section], **change}})
    assert said in str(refused.value)
    assert "xxx" not in str(refused.value)


def test_a_sign_in_that_is_half_set_up_is_refused() -> None:
    with pytest.raises(InputError, match=r"\[auth\]: is missing"):
        read_settings({"posology": POSOLOGY})
    with pytest.raises(InputError, match=r"\[posology\] role_claim: is missing"):
        read_settings({"auth": AUTH})


@pytest.mark.parametrize("groups", [["staff", "ward-nurses"], "ward-nurses"])
def test_one_value_of_the_claim_gives_the_role(groups: object) -> None:
    assert actor_of({"groups": groups, "preferred_username": "n.nurse"}, BY) == NURSE


@pytest.mark.hazard("H97")
@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({}, "claim groups: is missing"),
        ({"groups": []}, "claim groups: is missing"),
        ({"groups": ["staff"]}, '"staff" gives no role'),
        ({"groups": ["Pharmacy"]}, '"Pharmacy" gives no role'),
        ({"groups": {"pharmacy": True}}, "gives no role"),
        ({"groups": ["pharmacy", "ward-nurses"]}, "gives several roles (nurse, pharmacist)"),
        ({"groups": ["pharmacy"], "preferred_username": None}, "holds no name"),
        ({"groups": ["pharmacy"], "preferred_username": " "}, "who: is missing"),
        ({"groups": ["pharmacy"], "preferred_username": "x" * 61}, "too long"),
    ],
)
def test_nobody_has_a_role_by_default(claims: dict[str, object], said: str) -> None:
    with pytest.raises(InputError) as refused:
        actor_of({"preferred_username": "x", **claims}, BY)
    assert said in str(refused.value)
    if "role" in said:
        assert "ward-nurses (nurse), pharmacy (pharmacist)" in str(refused.value)


class Clock:
    """A clock that a test moves by hand, in seconds."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Iterator[SignIns]:
    """Return a table where the nurse is signed in; a made-up cookie stands for the signed one."""
    monkeypatch.setattr(sign_in, "claims_in", lambda cookies: dict(cookies) or None)
    table = SignIns(clock)
    table.begin(COOKIES, NURSE, BY)
    monkeypatch.setattr(gate, "SIGN_INS", table)
    yield table


def test_who_acts_stays_and_who_does_not_is_signed_out(held: SignIns, clock: Clock) -> None:
    held.holds(COOKIES, "a window")
    clock.now = 899
    assert held.actor(COOKIES) == NURSE
    assert held.left(COOKIES) == 1
    held.acted(COOKIES)
    clock.now = 1798
    assert held.actor(COOKIES) == NURSE
    assert held.swept() == set()
    clock.now = 1799
    assert held.actor(COOKIES) is None
    held.acted(COOKIES)
    assert held.left(COOKIES) is None
    assert held.swept() == {"a window"}
    assert held.swept() == set()


@pytest.mark.hazard("H96")
def test_a_sign_in_ends_after_its_longest_time_even_in_use(held: SignIns, clock: Clock) -> None:
    held.holds(COOKIES, "a window")
    # Something is done every ten minutes for 11 h 50 min; the sign-in began at 0 and lasts 12 h.
    for clock.now in range(600, 42601, 600):
        assert held.actor(COOKIES) == NURSE
        held.acted(COOKIES)
    assert held.left(COOKIES) == 600
    assert held.is_last(COOKIES)
    clock.now = 43199
    held.acted(COOKIES)
    assert held.left(COOKIES) == 1
    clock.now = 43200
    assert held.actor(COOKIES) is None
    assert held.swept() == {"a window"}


def test_the_page_is_told_of_either_end_in_time(held: SignIns, clock: Clock) -> None:
    def told() -> object:
        _, body = asked("/signed-in", cookie=b"who=nurse")
        return json.loads(body["body"])

    assert told() == {"seconds": 900.0, "last": False, "warn": 120}
    for clock.now in range(600, 42601, 600):
        asked("/signed-in", method="POST", cookie=b"who=nurse")
    assert told() == {"seconds": 600.0, "last": True, "warn": 600}


@pytest.mark.hazard("H97")
@pytest.mark.parametrize(
    "change",
    [
        {"roles": {"pharmacist": ["pharmacy"]}},
        {"roles": {"viewer": ["ward-nurses"], "pharmacist": ["pharmacy"]}},
        {"shut_out": ["n.nurse"]},
    ],
)
def test_whom_changed_settings_give_another_role_or_none_is_signed_out(
    held: SignIns, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    monkeypatch.setattr(sign_in, "claims_in", dict)
    claims: dict[str, Any] = {"groups": "ward-nurses", "preferred_username": "n.nurse"}
    other = {"groups": "pharmacy", "preferred_username": "p.pharmacist"}
    held.begin(claims, NURSE, BY)
    held.begin(other, actor_of(other, BY), BY)
    held.holds(claims, "a window")
    held.hold_to(BY)
    assert held.actor(claims) == NURSE
    by = read_settings({**SECRETS, "posology": {**POSOLOGY, **change}})
    held.hold_to(by)
    assert held.actor(claims) is None
    assert held.actor(other) is not None
    assert held.swept() == {"a window"}
    if "shut_out" in change:
        with pytest.raises(InputError, match="is shut out"):
            actor_of(claims, by)


def test_a_sign_out_ends_every_window_and_nobody_else(held: SignIns) -> None:
    held.begin({"who": "another"}, NURSE, BY)
    held.holds(COOKIES, "one")
    held.holds(COOKIES, "two")
    held.end(COOKIES)
    assert held.swept() == {"one", "two"}
    assert held.actor(COOKIES) is None
    assert held.actor({"who": "another"}) == NURSE
    assert held.actor({}) is None


async def everything(scope: Scope, receive: Receive, send: Send) -> None:
    """Stand for Streamlit: send a file to anybody who asks, and read until a page goes.

    A sign-out leads to the sign-in server; who returns from there is given a cookie.
    """
    if scope["type"] == "websocket":
        while (await receive())["type"] != "websocket.disconnect":
            pass
        return
    if scope["path"] in ("/auth/logout", "/oauth2callback"):
        assert scope["method"] == "GET"
        headers = [(b"location", b"https://idp.example/end"), (b"set-cookie", b"who=carl")]
        await send({"type": "http.response.start", "status": 302, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ward-7"})


def asked(
    path: str,
    *,
    method: str = "GET",
    cookie: bytes = b"",
    query: bytes = b"",
    gates: SignInGate | None = None,
    address: str = "192.0.2.7",
) -> list[Message]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query,
        "client": (address, 50000),
        "headers": [(b"cookie", cookie)],
    }
    asyncio.run((gates or SignInGate(everything, BY))(scope, receive, send))
    return sent


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_a_link_signs_nobody_out(held: SignIns, method: str) -> None:
    start, _ = asked("/auth/logout", method=method, cookie=b"who=nurse")
    assert start["status"] == 405
    assert (b"allow", b"POST") in start["headers"]
    assert held.actor(COOKIES) == NURSE


def test_the_button_signs_out_here_and_says_where_to_do_so_there(held: SignIns) -> None:
    start, body = asked("/auth/logout", method="POST", cookie=b"who=nurse")
    assert json.loads(body["body"]) == {"to": "https://idp.example/end"}
    assert (b"set-cookie", b"who=carl") in start["headers"]
    assert held.actor(COOKIES) is None


@pytest.fixture
def returned(held: SignIns, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the claims of who comes back from the sign-in server, to be changed."""
    claims: dict[str, Any] = {"groups": ["ward-nurses"], "preferred_username": "c.carl"}
    monkeypatch.setattr(gate, "claims_in", lambda _: claims)
    return claims


def test_who_has_no_role_is_told_no_group(
    returned: dict[str, Any], held: SignIns, caplog: pytest.LogCaptureFixture
) -> None:
    returned["groups"] = ["staff", "cleaning"]
    start, body = asked("/oauth2callback", query=b"code=1")
    page = body["body"].decode()
    assert start["status"] == 403
    assert "You have no role in Posology" in page
    for group in ("staff", "cleaning", "ward-nurses", "pharmacy", "head-pharmacist", "groups"):
        assert group not in page.replace("planner, pharmacist, nurse", "")
    assert '"staff, cleaning" gives no role' in caplog.text
    assert held.actor({"who": "carl"}) is None


def test_an_address_that_signs_in_too_often_has_to_wait(
    returned: dict[str, Any], held: SignIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = SignInGate(everything, BY)
    for _ in range(120):
        assert asked("/auth/login", gates=one)[0]["status"] == 200
    for path, query in (("/auth/login", b""), ("/oauth2callback", b"code=1")):
        start, body = asked(path, query=query, gates=one)
        assert start["status"] == 429
        (wait,) = [int(value) for name, value in start["headers"] if name == b"retry-after"]
        assert 0 < wait <= 60
        assert f"Try again in {wait} s" in body["body"].decode()
    assert held.actor({"who": "carl"}) is None
    assert asked("/auth/login", gates=one, address="192.0.2.8")[0]["status"] == 200


def test_a_name_that_signs_in_too_often_has_to_wait(
    returned: dict[str, Any], held: SignIns
) -> None:
    one = SignInGate(everything, BY)
    for number in range(10):
        address = f"192.0.2.{number}"
        start = asked("/oauth2callback", query=b"code=1", gates=one, address=address)[0]
        assert start["status"] == 302
    start = asked("/oauth2callback", query=b"code=1", gates=one, address="192.0.2.99")[0]
    assert start["status"] == 429
    assert not [name for name, _ in start["headers"] if name == b"set-cookie"]
    returned["preferred_username"] = "another"
    assert asked("/oauth2callback", query=b"code=1", gates=one)[0]["status"] == 302


def test_changed_settings_hold_at_once_and_broken_ones_leave_the_former(
    held: SignIns, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    standing = SignInGate(everything, BY)
    monkeypatch.setattr(gate, "settings", lambda: read_settings({"auth": AUTH}))
    st.secrets.file_change_listener.send()
    assert standing._by == BY
    assert "are not used" in caplog.text
    by = read_settings({**SECRETS, "posology": {**POSOLOGY, "idle": "5 min"}})
    monkeypatch.setattr(gate, "settings", lambda: by)
    st.secrets.file_change_listener.send()
    assert standing._by == by
    # Made-up cookies hold no claims: nothing gives the nurse her role any more.
    assert held.actor(COOKIES) is None


@pytest.mark.hazard("H98")
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST", "OPTIONS", "DELETE"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/check",
        "/media/0a1b.ics",
        "//media/0a1b.ics",
        "/_stcore/upload_file/a/b",
        "/_stcore/host-config",
        "/_stcore/health/",
        "/_stcore/metrics",
        "/component/x",
        "/signed-in",
        "/auth/login/../media/0a1b.ics",
        "/static/index.html",
    ],
)
def test_whoever_is_not_signed_in_gets_no_byte(held: SignIns, path: str, method: str) -> None:
    start, body = asked(path, method=method, cookie=b"")
    assert start["status"] == 401
    assert body["body"] == b""
    start, body = asked(path, method=method, cookie=b"who=nobody")
    assert (start["status"], body["body"]) == (401, b"")


def test_what_is_given_to_a_signed_in_person_is_kept_nowhere(held: SignIns) -> None:
    start, body = asked("/media/0a1b.ics", cookie=b"who=nurse")
    assert (start["status"], body["body"]) == (200, b"ward-7")
    assert (b"cache-control", b"no-store") in start["headers"]


def test_only_a_person_begins_the_idle_time_anew(held: SignIns, clock: Clock) -> None:
    clock.now = 100
    for path in ("/signed-in", "/_stcore/host-config", "/_stcore/health"):
        asked(path, cookie=b"who=nurse")
        assert held.left(COOKIES) == 800
    asked("/signed-in", method="POST", cookie=b"who=nurse")
    assert held.left(COOKIES) == 900
    clock.now = 200
    asked("/check", cookie=b"who=nurse")
    assert held.left(COOKIES) == 900


@pytest.mark.hazard("H96")
def test_a_page_that_is_left_open_is_cut_off_at_the_limit(held: SignIns, clock: Clock) -> None:
    """The first message draws the page and the clock of a page runs by itself: no acts."""
    drawn, ticked, pressed = BackMsg(), BackMsg(), BackMsg()
    drawn.rerun_script.query_string = ""
    ticked.rerun_script.is_auto_rerun = True
    pressed.rerun_script.query_string = ""
    left: list[float | None] = []
    sent: list[Message] = []
    told = iter([drawn, ticked, pressed])

    async def receive() -> Message:
        left.append(held.left(COOKIES))
        message = next(told, None)
        if message is None:
            clock.now = 5000
            return {"type": "websocket.receive", "bytes": pressed.SerializeToString()}
        clock.now += 100
        return {"type": "websocket.receive", "bytes": message.SerializeToString()}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/_stcore/stream", "headers": [(b"cookie", b"who=nurse")]}
    asyncio.run(SignInGate(everything, BY)(scope, receive, send))
    assert left == [900, 800, 700, 900]
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_without_the_gate_a_shared_installation_shows_nothing() -> None:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.secrets.update(SECRETS)
    app = app.run()
    assert "Nobody is signed in" in shown(app)
    assert not app.text_input
    assert not app.exception


def test_a_secrets_file_that_cannot_be_read_does_not_open_one_desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "secrets.toml"
    broken.write_text("[auth", encoding="utf-8")
    monkeypatch.setattr("screens.access.sign_in.st.get_option", lambda name: [str(broken)])
    monkeypatch.setattr("screens.access.sign_in.st.secrets.load_if_toml_exists", lambda: False)
    with pytest.raises(InputError, match=r"secrets.toml\" cannot be read"):
        sign_in.configured()


@pytest.mark.hazard("H97")
def test_a_signed_in_pharmacist_types_no_name_and_cannot_sign_the_own_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSOLOGY_DATA", str(tmp_path))
    me = Actor(name="p.pharmacist", role="pharmacist", verified=True)
    monkeypatch.setattr(sign_in.SIGN_INS, "actor", lambda cookies: me)
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.secrets.update(SECRETS)
    app = filled(app.run(), PATIENT)
    assert "p.pharmacist, pharmacist Sign out" in shown(app)
    app = app.switch_page("screens/check.py").run()
    assert not [one for one in app.text_input if one.label == "Your name or initials"]
    app = app.button(key="check-hand-over").click().run()
    assert "version 1 by p.pharmacist, pharmacist" in shown(app)
    for box in app.checkbox:
        box.check()
    app = app.button(key="check-signed").click().run()
    assert "has planned this; another pharmacist has to check it" in shown(app)
    assert "Not checked by a pharmacist" in shown(app)
