"""The page docs/finding-codes.md: every finding that the program can raise, from its own code.

A finding is made by ``note``, ``warn``, ``stop`` or ``Finding``, or by ``replace`` with another
level. Where a code is handed down through functions, their callers are followed, so that the page
names the code and not the parameter. What is not known before the program runs stands in braces.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import itertools
from collections.abc import Iterator
from pathlib import Path

from ruamel.yaml import YAML

from docs.making.syntax import (
    Assigned,
    Frame,
    Module,
    assignments,
    called_name,
    extend,
    fields,
    outermost_frame,
    returned_values,
    short_name,
    variables,
    without_format,
    write_out,
)
from docs.making.tables import table

ROOMS = ("dosing", "schedules", "records", "commands", "screens")
_BY_NAME = {"note": "NOTE", "warn": "WARN", "stop": "STOP"}
_LEVELS = ("NOTE", "WARN", "STOP")
_DEPTH = 5
_AS_THE_FILE_SAYS = "as the file states"


@dataclasses.dataclass(frozen=True, slots=True)
class Raised:
    """A finding as the code raises it: the pattern of its code, its levels, its sentences."""

    code: str
    levels: tuple[str, ...]
    sentences: tuple[str, ...]
    places: tuple[str, ...]


class Program:
    """The product's code, searched for findings."""

    def __init__(self, root: Path) -> None:
        """Parse every file of the rooms."""
        self.modules = [
            Module(path.relative_to(root).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
            for room in ROOMS
            for path in sorted((root / room).rglob("*.py"))
        ]
        # Which alternative of each condition, loop or table is looked at, and which there are.
        self._choice: dict[str, int] = {}
        self._open: dict[str, int] = {}
        self._rows: dict[str, list[str]] = {}

    def findings(self) -> Iterator[Raised]:
        """Find every finding, once for each way in which its code can be made."""
        for module in self.modules:
            for call in module.calls:
                name, frame = called_name(call), Frame(module, module.function_of(call))
                if name == "Finding" or _makers(call, frame):
                    yield from self._raised(call, frame)
                elif name == "replace" and any(word.arg == "level" for word in call.keywords):
                    yield from self._replaced(call, frame)

    def _replaced(self, call: ast.Call, frame: Frame) -> Iterator[Raised]:
        """Find a finding that is made of a constant one, with another level or sentence."""
        for origin in call.args[:1]:
            if not isinstance(origin, ast.Name):
                continue
            sources = [frame.module.imports.get(origin.id, ""), frame.module.path]
            for module in self.modules:
                if module.path in sources:
                    top = Frame(module, None)
                    for assigned in assignments(origin.id, top, origin):
                        for made in assigned.values:
                            yield from self._made_anew(made, top, call, frame)

    def _made_anew(
        self, made: ast.expr, top: Frame, call: ast.Call, frame: Frame
    ) -> Iterator[Raised]:
        if isinstance(made, ast.Call):
            for raised in self._raised(made, top):
                yield dataclasses.replace(
                    raised,
                    levels=self._levels(call, frame),
                    sentences=(*raised.sentences, *self._sentences(call, frame)),
                    places=(frame.module.path,),
                )

    def _raised(self, call: ast.Call, frame: Frame) -> Iterator[Raised]:
        code = self._argument(call, frame, "code", 0)
        if code is None or self._is_open(code[0], code[1]):
            if frame.depth < _DEPTH:
                for deeper in self._entered(outermost_frame(frame)):
                    yield from self._raised(call, extend(frame, deeper))
            return
        for choice in self._choices(*code):
            self._choice = choice
            for pattern in self._texts(*code):
                if "." in pattern.strip("."):
                    yield Raised(
                        code=pattern,
                        levels=self._levels(call, frame),
                        sentences=self._sentences(call, frame),
                        places=(outermost_frame(frame).module.path,),
                    )
        self._choice = {}

    def _choices(self, expression: ast.expr, frame: Frame) -> list[dict[str, int]]:
        """List every way to decide the conditions, loops and tables that a code depends on."""
        self._choice, self._open = {}, {}
        self._texts(expression, frame)
        sizes = dict(self._open)
        ways = itertools.product(*(range(size) for size in sizes.values()))
        return [dict(zip(sizes, way, strict=True)) for way in ways]

    def _chosen(self, key: str, alternatives: list[ast.expr]) -> list[ast.expr]:
        """Return the alternative that the code was made with, or all where it is not decided."""
        self._open[key] = len(alternatives)
        if key in self._choice:
            return [alternatives[self._choice[key]]]
        return alternatives

    def _levels(self, call: ast.Call, frame: Frame) -> tuple[str, ...]:
        makers = _makers(call, frame)
        if makers:
            return tuple(_BY_NAME[name] for name in makers)
        level = self._argument(call, frame, "level", 0)
        texts = self._texts(*level) if level else []
        return tuple(text for text in texts if text in _LEVELS) or (_AS_THE_FILE_SAYS,)

    def _sentences(self, call: ast.Call, frame: Frame) -> tuple[str, ...]:
        text = self._argument(call, frame, "text", 1)
        return tuple(dict.fromkeys(self._texts(*text))) if text else ()

    def _argument(
        self, call: ast.Call, frame: Frame, name: str, position: int
    ) -> tuple[ast.expr, Frame] | None:
        """Return the expression that a call gives for a parameter, and where it is read."""
        for keyword in call.keywords:
            if keyword.arg == name:
                return keyword.value, frame
            if keyword.arg is None and frame.call is not None and frame.caller is not None:
                return self._argument(frame.call, frame.caller, name, len(frame.parameters()) + 9)
        if called_name(call) == "Finding" and not call.args:
            return None
        if position < len(call.args) and not isinstance(call.args[position], ast.Starred):
            return call.args[position], frame
        return None

    def _is_open(self, expression: ast.expr, frame: Frame) -> bool:
        """Return whether an expression depends on a parameter whose call is not known yet."""
        if frame.call is not None:
            return any(
                self._is_open(argument[0], argument[1])
                for name in variables(expression)
                if frame.takes(name) and (argument := self._bound(name, frame))
            )
        return any(frame.takes(name) for name in variables(expression)) or any(
            self._is_open(value, frame)
            for name in variables(expression)
            for assigned in assignments(name, frame, expression)
            for value in assigned.values
            if isinstance(value, ast.Name) and value.id != name
        )

    def _bound(self, name: str, frame: Frame) -> tuple[ast.expr, Frame] | None:
        """Return what the entering call gives for a parameter, or else its default."""
        if frame.call is None or frame.caller is None or frame.function is None:
            return None
        parameters = frame.parameters()
        position = parameters.index(name) if name in parameters else len(frame.call.args)
        given = self._argument(frame.call, frame.caller, name, position)
        if given is not None:
            return given
        last = frame.function.args.defaults
        defaults = dict(zip(reversed(parameters), reversed(last), strict=False))
        return (defaults[name], frame) if name in defaults else None

    def _entered(self, frame: Frame) -> Iterator[Frame]:
        """Find the calls of the function of a frame, each as a frame that it was entered by."""
        function = frame.function
        if function is None:
            return
        private = function.name.startswith("_")
        for module in self.modules:
            if module is not frame.module and (private or function.name not in module.imports):
                continue
            for call in module.calls:
                if called_name(call) == function.name:
                    caller = Frame(module, module.function_of(call))
                    for virtual in write_out(call, caller):
                        yield Frame(frame.module, function, virtual, caller, frame.depth + 1)

    def _texts(self, expression: ast.expr, frame: Frame, depth: int = 0) -> list[str]:
        """Return the texts that an expression can be, with what is not known in braces."""
        unknown = ["{" + short_name(expression) + "}"]
        if depth > 2 * _DEPTH:
            return unknown
        match expression:
            case ast.Constant(value=str(text)):
                return [text]
            case ast.JoinedStr(values=values):
                parts = [self._texts(without_format(value), frame, depth + 1) for value in values]
                return ["".join(one) for one in itertools.product(*parts)]
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                pairs = itertools.product(
                    self._texts(left, frame, depth + 1), self._texts(right, frame, depth + 1)
                )
                return ["".join(pair) for pair in pairs]
            case ast.IfExp(test=test, body=body, orelse=orelse):
                branches = self._chosen(ast.unparse(test), [body, orelse])
                return [t for branch in branches for t in self._texts(branch, frame, depth + 1)]
            case ast.Name(id=name):
                return self._named(expression, name, frame, depth) or unknown
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                return self._held(name, frame, depth) or unknown
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Name(id=key)):
                return self._looked_up(name, key, frame) or unknown
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if "code" in name:
                own = isinstance(expression.func, ast.Name)
                modules = [frame.module] if own else self.modules
                return self._returned(modules, name, depth) or unknown
            case _:
                return unknown

    def _returned(self, modules: list[Module], name: str, depth: int) -> list[str]:
        """Return the texts that a function of some modules, or a method, returns."""
        return [
            text
            for module in modules
            for function in module.functions(name)
            for value in returned_values(function)
            for text in self._texts(value, Frame(module, function), depth + 1)
        ]

    def _held(self, field: str, frame: Frame, depth: int) -> list[str]:
        """Return the texts that the calls of a class in its own file give one of its fields."""
        class_ = frame.module.class_of(frame.function) if frame.function else None
        if class_ is None or field not in fields(class_):
            return []
        texts: list[str] = []
        for call in frame.module.calls:
            if called_name(call) == class_.name:
                maker = Frame(frame.module, frame.module.function_of(call))
                given = self._argument(call, maker, field, fields(class_).index(field))
                texts += self._texts(*given, depth + 1) if given else []
        return texts

    def _looked_up(self, name: str, key: str, frame: Frame) -> list[str]:
        """Return the texts of a literal table by level; the level is then that of the row."""
        for node in frame.module.nodes:
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Dict):
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                keys = [k.value for k in node.value.keys if isinstance(k, ast.Constant)]
                if ast.unparse(target) == name and set(keys) <= set(_LEVELS):
                    self._rows[key] = [str(k) for k in keys]
                    rows = self._chosen(f"[{key}]", node.value.values)
                    return [str(row.value) for row in rows if isinstance(row, ast.Constant)]
        return []

    def _named(self, use: ast.expr, name: str, frame: Frame, depth: int) -> list[str]:
        if f"[{name}]" in self._choice:
            return [self._rows[name][self._choice[f"[{name}]"]]]
        values = [
            value
            for assigned in assignments(name, frame, use)
            for value in self._chosen_row(assigned)
        ]
        if values:
            return [t for value in values for t in self._texts(value, frame, depth + 1)]
        if frame.takes(name) and frame.call is not None:
            bound = self._bound(name, frame)
            return self._texts(*bound, depth + 1) if bound else []
        return []

    def _chosen_row(self, assigned: Assigned) -> list[ast.expr]:
        if assigned.loop is None:
            return assigned.values
        return self._chosen(assigned.loop, assigned.values)


