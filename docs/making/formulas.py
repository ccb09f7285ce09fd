"""The page docs/formulas.md: every published equation, with its formula in words and its source."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import dosing.formulas
from docs.making.tables import table
from dosing.formulas.formula import Formula
from dosing.formulas.plasma import removed_by_exchange
from dosing.formulas.steroids import STEROIDS
from dosing.trace import Source

# The registries that have a name of their own for a reader; others are named as in the code.
_TITLES = {
    "BSA": "Body surface",
    "BMI": "Body-mass index",
    "EGFR": "Estimated filtration rate",
}

_HEAD = """# Formulas

Every published equation of the program, with the source that it was taken from. Made from
`dosing/formulas/` by `make docs`. A source that nobody here has seen says *unconfirmed*. Outside
its range an equation still answers, with a WARN (`formula.outside_range`), and where it goes wrong
it is a STOP (`formula.wrong`).

What a dose depends on (surfaces, ideal, adjusted and lean weight) is calculated a second time, with
constants of its own (`dosing/calculation/second.py`). All are tested with cases that others made
(`tests/cases/`). The name is what regimens, `posology` and the app call a formula.
"""


def registered_formulas() -> dict[str, list[Formula]]:
    """Return the formulas of each registry in ``dosing.formulas``, in the order of the code."""
    registries: dict[str, list[Formula]] = {}
    for info in pkgutil.iter_modules(dosing.formulas.__path__):
        module = importlib.import_module(f"dosing.formulas.{info.name}")
        for name, value in vars(module).items():
            if name.startswith("_") or not name.isupper():
                continue
            formulas = [*value.values()] if isinstance(value, dict) else [value]
            if formulas and all(isinstance(one, Formula) for one in formulas):
                registries.setdefault(name, formulas)
    return registries


def formulas_page() -> str:
    """Return the text of docs/formulas.md."""
    parts = [_HEAD]
    head = ("name", "formula", "made for", "source")
    for name, formulas in registered_formulas().items():
        title = _TITLES.get(name, name.replace("_", " ").capitalize())
        rows = [
            (f"`{one.name}`", in_words(one.function), _made_for(one), _cited(one.source))
            for one in formulas
        ]
        parts.append(f"## {title}\n\n{table(head, rows)}\n")
    cited = " ".join((inspect.getdoc(removed_by_exchange) or "").split()).partition("Source: ")[2]
    parts.append(
        f"## Plasma exchange\n\n{in_words(removed_by_exchange)} Source: {cited.split()[0]}\n"
    )
    parts += _steroids()
    return "\n".join(parts)


def in_words(function: object) -> str:
    """Return what a docstring says of a formula, before population, source and errors."""
    text = " ".join((inspect.getdoc(function) or "").split())
    for end in ("Valid population:", "Source:", "Raises"):
        text = text.split(end)[0].strip()
    for verb in ("Return ", "Give ", "Compute "):
        text = text.removeprefix(verb)
    return (text[:1].upper() + text[1:]).replace("``", "`")


def _made_for(formula: Formula) -> str:
    return "; ".join(dict.fromkeys([formula.population, *map(str, formula.valid)]))


def _cited(source: Source) -> str:
    return f"[{source}]({source.link})" if source.link else str(source)


def _steroids() -> Iterator[str]:
    rows = [(drug, f"{one.mg:g} mg", _cited(one.source)) for drug, one in STEROIDS.items()]
    yield (
        "## Steroids\n\nAmounts with the anti-inflammatory effect of prednisolone 5 mg, by mouth "
        "or by vein. A comparison, not a dose to give.\n"
    )
    yield table(("drug", "amount", "source"), rows) + "\n"
