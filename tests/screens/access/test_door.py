"""The door: an unknown host and a foreign page are refused on every route and on every socket."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import Message
from starlette.websockets import WebSocket

from screens.access.door import Door, at_the_door
from screens.access.gate import SignInGate
from screens.access.sign_in import read_settings

HERE = "http://127.0.0.1:8501"
OWN = {"host": "127.0.0.1:8501"}
ROUTES = ("/", "/library", "/_stcore/host-config", "/media/x.pdf", "/feeds/ward.ics")
FOREIGN = (
    "http://[::1",
    "http://[x]",
    "http://127.0.0.1:8501/x",
    "https://evil.example",
    "http://127.0.0.1:9999",
    "http://localhost:8501",
    "null",
    "HTTP://127.0.0.1:8501",
)
UNKNOWN = ("evil.example", "127.0.0.1.evil.example", "a@127.0.0.1", "127.0.0.1:x", "")


async def answer(_: object) -> PlainTextResponse:
    return PlainTextResponse("behind the door")


async def give_cookies(_: object) -> PlainTextResponse:
    given = PlainTextResponse("behind the door")
    given.set_cookie("one", "1")
    given.set_cookie("two", "2", secure=True)
    return given


async def greet(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close()


BEHIND = Starlette(
    routes=[
        WebSocketRoute("/_stcore/stream", greet),
        Route("/cookies", give_cookies, methods=["POST"]),
        Route("/{path:path}", answer, methods=["GET", "POST"]),
    ]
)


def call(
    path: str,
    headers: dict[str, str],
    kind: str = "http",
    hosts: tuple[str, ...] = (),
    *,
    secure: bool = False,
    **scope: Any,
) -> list[Message]:
    """Call a program before which the door stands, and return what it sent."""
    scope |= {
        "type": kind,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.lower().encode(), text.encode()) for name, text in headers.items()],
    }
    scope["method"], scope["subprotocols"] = "POST", []
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request" if kind == "http" else "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    door = Door(BEHIND, hosts=frozenset(hosts or ("127.0.0.1", "localhost")), secure=secure)
    asyncio.run(door(scope, receive, send))
    return sent


def answered(path: str, headers: dict[str, str], *hosts: str) -> tuple[int, bool]:
    """Return the status, and whether what lies behind the door has answered."""
    start, *body = call(path, headers, hosts=hosts)
    return start["status"], b"behind" in b"".join(part.get("body", b"") for part in body)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("host", UNKNOWN)
def test_an_unknown_host_is_refused_on_every_route(route: str, host: str) -> None:
    assert answered(route, {"host": host}) == (403, False)


def test_a_request_without_a_host_or_with_two_is_refused() -> None:
    assert answered("/", {}) == (403, False)
    assert answered("/", {**OWN, "Host": "evil.example"}) == (403, False)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("origin", FOREIGN)
def test_a_foreign_page_is_refused_on_every_route(route: str, origin: str) -> None:
    assert answered(route, {**OWN, "origin": origin}) == (403, False)


@pytest.mark.parametrize(
    "headers", [OWN, {**OWN, "origin": HERE}, {"host": "LOCALHOST:8501"}, {"host": "localhost."}]
)
def test_the_own_page_comes_in(headers: dict[str, str]) -> None:
    assert answered("/", headers) == (200, True)


@pytest.mark.parametrize(
    "headers", [{**OWN, "origin": FOREIGN[0]}, {"host": "evil.example"}, {**OWN, "origin": "null"}]
)
def test_a_foreign_socket_is_closed_before_it_opens(headers: dict[str, str]) -> None:
    sent = call("/_stcore/stream", headers, kind="websocket")
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_the_own_socket_opens() -> None:
    sent = call("/_stcore/stream", {**OWN, "origin": HERE}, kind="websocket")
    assert sent[0]["type"] == "websocket.accept"


def test_a_host_in_other_letters_than_its_page_is_refused() -> None:
    """Streamlit compares the two as they are, and would look up its own address outside."""
    headers = {"host": "LocalHost:8501", "origin": "http://localhost:8501"}
    assert answered("/", headers) == (403, False)


def test_a_refused_socket_bears_the_security_headers_where_the_server_can_send_them() -> None:
    headers = {**OWN, "origin": "https://evil.example"}
    able: dict[str, object] = {"websocket.http.response": {}}
    start, _ = call("/_stcore/stream", headers, kind="websocket", extensions=able)
    assert start["type"] == "websocket.http.response.start"
    assert start["status"] == 403
    assert dict(start["headers"])[b"x-content-type-options"] == b"nosniff"


def test_a_failure_is_answered_with_the_security_headers_and_not_with_its_cause() -> None:
    sent: list[Message] = []

    async def keep(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    async def broken(*_: object) -> None:
        raise OSError("ward-7")

    scope = {"type": "http", "path": "/", "headers": [(b"host", b"127.0.0.1")]}
    with pytest.raises(OSError, match="ward-7"):
        asyncio.run(Door(broken, frozenset({"127.0.0.1"}))(scope, receive, keep))
    start, body = sent
    assert start["status"] == 500
    assert dict(start["headers"])[b"x-content-type-options"] == b"nosniff"
    assert b"ward-7" not in body["body"]


@pytest.mark.parametrize(("secure", "marks"), [(True, [True, True]), (False, [False, True])])
def test_every_cookie_is_secure_where_people_come_by_tls(secure: bool, marks: list[bool]) -> None:
    start = call("/cookies", OWN, secure=secure)[0]
    cookies = [value for name, value in start["headers"] if name == b"set-cookie"]
    assert [cookie.count(b"; Secure") == 1 for cookie in cookies] == marks


@pytest.mark.parametrize("headers", [OWN, {"host": "evil.example"}])
def test_every_answer_bears_the_security_headers(headers: dict[str, str]) -> None:
    found = dict(call("/", headers)[0]["headers"])
    assert found[b"x-content-type-options"] == b"nosniff"
    assert found[b"referrer-policy"] == b"no-referrer"
    assert found[b"x-frame-options"] == b"DENY"
    assert b"frame-ancestors 'none'" in found[b"content-security-policy"]
    assert b"default-src 'self'" in found[b"content-security-policy"]


def test_one_desk_answers_to_this_machine_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("screens.access.door.config.get_option", lambda _: [])
    (door,) = at_the_door()
    assert door.kwargs == {"hosts": {"127.0.0.1", "::1", "localhost"}, "secure": False}


def test_a_hospital_answers_to_the_name_in_its_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read_settings(
        {
            "auth": {
                "redirect_uri": "https://posology.hospital.example/oauth2callback",
                "cookie_secret": "x" * 48,
                "client_id": "posology",
                "client_secret": "x",
                "server_metadata_url": "https://idp.example/x",
            },
            "posology": {
                "role_claim": "groups",
                "name_claim": "name",
                "roles": {"nurse": ["ward-nurses"]},
            },
        }
    )
    monkeypatch.setattr("screens.access.door.config.get_option", lambda _: ["ward.example"])
    door, gate = at_the_door(settings)
    assert door.kwargs["hosts"] == {"posology.hospital.example", "ward.example"}
    assert door.kwargs["secure"] is True
    assert isinstance(gate.cls, type) and issubclass(gate.cls, SignInGate)


def test_only_the_health_check_may_come_by_the_machines_own_name() -> None:
    assert answered("/_stcore/health", OWN, "posology.hospital.example") == (200, True)
    assert answered("/", OWN, "posology.hospital.example") == (403, False)


def test_a_host_without_a_name_is_not_allowed_by_an_empty_setting() -> None:
    door = Door(Starlette(), frozenset({"", " ", "[::1]"}))
    assert door._refusal({"type": "http", "path": "/", "headers": [(b"host", b"")]})
    assert not door._refusal({"type": "http", "path": "/", "headers": [(b"host", b"[::1]:8501")]})
