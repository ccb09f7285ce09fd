"""Where a Python file gets its values from: its functions, their callers, its assignments."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator
from functools import cache, cached_property

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Module:
    """The syntax tree of one file, with the parent of every node."""

    def __init__(self, path: str, tree: ast.Module) -> None:
        """Keep the tree."""
        self.path = path
        self.tree = tree

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """List every node of the tree, walked once."""
        return list(ast.walk(self.tree))

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """Map every node to the one that holds it."""
        return {child: node for node in self.nodes for child in ast.iter_child_nodes(node)}

    @cached_property
    def calls(self) -> list[ast.Call]:
        """List every call of the file."""
        return [node for node in self.nodes if isinstance(node, ast.Call)]

    @cached_property
    def imports(self) -> dict[str, str]:
        """Map every imported name to the path of the file that it is first imported from."""
        found: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    found.setdefault(alias.name, f"{(node.module or '').replace('.', '/')}.py")
        return found

    def function_of(self, node: ast.AST) -> Function | None:
        """Return the function in which a node stands."""
        above = self.parents.get(node)
        while above is not None and not isinstance(above, Function):
            above = self.parents.get(above)
        return above

    def class_of(self, function: ast.AST) -> ast.ClassDef | None:
        """Return the class of a method."""
        above = self.parents.get(function)
        return above if isinstance(above, ast.ClassDef) else None

    def functions(self, name: str) -> list[Function]:
        """Return the functions of this name."""
        return [node for node in self.nodes if isinstance(node, Function) and node.name == name]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Where an expression is read: its function, and the call that entered it, if known."""

    module: Module
    function: Function | None
    call: ast.Call | None = None
    caller: Frame | None = None
    depth: int = 0

    def parameters(self) -> list[str]:
        """Name the parameters that a call fills by position; ``self`` is none of them."""
        if self.function is None:
            return []
        names = [arg.arg for arg in (*self.function.args.posonlyargs, *self.function.args.args)]
        return names[1:] if names[:1] in (["self"], ["cls"]) else names

    def takes(self, name: str) -> bool:
        """Return whether the function has a parameter of this name."""
        if self.function is None:
            return False
        only = [arg.arg for arg in self.function.args.kwonlyargs]
        rest = self.function.args.kwarg
        return name in self.parameters() or name in only or bool(rest and rest.arg == name)


def outermost_frame(frame: Frame) -> Frame:
    """Return the frame that the whole chain of calls was entered from."""
    return frame if frame.caller is None else outermost_frame(frame.caller)


def extend(frame: Frame, entered: Frame) -> Frame:
    """Return the frame with its outermost function entered by a call."""
    if frame.caller is None:
        return entered
    caller = extend(frame.caller, entered)
    return dataclasses.replace(frame, caller=caller, depth=frame.depth + 1)


