"""Answers questions line by line with a function of Python."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

Question = Mapping[str, Any]
Answer = dict[str, Any]


def answer_lines(answer: Callable[[Question], Answer | None]) -> None:
    """Write the answer to each line of the standard input; None writes nothing."""
    for line in sys.stdin:
        question = json.loads(line)
        if (told := answer(question)) is not None:
            sys.stdout.write(json.dumps({"id": question["id"], **told}) + "\n")
