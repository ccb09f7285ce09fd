"""Small changes of a module, one at a time, each of which a test should notice."""

from __future__ import annotations

import ast
import copy
import dataclasses
import textwrap
from collections import Counter
from collections.abc import Iterator
from types import CodeType

_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_CALLED = {"min": "max", "max": "min", "any": "all", "all": "any", "warn": "note", "stop": "warn"}
_LONGEST, _LONGEST_MODULE = 100, 10_000


@dataclasses.dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one change; ``scope`` is the function or class around it, empty for neither."""

    name: str
    scope: str
    line: int
    lines: range
    code: CodeType
    names: frozenset[str]


def mutants_of(source: str, path: str) -> list[Mutant]:
    """Return every mutant of a module, in the order of its lines, each with a name of its own.

    The names hold no line, so that they outlive edits elsewhere in the module.
    """
    tree = ast.parse(source)
    found, met = [], Counter[str]()
    classes = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    for scope, owner, field, place, node in _places(tree):
        for other in _changed(node, field):
            name = f"{scope or 'module'}: {_shown(node)} -> {_shown(other)}"
            met[name] += 1
            with_it = _replaced(tree, (owner, field, place), other)
            found.append(
                Mutant(
                    name=name if met[name] == 1 else f"{name} #{met[name]}",
                    scope=scope,
                    line=node.lineno,
                    lines=_lines_of(node, owner, scope in classes),
                    code=compile(with_it, path, "exec"),
                    names=frozenset() if scope else _assigned(tree, node.lineno),
                )
            )
    return sorted(found, key=lambda mutant: mutant.line)


def _lines_of(node: ast.expr | ast.stmt, owner: ast.AST, scope_is_class: bool) -> range:
    """Return the lines whose tests look at a change; a default runs with none of them, so all."""
    if scope_is_class or isinstance(owner, ast.arguments):
        return range(1, _LONGEST_MODULE)
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


_Place = tuple[str, ast.AST, str, int | None, "ast.expr | ast.stmt"]


def _places(tree: ast.Module) -> Iterator[_Place]:
    """Yield every expression and statement that runs, with its scope and where it hangs."""
    queue: list[tuple[ast.AST, str]] = [(tree, "")]
    while queue:
        owner, scope = queue.pop(0)
        for field, value in ast.iter_fields(owner):
            if field in ("annotation", "returns", "decorator_list", "bases", "format_spec"):
                continue
            for place, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if not isinstance(node, ast.AST) or _is_typing(node):
                    continue
                inner = scope
                if isinstance(node, ast.FunctionDef | ast.ClassDef):
                    inner = f"{scope}.{node.name}".strip(".")
                if isinstance(node, ast.expr | ast.stmt):
                    yield scope, owner, field, place, node
                queue.append((node, inner))


def _is_typing(node: ast.AST) -> bool:
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    only_types = isinstance(node, ast.If) and _text(node.test) == "TYPE_CHECKING"
    return docstring or only_types or isinstance(node, ast.Import | ast.ImportFrom)


def _changed(node: ast.AST, field: str) -> Iterator[ast.AST]:
    """Yield the changes of one node."""
    match node:
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            for place, op in enumerate(ops):
                for other in _COMPARED[type(op)]:
                    yield ast.Compare(left, [*ops[:place], other(), *ops[place + 1 :]], comparators)
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value) | float(value)):
            yield from (ast.Constant(value + 1), ast.Constant(value - 1))
        case ast.expr():
            yield from _computed_otherwise(node)
        case ast.stmt():
            yield from _left_out(node)
    asked = field in ("test", "ifs") and isinstance(node, ast.Name | ast.Attribute | ast.Call)
    if asked and isinstance(node, ast.expr):
        yield ast.UnaryOp(ast.Not(), node)


def _computed_otherwise(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _COMPUTED:
            yield ast.BinOp(left, _COMPUTED[type(op)](), right)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords) if name in _CALLED:
            yield ast.Call(ast.Name(_CALLED[name], ast.Load()), args, keywords)


def _left_out(node: ast.stmt) -> Iterator[ast.stmt]:
    match node:
        case ast.AugAssign(target=target, op=op, value=value) if type(op) in _COMPUTED:
            yield ast.AugAssign(target, _COMPUTED[type(op)](), value)
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield ast.Return(ast.Constant(None))
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name("super"))))):
            # Without the word the function would have no cell for it, and could not be put back.
            yield ast.Expr(ast.Name("super", ast.Load()))
        case ast.Raise() | ast.Expr(value=ast.Call()):
            yield ast.Pass()
        case ast.Expr(value=ast.Yield() | ast.YieldFrom()):
            yield ast.Expr(ast.YieldFrom(ast.Tuple([], ast.Load())))
        case ast.Break():
            yield ast.Continue()
        case ast.Continue():
            yield ast.Break()


def _replaced(tree: ast.Module, at: tuple[ast.AST, str, int | None], other: ast.AST) -> ast.Module:
    owner, field, place = at
    before = getattr(owner, field)
    after = other if place is None else [*before[:place], other, *before[place + 1 :]]
    setattr(owner, field, after)
    whole = copy.deepcopy(tree)
    setattr(owner, field, before)
    return ast.fix_missing_locations(whole)


def _shown(node: ast.AST) -> str:
    return textwrap.shorten(_text(node), _LONGEST, placeholder=" ...")


def _text(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())


def _assigned(tree: ast.Module, line: int) -> frozenset[str]:
    """Return the names that the statement of a module on a line assigns."""
    targets: list[ast.expr] = []
    for one in tree.body:
        if one.lineno <= line <= (one.end_lineno or one.lineno):
            if isinstance(one, ast.Assign):
                targets += one.targets
            elif isinstance(one, ast.AnnAssign):
                targets.append(one.target)
    walked = (node for target in targets for node in ast.walk(target))
    return frozenset(node.id for node in walked if isinstance(node, ast.Name))
