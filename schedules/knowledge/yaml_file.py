"""Parses YAML, and finds the line of each of its parts.

YAML 1.2 by ruamel.yaml, duplicate keys refused, into the strict models. Of YAML only mappings,
lists and plain values are used. What can make a small file large, or change what its words mean, is
refused before anything is built: anchors, aliases, tags, merge keys, directives, endless nesting.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import BaseConstructor, RoundTripConstructor, SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.parser import RoundTripParser
from ruamel.yaml.resolver import VersionedResolver

from dosing.errors import KnowledgeError

# What a parser raises for a file that is not UTF-8 or not YAML.
UNREADABLE = (UnicodeDecodeError, YAMLError)

# The largest file that is shipped has 2,800 parts, and nests 7 deep. Where a file does not hold,
# ten thousand parts take half a second to find the lines of.
_MOST_PARTS = 10_000
_DEEPEST = 30
_SHOWN = 40
# No line is broken: those of the files are as long as people wrote them.
_LONGEST_LINE = 150_000


class _TextKeys(BaseConstructor):
    """Refuses a key that is no text: 1 and "1" would become one key."""

    def check_mapping_key(
        self, node: Any, key_node: Any, mapping: Any, key: Any, value: Any
    ) -> bool:
        if not isinstance(key, str):
            problem = f"key {_shown(key_node)} is not a text; put it in quotes"
            raise MarkedYAMLError(problem=problem, problem_mark=key_node.start_mark)
        return bool(super().check_mapping_key(node, key_node, mapping, key, value))


class _QuickConstructor(_TextKeys, SafeConstructor):
    pass


class _QuickResolver(VersionedResolver):
    """Reads by YAML 1.2 without asking for the version at each value: a quarter of the time."""

    processing_version = (1, 2)


class _LinesConstructor(_TextKeys, RoundTripConstructor):
    pass


def _name_the_line(constructor: type[BaseConstructor], tag: str) -> None:
    """Let a constructor name the line of a value that Python has not: 30 February."""
    construct = constructor.yaml_constructors[tag]

    def with_its_line(self: BaseConstructor, node: Any) -> Any:
        try:
            return construct(self, node)
        except (ValueError, OverflowError):
            problem = f"{_shown(node)} is no day, time or number that there is"
            raise MarkedYAMLError(problem=problem, problem_mark=node.start_mark) from None

    constructor.add_constructor(tag, with_its_line)


for _constructor in (_QuickConstructor, _LinesConstructor):
    for _kind in ("int", "float", "timestamp"):
        _name_the_line(_constructor, f"tag:yaml.org,2002:{_kind}")


def _shown(node: Any) -> str:
    return f'"{node.value[:_SHOWN]}"' if isinstance(node.value, str) else "of several parts"


def parse_quickly(content: bytes) -> Any:
    """Return the plain values of a YAML file.

    libyaml reads nine times as fast as what keeps the lines, by the same rules (YAML 1.2, duplicate
    keys refused).

    Raises:
        ValueError, YAMLError: if it is not UTF-8 or not YAML.
    """
    yaml = YAML(typ="safe", pure=False)
    yaml.Constructor, yaml.Resolver = _QuickConstructor, _QuickResolver
    return plain_values(yaml.load(_harmless(content)))


def document_of(place: str, content: bytes) -> Any:
    """Return the content of a YAML file with its lines.

    Raises:
        KnowledgeError: if it is not YAML, naming the line.
    """
    try:
        return parse_with_lines(content)
    except UnicodeDecodeError:
        problem = f"{place}:1: is not UTF-8 text"
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = f"{place}:{line}: {(error.problem or 'is not YAML').strip()}"
    except YAMLError as error:
        problem = f"{place}:1: {' '.join(str(error).split())}"
    raise KnowledgeError(problem)


def parse_with_lines(content: bytes) -> Any:
    """Return a YAML file with the line of each part.

    Raises:
        ValueError, YAMLError: if it is not UTF-8 or not YAML.
    """
    yaml = _with_lines()
    yaml.version = (1, 2)
    return yaml.load(content.decode("utf-8"))


def _with_lines() -> YAML:
    """Return what reads a file with its lines, and looks at each part before it builds it."""
    yaml = YAML(typ="rt", pure=True)
    yaml.Parser, yaml.Constructor = _HarmlessParser, _LinesConstructor
    yaml.allow_duplicate_keys = False
    return yaml


def _harmless(content: bytes) -> str:
    """Return the text of a file that is safe to build by libyaml, which no part can be taken from.

    Raises:
        ValueError, YAMLError: if it is not UTF-8, or has something in it that is not used here.
    """
    text, look = content.decode("utf-8"), _Look()
    for event in YAML(typ="safe", pure=False).parse(text):
        look.at(event)
    return text


class _Look:
    """Looks at the parts of a file in turn."""

    def __init__(self) -> None:
        self._parts = self._depth = 0

    def at(self, event: Event) -> None:
        """Refuse what is not used here, or makes a small file large.

        Raises:
            YAMLError: with the line of the part.
        """
        kind = type(event)
        if kind in _OPENING:
            self._depth += 1
        elif kind in _CLOSING:
            self._depth -= 1
        problem = _unused(event)
        if self._depth > _DEEPEST:
            problem = f"is nested more than {_DEEPEST} deep"
        elif self._parts > _MOST_PARTS:
            problem = f"has more than {_MOST_PARTS:,} parts"
        if problem:
            raise MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
        self._parts += 1


class _HarmlessParser(RoundTripParser):
    """Hands on no part that was not looked at: one reading instead of two."""

    def __init__(self, loader: Any) -> None:
        self._look = _Look()
        super().__init__(loader)

    def get_event(self) -> Any:
        event = super().get_event()
        self._look.at(event)
        return event


_OPENING = {MappingStartEvent, SequenceStartEvent}
_CLOSING = {MappingEndEvent, SequenceEndEvent}


def _unused(event: Event) -> str:
    """Return what an event has of YAML that is not used here, or nothing."""
    if isinstance(event, DocumentStartEvent):
        directive = event.version or event.tags
        return "a directive (%) is not used here; leave it out" if directive else ""
    if not isinstance(event, NodeEvent):
        return ""
    if isinstance(event, AliasEvent):
        return f"an alias (*{event.anchor[:_SHOWN]}) is not used here; write what it stands for"
    if event.anchor:
        return f"an anchor (&{event.anchor[:_SHOWN]}) is not used here; leave it out"
    tag = getattr(event, "ctag", None)  # all but aliases have it
    if tag is not None:
        return f"a tag ({str(tag)[:_SHOWN]}) is not used here; leave it out"
    if isinstance(event, ScalarEvent) and event.value == "<<":
        return "a merge key (<<) is not used here; write out what it merges"
    return ""


def plain_values(node: Any) -> Any:
    """Turn ruamel's own types, which strict models refuse, into Python's."""
    if isinstance(node, dict):
        return {str(key): plain_values(value) for key, value in node.items()}
    if isinstance(node, list):
        return [plain_values(value) for value in node]
    for kind in (bool, int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return node


def locate(document: Any, loc: Sequence[Any]) -> tuple[int, str]:
    """Return the line of a problem, and its place in the words of the file."""
    node, line, words = document, 1, []
    for part in loc:
        if isinstance(node, CommentedMap) and part in node:
            line = node.lc.value(part)[0] + 1 if part in node.lc.data else line
            words.append(str(part))
        elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
            line = node.lc.item(part)[0] + 1
            words.append(str(part + 1))
        elif isinstance(node, CommentedMap):
            line = node.lc.line + 1
            words.append(str(part))
            break
        else:
            break
        node = node[part]
    return line, f"{' '.join(words)}: " if words else ""


def read_for_editing(text: str) -> Any:
    """Return a document that can be changed and written again, comments and style with it.

    Raises:
        ValueError, YAMLError: if it is not YAML.
    """
    return _editor().load(text)


def written_again(document: Any) -> str:
    """Return the text of a document that was changed, as the files are laid out."""
    text = io.StringIO()
    _editor().dump(document, text)
    return text.getvalue()


def _editor() -> YAML:
    yaml = _with_lines()
    yaml.preserve_quotes = True
    yaml.width = _LONGEST_LINE
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def on_one_line(values: dict[str, Any] | list[Any]) -> Any:
    """Return values that are written in one line: {dose: 10 mg, per_cycle: 70 mg}."""
    made: Any
    if isinstance(values, dict):
        made = CommentedMap({key: _line_in(value) for key, value in values.items()})
    else:
        made = CommentedSeq([_line_in(value) for value in values])
    made.fa.set_flow_style()
    return made


def _line_in(value: Any) -> Any:
    return on_one_line(value) if isinstance(value, (dict, list)) else value


def rename_key(part: Any, old: str, new: str) -> None:
    """Rename a key of a document for editing, in its place and with its comment."""
    comment = part.ca.items.pop(old, None)
    position, value = list(part).index(old), part.pop(old)
    part.insert(position, new, value)
    if comment is not None:
        part.ca.items[new] = comment


def is_commented(part: Any, key: Any) -> bool:
    """Return whether a comment stands right after an entry of a document for editing."""
    return key in part.ca.items
