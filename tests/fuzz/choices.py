"""Turns bytes into texts: each byte decides once, and the same bytes always make the same text.

A fuzzer that keeps the bytes which reached new code so keeps the decisions that led there.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
Grammar = Mapping[str, Sequence[str]]

_A_BYTE = 256
_SYMBOL = re.compile(r"<([a-z-]+)>")


class Choices:
    """Decisions made by bytes; where they have run out, the first of everything is taken."""

    def __init__(self, data: bytes) -> None:
        """Begin with the first byte."""
        self._data, self._next = data, 0

    def below(self, count: int) -> int:
        """Return a number from 0 to one less than the count."""
        if self._next >= len(self._data):
            return 0
        self._next += 1
        return self._data[self._next - 1] % count

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options; of more than 256 two bytes decide."""
        number = self.below(_A_BYTE)
        if len(options) > _A_BYTE:
            number = number * _A_BYTE + self.below(_A_BYTE)
        return options[number % len(options)]

    def any_text(self) -> str:
        """Return a few of the next bytes as a text, whatever they are."""
        end = self._next + 1 + self.below(16)
        text = self._data[self._next : end].decode("utf-8", "surrogateescape")
        self._next = end
        return text

    def written(self, grammar: Grammar, rule: str = "<start>") -> str:
        """Return a text that the grammar allows: each ``<symbol>`` becomes one of its lines."""

        def expanded(symbol: re.Match[str]) -> str:
            if symbol[1] == "any":
                return self.any_text()
            return self.written(grammar, self.pick(grammar[symbol[1]]))

        return _SYMBOL.sub(expanded, rule)

    def spoilt(self, text: str, grammar: Grammar) -> str:
        """Return a text of lines with a few of them changed, a value of the grammar among them."""
        lines = text.split("\n")
        for _ in range(1 + self.below(4)):
            number = self.below(_A_BYTE) * 7 % len(lines)
            lines[number : number + 1] = self._changed(lines, number, grammar)
            lines = lines or [""]
        return "\n".join(lines)

    def _changed(self, lines: list[str], number: int, grammar: Grammar) -> list[str]:
        """Return what stands in the place of one line: none, one or two."""
        line, value = lines[number], self.written(grammar, "<value>")
        match self.below(8):
            case 0 | 1 | 2:
                # What stands behind the mark that ends a name, in YAML, iCalendar or a table.
                marks = [at.end() for at in re.finditer(r"[:;,=] ?|- ", line)] or [0]
                return [line[: self.pick(marks)] + value]
            case 3:
                return [re.sub(r"[\w./-]+", lambda _: value, line, count=1)]
            case 4:
                return []
            case 5:
                return [lines[self.below(_A_BYTE) * 3 % len(lines)], line]
            case 6:
                return [self.pick(("  ", " ", "\t", "- ", "")) + line.lstrip()]
            case _:
                at = self.below(len(line) + 1)
                return [line[:at] + value + line[at:]]

    def edited(self, document: Any, grammar: Grammar) -> Any:
        """Return a copy of a document of lists and mappings with a few of its nodes changed."""
        root = [copy.deepcopy(document)]
        for _ in range(1 + self.below(4)):
            holder, key = self._place(root)
            match self.below(8):
                case 0 | 1 | 2 | 3:
                    holder[key] = self.value(grammar)
                case 4:
                    if holder is not root:
                        del holder[key]
                case 5:
                    if isinstance(holder, list):
                        holder.append(copy.deepcopy(holder[key]))
                    else:
                        holder[self.written(grammar, "<value>")] = holder[key]
                case 6:
                    holder[key] = self.pick(([holder[key]], {"a": holder[key]}))
                case _:
                    from_where, which = self._place(root)
                    holder[key] = copy.deepcopy(from_where[which])
            root = root or [None]
        return root[0]

    def value(self, grammar: Grammar) -> Any:
        """Return a text of the grammar, or something that is no text at all."""
        odd: tuple[Any, ...] = (
            None,
            True,
            0,
            -1,
            1,
            7,
            1.5,
            1e300,
            10**30,
            float("nan"),
            [],
            {},
            "",
            ["x"],
        )
        return self.pick(odd) if self.below(4) == 3 else self.written(grammar, "<value>")

    def _place(self, root: Any) -> tuple[Any, Any]:
        """Walk down into a document, and return what holds a node, with its key."""
        holder: Any = root
        key: Any = 0
        while isinstance(inner := holder[key], (dict, list)) and inner and self.below(8):
            keys = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
            holder, key = inner, self.pick(keys)
        return holder, key
