"""Requests as another page, or a program that means harm, would write them."""

from __future__ import annotations

import socket
from urllib.parse import urlparse

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": "streamlit",
}


def ask(address: str, line: str, *headers: tuple[str, str]) -> tuple[int, str]:
    """Send a request as it is written, and return the status and the head of the answer.

    The status is 0 where the server has closed the connection without a word.
    """
    there = urlparse(address)
    text = "".join(f"{one}\r\n" for one in (line, *(f"{name}: {value}" for name, value in headers)))
    with socket.create_connection((str(there.hostname), there.port), timeout=20) as connection:
        connection.sendall(f"{text}\r\n".encode("latin-1"))
        answer = b""
        while b"\r\n\r\n" not in answer and (part := connection.recv(4096)):
            answer += part
    head = answer.partition(b"\r\n\r\n")[0].decode("latin-1")
    return (int(head.split()[1]), head) if head else (0, "")