def _makers(call: ast.Call, frame: Frame) -> list[str]:
    """Name the functions that a call may call, of those that make a finding of one level.

    The name that is called can be a variable: ``level = warn if given else stop``.
    """
    name = called_name(call)
    if name in _BY_NAME:
        return [name]
    if frame.function is None or not isinstance(call.func, ast.Name):
        return []
    values = [v for one in assignments(name, frame, call.func) for v in one.values]
    branches = [
        branch
        for value in values
        for branch in ((value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,))
    ]
    names = [called_name(ast.Call(func=branch, args=[], keywords=[])) for branch in branches]
    return [name for name in names if name in _BY_NAME]


@functools.cache
def raised_findings(root: Path) -> list[Raised]:
    """Return every finding of the program, one for each code, by code."""
    by_code: dict[str, list[Raised]] = {}
    for raised in Program(root).findings():
        by_code.setdefault(raised.code, []).append(raised)
    return [_merged(by_code[code]) for code in sorted(by_code)]


def _merged(same: list[Raised]) -> Raised:
    levels = dict.fromkeys(level for one in same for level in one.levels)
    return Raised(
        code=same[0].code,
        levels=tuple(sorted(levels, key=(*_LEVELS, _AS_THE_FILE_SAYS).index)),
        sentences=tuple(dict.fromkeys(text for one in same for text in one.sentences)),
        places=tuple(dict.fromkeys(place for one in same for place in one.places)),
    )


