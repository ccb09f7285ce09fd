"""The grammar of each door, as grammars.yaml states it."""

from __future__ import annotations

from pathlib import Path

from ruamel.yaml import YAML

from tests.fuzz.choices import Grammar

_STATED = YAML(typ="safe").load(Path(__file__).with_name("grammars.yaml"))
_ALL: Grammar = _STATED.pop("all")

GRAMMARS: dict[str, Grammar] = {
    door: {**_ALL, **{symbol: [*lines, *_ALL.get(symbol, ())] for symbol, lines in own.items()}}
    for door, own in _STATED.items()
}
