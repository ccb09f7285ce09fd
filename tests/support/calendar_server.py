"""A calendar server that lies as servers, proxies and sign-in pages on the way to one do."""

from __future__ import annotations

import contextlib
import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote
from xml.sax.saxutils import escape

PAGE = b"<html><form>Please sign in</form></html>"


class LyingServer(ThreadingHTTPServer):
    """Holds events by path. ``answer`` may answer a request in its own way: status and page.

    It returns None where the request is to be handled as a calendar does. ``weak`` weakens tags as
    a proxy does that compresses; such a tag never matches. ``forgets`` takes a PUT and holds
    nothing.
    """

    daemon_threads = True

    def __init__(self) -> None:
        """Listen on a free port of this machine."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.held: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.answer: Callable[[str], tuple[int, bytes] | None] = lambda method: None
        self.weak = self.forgets = False

    @property
    def url(self) -> str:
        """Return the address of its one calendar."""
        return f"http://127.0.0.1:{self.server_port}/ward/course/"

    def tag(self, path: str) -> str:
        """Return the tag of what it holds."""
        return f'"{hashlib.sha256(self.held[path]).hexdigest()}"'


class _Handler(BaseHTTPRequestHandler):
    server: LyingServer

    def _serve(self) -> None:
        server, path = self.server, unquote(self.path)
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        server.asked.append(self.command)
        lie = server.answer(self.command)
        if lie is not None:
            self._send(*lie, "text/html")
        elif self.command == "REPORT":
            paths = map(unquote, re.findall("<D:href>(.*?)</D:href>", content.decode()))
            self._send(207, self._multistatus(paths), "application/xml")
        elif not self._matches(path):
            self._send(412, b"", "text/plain")
        else:
            if self.command == "DELETE":
                del server.held[path]
            elif not server.forgets:
                server.held[path] = content
            self._send(204, b"", "text/plain")

    do_PUT = do_REPORT = do_DELETE = do_GET = _serve  # noqa: N815 - names of http.server

    def _matches(self, path: str) -> bool:
        held = path in self.server.held
        if self.headers.get("If-None-Match") == "*":
            return not held
        return held and self.headers.get("If-Match") == self.server.tag(path)

    def _multistatus(self, paths: Iterator[str]) -> bytes:
        weak = "W/" if self.server.weak else ""
        answers = "".join(
            f"<D:response><D:href>{path}</D:href><D:propstat><D:prop>"
            f"<D:getetag>{weak}{escape(self.server.tag(path))}</D:getetag><C:calendar-data>"
            f"{escape(self.server.held[path].decode())}</C:calendar-data></D:prop></D:propstat>"
            "</D:response>"
            for path in paths
            if path in self.server.held
        )
        spaces = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
        return f"<D:multistatus {spaces}>{answers}</D:multistatus>".encode()

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if status in range(300, 400):
            self.send_header("Location", self.server.url)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def lying_server() -> Iterator[LyingServer]:
    """Yield a server that is honest until it is told to lie."""
    with LyingServer() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        try:
            yield server
        finally:
            server.shutdown()
