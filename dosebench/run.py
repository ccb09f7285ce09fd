"""Asks a program every question, and counts the answers that are right.

A program reads one question a line on its standard input, and writes one answer a line; by
``--url`` each question is the body of a POST. Either way a question is the ``question`` of an item
with its ``id`` and ``sentence``, and an answer has the same ``id``; none is written to what a
program does not know.
"""

from __future__ import annotations

import argparse
import http.client
import json
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any
from urllib.parse import urlsplit

from dosebench.items import Item, read_items
from dosebench.make import write

_SECONDS = 600
_SHOWN = 20


def asked(item: Item) -> dict[str, Any]:
    """Return what a program is told: neither answer, nor harm, nor source."""
    return {"id": item["id"], "sentence": item["sentence"], **item["question"]}


def is_right(item: Item, answer: Any) -> bool:
    """Return whether an answer is that of the item, its amounts within the tolerance."""
    wanted = item["answer"]
    if not isinstance(answer, dict):
        return False
    if "refused" in wanted or "refused" in answer:
        return bool(wanted.get("refused")) and bool(answer.get("refused"))
    try:
        return all(
            _same(name, value, answer.get(name), Fraction(item["tolerance"]))
            for name, value in wanted.items()
        )
    except (TypeError, ValueError, ZeroDivisionError):
        return False


def _same(name: str, wanted: Any, found: Any, tolerance: Fraction) -> bool:
    if name == "amount":
        return abs(Fraction(str(found)) - Fraction(wanted)) <= tolerance
    if name == "amounts":
        return len(found) == len(wanted) and all(
            _same("amount", one, other, tolerance) for one, other in zip(wanted, found, strict=True)
        )
    return bool(wanted == found)


def ask_program(command: str, questions: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return the answers of a program by id; a line that is no answer counts as none."""
    lines = "".join(json.dumps(question) + "\n" for question in questions)
    done = subprocess.run(
        shlex.split(command), input=lines, stdout=subprocess.PIPE, text=True, timeout=_SECONDS
    )
    return dict(filter(None, map(_read, done.stdout.splitlines())))


def ask_url(url: str, questions: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return the answers of a server by id; each question is one POST."""
    at = urlsplit(url)
    kind = http.client.HTTPSConnection if at.scheme == "https" else http.client.HTTPConnection
    connection = kind(at.netloc, timeout=_SECONDS)
    answers = {}
    for question in questions:
        head = {"Content-Type": "application/json"}
        connection.request("POST", at.path or "/", json.dumps(question), head)
        if read := _read(connection.getresponse().read().decode("utf-8", "replace")):
            answers[question["id"]] = read[1]
    connection.close()
    return answers


def _read(line: str) -> tuple[str, Any] | None:
    try:
        answer = json.loads(line)
    except ValueError:
        return None
    return (str(answer.get("id")), answer) if isinstance(answer, dict) else None


def report(items: Sequence[Item], answers: dict[str, Any]) -> Iterator[str]:
    """Yield what is right by kind, what is wrong by class of harm, and the first that are."""
    wrong = [item for item in items if not is_right(item, answers.get(item["id"]))]
    kinds, missed = (Counter(_kind(item) for item in some) for some in (items, wrong))
    for kind, count in kinds.items():
        yield f"{kind:<12}{count - missed[kind]:>6} of {count}"
    yield f"{'all':<12}{len(items) - len(wrong):>6} of {len(items)}"
    answered = [item for item in wrong if item["id"] in answers]
    yield f"{'no answer':<12}{len(wrong) - len(answered):>6}"
    for harm, count in Counter(item["harm"] for item in answered).most_common():
        yield f"wrong, {harm}: {count}"
    for item in answered[:_SHOWN]:
        yield f"{item['id']}: {item['sentence']}"
        yield f"  {json.dumps(item['answer'])}, not {json.dumps(answers[item['id']])}"


def _kind(item: Item) -> str:
    return str(item["id"]).rpartition("-")[0]


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask a program and print the report; exit with 1 unless every answer is right."""
    parser = argparse.ArgumentParser(prog="dosebench", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("make", help="make the items and their checksums anew")
    run = commands.add_parser("run", help="ask a program every question")
    which = run.add_mutually_exclusive_group(required=True)
    which.add_argument("--program", metavar="CMD", help="reads and writes JSON lines")
    which.add_argument("--url", help="answers a POST of one question")
    args = parser.parse_args(arguments)
    if args.command == "make":
        write()
        return 0
    items = list(read_items())
    questions = map(asked, items)
    found = ask_program(args.program, questions) if args.program else ask_url(args.url, questions)
    lines = list(report(items, found))
    sys.stdout.write("\n".join([*lines, ""]))
    return int(any(not is_right(item, found.get(item["id"])) for item in items))
