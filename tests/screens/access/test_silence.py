"""Under attack the running program refuses, and asks no other machine for anything."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlparse

import pytest

from tests.support.attacking import UPGRADE, ask
from tests.support.listening.sitecustomize import NOTED
from tests.support.running import free_port, streamlit

SECRETS = """
[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "a secret of the tests alone, long enough"
client_id = "posology"
client_secret = "a secret of the tests alone"
server_metadata_url = "http://localhost:9/.well-known/openid-configuration"

[posology]
role_claim = "groups"
name_claim = "name"

[posology.roles]
nurse = ["ward-nurses"]
"""
ROUTES = (
    "GET /",
    "GET /library",
    "GET /static/index.html",
    "GET /assets/0123456789abcdef.js",
    "GET /media/0a1b.ics",
    "GET /component/x/index.html",
    "GET /_stcore/health",
    "GET /_stcore/host-config",
    "GET /_stcore/metrics",
    "PUT /_stcore/upload_file/a/b",
    "GET /sign-in",
    "GET /auth/login",
    "POST /auth/logout",
    "GET /oauth2callback?code=1",
    "POST /signed-in",
    "GET /nothing",
)
SOCKET = "GET /_stcore/stream HTTP/1.1"
ORIGINS = (
    "https://evil.example",
    "http://127.0.0.1:1",
    "http://localhost.evil.example",
    "http://192.0.2.7",
    "http://[2001:db8::1]",
    "file://",
    "null",
    "",
    "http://user@127.0.0.1",
    "http://" + "a" * 4000,
)
HOSTS = (
    "evil.example",
    "127.0.0.1.evil.example",
    "192.0.2.7",
    "169.254.169.254",
    "[2001:db8::1]",
    "user@127.0.0.1",
    "127.0.0.1:99999",
    "127.0.0.1/evil.example",
    "",
)
ODD = (
    ("GET http://evil.example/ HTTP/1.1", ()),
    ("GET //evil.example/ HTTP/1.1", ()),
    ("GET //evil.example/%2e%2e HTTP/1.1", ()),
    ("GET /\\evil.example/ HTTP/1.1", ()),
    ("GET /media/..%2f..%2fetc%2fpasswd HTTP/1.1", ()),
    ("CONNECT evil.example:443 HTTP/1.1", ()),
    ("OPTIONS * HTTP/1.1", ()),
    ("BREW / HTTP/1.1", ()),
    ("GET / HTTP/1.1", (("X-Forwarded-Host", "evil.example"),)),
    ("GET / HTTP/1.1", (("X-Forwarded-For", "evil.example"), ("Forwarded", "for=evil.example"))),
    ("GET / HTTP/1.1", (("Referer", "https://evil.example/"), ("Via", "1.1 evil.example"))),
    ("GET /auth/login?provider=https://evil.example HTTP/1.1", ()),
    ("GET /oauth2callback?code=1&state=https://evil.example&iss=https://evil.example HTTP/1.1", ()),
)


@pytest.fixture(scope="module")
def noted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("silence") / "asked-outside"


@pytest.fixture(scope="module", params=["app.py", "serve.py"])
def address(request: pytest.FixtureRequest, noted: Path) -> Iterator[str]:
    noted.write_text("", encoding="utf-8")
    port, secrets = free_port(), noted.with_name("secrets.toml")
    secrets.write_text(SECRETS.format(port=port), encoding="utf-8")
    options = ("--secrets.files", str(secrets)) if request.param == "serve.py" else ()
    given = {"POSOLOGY_DATA": str(noted.parent), NOTED: str(noted)}
    with streamlit(request.param, *options, port=port, **given) as url:
        yield url


def test_what_listens_hears_a_look_up_and_a_connection(tmp_path: Path) -> None:
    """Addresses that nobody has (RFC 5737), as numbers: the test itself asks nobody."""
    lines = (
        "import socket\n"
        "socket.getaddrinfo('192.0.2.1', 80, flags=socket.AI_NUMERICHOST)\n"
        "one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        "one.setblocking(False)\n"
        "try: one.connect(('192.0.2.2', 9))\n"
        "except OSError: pass\n"
        "socket.getaddrinfo('localhost', 80); socket.getaddrinfo(None, 80)\n"
    )
    noted = tmp_path / "asked-outside"
    heard = {**os.environ, NOTED: str(noted)}
    subprocess.run([sys.executable, "-c", lines], check=True, env=heard, stdin=subprocess.DEVNULL)
    events = [line.split(" in ")[0] for line in noted.read_text("utf-8").splitlines()]
    assert events == ["socket.getaddrinfo '192.0.2.1'", "socket.connect '192.0.2.2'"]


def test_the_program_refuses_what_is_foreign_and_asks_nobody(address: str, noted: Path) -> None:
    own = urlparse(address).netloc
    upgrade = tuple(UPGRADE.items())
    # What is refused below is refused for its origin or its host alone.
    assert ask(address, "GET /_stcore/health HTTP/1.1", ("Host", own))[0] == 200
    answers = {}
    for origin in ORIGINS:
        answers[SOCKET, origin] = ask(address, SOCKET, ("Host", own), ("Origin", origin), *upgrade)
        for route in ROUTES:
            line = f"{route} HTTP/1.1"
            answers[line, origin] = ask(address, line, ("Host", own), ("Origin", origin))
    for host in HOSTS:
        answers[SOCKET, host] = ask(
            address, SOCKET, ("Host", host), ("Origin", f"http://{host}"), *upgrade
        )
        for route in ROUTES:
            line = f"{route} HTTP/1.1"
            answers[line, host] = ask(address, line, ("Host", host))
    answers[SOCKET, "two"] = ask(address, SOCKET, ("Host", own), ("Host", "evil.example"), *upgrade)
    assert {key: status for key, (status, _) in answers.items() if status not in (400, 403)} == {}
    # Only what is no request at all is answered by the server itself, before the door.
    refused = [head for status, head in answers.values() if status == 403]
    assert len(refused) > 0.9 * len(answers)
    assert [head for head in refused if "x-content-type-options: nosniff" not in head.lower()] == []
    assert noted.read_text(encoding="utf-8") == ""


def test_an_odd_request_leads_nobody_elsewhere_and_asks_nobody(address: str, noted: Path) -> None:
    for line, headers in ODD:
        status, head = ask(address, line, ("Host", urlparse(address).netloc), *headers)
        assert status < 500 or "/auth/login" in line, (line, head)
        assert "location: //" not in head.lower(), (line, head)
        assert "evil.example" not in head, (line, head)
    assert noted.read_text(encoding="utf-8") == ""