def called_name(call: ast.Call) -> str:
    """Return the name of what is called, without its owner."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def fields(class_: ast.ClassDef) -> list[str]:
    """Name the fields of a dataclass, in the order in which a call fills them."""
    return [ast.unparse(node.target) for node in class_.body if isinstance(node, ast.AnnAssign)]


def variables(expression: ast.expr) -> list[str]:
    """Name the variables that stand in a text by themselves, not within a call."""
    match expression:
        case ast.Name(id=name):
            return [name]
        case ast.JoinedStr(values=values):
            return [name for value in values for name in variables(without_format(value))]
        case ast.BinOp(left=left, right=right):
            return [*variables(left), *variables(right)]
    return []


def without_format(value: ast.expr) -> ast.expr:
    """Return the expression of a braced part of a text."""
    return value.value if isinstance(value, ast.FormattedValue) else value


@dataclasses.dataclass(frozen=True, slots=True)
class Assigned:
    """What one statement sets a variable to; a loop over literals has a value for each turn."""

    statement: ast.AST
    values: list[ast.expr]
    loop: str | None = None


def assignments(name: str, frame: Frame, use: ast.AST) -> list[Assigned]:
    """Find what a variable can hold where it is used: from its function, or from the file."""
    if frame.function is not None:
        nodes = _statements(frame.function)
        found = [assigned for node in nodes if (assigned := _binding(node, name))]
        if found:
            return _reaching(found, use, frame.module)
        if frame.takes(name):
            return []
    return [assigned for node in frame.module.tree.body if (assigned := _binding(node, name))]


@cache
def _statements(function: Function) -> list[ast.AST]:
    """List the statements of a function that can set a variable."""
    kinds = (ast.Assign, ast.AnnAssign, ast.For)
    return [node for node in ast.walk(function) if isinstance(node, kinds)]


def _reaching(found: list[Assigned], use: ast.AST, module: Module) -> list[Assigned]:
    """Keep the statements whose value can still hold at the use."""
    around = dict(_places(use, module))
    reaching = []
    for assigned in sorted(found, key=lambda one: -getattr(one.statement, "lineno", 0)):
        line = getattr(assigned.statement, "lineno", 0)
        if assigned.loop is not None:
            reaching.append(assigned)
            continue
        block, field = next(_places(assigned.statement, module))
        if line >= getattr(use, "lineno", 0) or around.get(block, field) != field:
            continue  # set later, or in the other branch
        reaching.append(assigned)
        if block in around:
            break
    return reaching


def _places(node: ast.AST, module: Module) -> Iterator[tuple[ast.AST, str]]:
    """Yield each statement around a node, with its part in which the node stands."""
    while (above := module.parents.get(node)) is not None:
        for field, value in ast.iter_fields(above):
            if value is node or (isinstance(value, list) and node in value):
                yield above, field
        node = above


def _binding(node: ast.AST, name: str) -> Assigned | None:
    values: list[ast.expr] = []
    loop = None
    match node:
        case ast.Assign(targets=[target], value=value):
            values = list(_unpacked(target, value, name))
        case ast.AnnAssign(target=target, value=value) if value is not None:
            values = list(_unpacked(target, value, name))
        case ast.For(target=target, iter=ast.Tuple(elts=turns)):
            values = [value for turn in turns for value in _unpacked(target, turn, name)]
            loop = f"loop in line {node.lineno}"
    return Assigned(node, values, loop) if values else None


def _unpacked(target: ast.expr, value: ast.expr, name: str) -> Iterator[ast.expr]:
    match target, value:
        case ast.Name(id=found), _ if found == name:
            yield value
        case ast.Tuple(elts=names), ast.Tuple(elts=values) if len(names) == len(values):
            for one, other in zip(names, values, strict=True):
                yield from _unpacked(one, other, name)
        case ast.Tuple(), ast.IfExp(test=test, body=body, orelse=orelse):
            either = _unpacked(target, body, name), _unpacked(target, orelse, name)
            for first, second in zip(*either, strict=True):
                yield ast.IfExp(test=test, body=first, orelse=second)


def write_out(call: ast.Call, frame: Frame) -> Iterator[ast.Call]:
    """Write out ``f(*row)`` for each row of a literal table; other calls stay as they are."""
    if not (len(call.args) == 1 and isinstance(call.args[0], ast.Starred)):
        yield call
        return
    row = call.args[0].value
    loops = [
        node.iter
        for node in ast.walk(frame.function or frame.module.tree)
        if isinstance(node, (ast.For, ast.comprehension))
        and isinstance(row, ast.Name)
        and isinstance(node.target, ast.Name)
        and node.target.id == row.id
    ]
    for loop in loops:
        tables = [loop]
        if isinstance(loop, ast.Name):
            tables = [v for one in assignments(loop.id, frame, call) for v in one.values]
        for rows in tables:
            for values in getattr(rows, "elts", ()):
                if isinstance(values, ast.Tuple):
                    yield ast.Call(func=call.func, args=values.elts, keywords=[])


def returned_values(function: Function) -> list[ast.expr]:
    """List what a function returns."""
    nodes = ast.walk(function)
    return [node.value for node in nodes if isinstance(node, ast.Return) and node.value]


def short_name(expression: ast.expr) -> str:
    """Return a short name for what is not known before the program runs."""
    match expression:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.strip("_").replace("_", " ")
        case ast.Constant(value=value):
            return str(value)
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name)), args=[_, second]) if (
            name.isupper()
        ):
            return short_name(second)  # a pattern's sub(with, text)
        case ast.Call(func=ast.Attribute(value=value), args=[ast.Constant(), *_]):
            return short_name(value)
        case ast.Call(args=[first, *_]):
            return short_name(first)
        case ast.Call(func=ast.Attribute(value=value)):
            return short_name(value)
        case _:
            return _short_name_of_parts(expression)


def _short_name_of_parts(expression: ast.expr) -> str:
    match expression:
        case ast.Subscript(value=ast.Name(id=name), slice=key) if name[1:].isupper():
            return short_name(key) if name.startswith("_") else name.lower()
        case ast.Subscript(value=value) | ast.BinOp(left=value) | ast.Starred(value=value):
            return short_name(value)
        case ast.BoolOp(values=[value, *_]):
            return short_name(value)
        case ast.GeneratorExp(elt=element) | ast.ListComp(elt=element):
            return short_name(element)
        case ast.JoinedStr(values=values):
            inner = [value for value in values if isinstance(value, ast.FormattedValue)]
            return short_name(inner[0].value) if inner else "text"
    return "..."
