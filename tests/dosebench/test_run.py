"""The runner of DoseBench: how a program is asked, and what counts as right."""

from __future__ import annotations

import json
import shlex
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from dosebench.run import ask_program, ask_url, asked, is_right, report

ITEM: dict[str, Any] = {
    "id": "doses-0001",
    "sentence": "One dose?",
    "question": {"ask": "dose", "rate": "7 mg"},
    "answer": {"amount": "7", "unit": "mg"},
    "tolerance": "1/1000",
    "harm": "another amount",
    "source": "made up",
}
REFUSED = {**ITEM, "id": "refusals-0001", "answer": {"refused": True}, "tolerance": "0"}
DATED = {**ITEM, "id": "courses-0001", "answer": {"dates": ["2027-01-04"]}, "tolerance": "0"}
# Tells each question back, after a line that is no answer.
ECHO = """
import json, sys
print("starting")
for line in sys.stdin:
    question = json.loads(line)
    print(json.dumps({"id": question["id"], "amount": question["rate"].split()[0], "unit": "mg"}))
"""


class Echo(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        told = json.dumps({"id": question["id"], "amount": "7.0", "unit": "mg"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_: object) -> None:
        """Keep the tests' output free of its lines."""


@contextmanager
def serving() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/ask"
        finally:
            server.shutdown()
            thread.join()


def test_a_program_is_told_the_question_and_no_answer(tmp_path: Path) -> None:
    assert asked(ITEM) == {
        "id": "doses-0001",
        "sentence": "One dose?",
        "ask": "dose",
        "rate": "7 mg",
    }
    (tmp_path / "echo.py").write_text(ECHO, encoding="utf-8")
    command = shlex.join((sys.executable, "-S", str(tmp_path / "echo.py")))
    answers = ask_program(command, [asked(ITEM)])
    assert answers == {"doses-0001": {"id": "doses-0001", "amount": "7", "unit": "mg"}}
    assert is_right(ITEM, answers["doses-0001"])


def test_a_server_is_asked_by_post() -> None:
    with serving() as url:
        answers = ask_url(url, [asked(ITEM)])
    assert is_right(ITEM, answers["doses-0001"])


@pytest.mark.parametrize(
    ("item", "answer", "right"),
    [
        (ITEM, {"amount": "7.001", "unit": "mg"}, True),
        (ITEM, {"amount": 7, "unit": "mg"}, True),
        (ITEM, {"amount": "14/2", "unit": "mg"}, True),
        (ITEM, {"amount": "7.0011", "unit": "mg"}, False),
        (ITEM, {"amount": "7", "unit": "g"}, False),
        (ITEM, {"amount": "7 mg", "unit": "mg"}, False),
        (ITEM, {"amount": "7/0", "unit": "mg"}, False),
        (ITEM, {"refused": "no"}, False),
        (ITEM, {"amount": "7", "unit": "mg", "refused": "no"}, False),
        (ITEM, None, False),
        (REFUSED, {"refused": "the unit is missing"}, True),
        (REFUSED, {"refused": ""}, False),
        (REFUSED, {"amount": "7", "unit": "mg"}, False),
        (DATED, {"dates": ["2027-01-04"]}, True),
        (DATED, {"dates": ["2027-01-04", "2027-01-05"]}, False),
        (DATED, {}, False),
    ],
)
def test_what_is_right(item: dict[str, Any], answer: Any, *, right: bool) -> None:
    assert is_right(item, answer) is right


def test_the_report_counts_what_is_wrong_apart_from_what_has_no_answer() -> None:
    wrong = {"doses-0001": {"amount": "8", "unit": "mg"}}
    assert list(report([ITEM, REFUSED], wrong)) == [
        "doses            0 of 1",
        "refusals         0 of 1",
        "all              0 of 2",
        "no answer        1",
        "wrong, another amount: 1",
        "doses-0001: One dose?",
        '  {"amount": "7", "unit": "mg"}, not {"amount": "8", "unit": "mg"}',
    ]