_HEAD = """# Finding codes

What the program says of a dose, an infusion, a plan or a record. Made from the code by `make docs`.

| level | means |
| --- | --- |
| NOTE | to know |
| WARN | nothing is exported until a person acknowledges it with a reason |
| STOP | shown, never exported; no reason lifts it |

A code is stable, its sentence may be reworded. `{braces}` hold what depends on the case: a word of
the code, a value in the sentence. Files of drugs and regimens bring levels and sentences of their
own: those are marked "as the file states".
"""
_MOST_SENTENCES = 2


def finding_codes_page(root: Path) -> str:
    """Return the text of docs/finding-codes.md."""
    actions = read_actions(root)
    parts = [_HEAD]
    findings = raised_findings(root)
    for family, group in itertools.groupby(findings, key=lambda one: one.code.split(".")[0]):
        rows = [
            (
                f"`{one.code}`",
                ", ".join(one.levels),
                "<br>".join(_shown(one.sentences)),
                actions[key] if (key := action_key(one.code, actions)) else "",
                ", ".join(f"`{place}`" for place in one.places),
            )
            for one in group
        ]
        head = ("code", "level", "sentence", "what to do", "raised in")
        parts.append(f"## {family}\n\n{table(head, rows)}\n")
    return "\n".join(parts)


def read_actions(root: Path) -> dict[str, str]:
    """Read what to do about each finding, by its code or by the first words of it."""
    actions: dict[str, str] = YAML(typ="safe").load(root / "docs" / "making" / "what_to_do.yaml")
    return actions


def action_key(code: str, actions: dict[str, str]) -> str | None:
    """Return the entry that holds for a code: its own, or that of its first words."""
    words = code.split(".")
    keys = (".".join(words[:count]) for count in range(len(words), 0, -1))
    return next((key for key in keys if key in actions), None)


def _shown(sentences: tuple[str, ...]) -> list[str]:
    """Pick the sentences for one patient; those for a column of patients differ in a word."""
    sentences = tuple(text for text in sentences if text != "{text}") or sentences
    for_one = [text for text in sentences if "{rows}" not in text and "these rows" not in text]
    return (for_one or list(sentences))[:_MOST_SENTENCES]
