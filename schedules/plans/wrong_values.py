"""What pydantic finds wrong in values that were handed in, as problems with a sentence each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from dosing.errors import InputError, Problem, text_of

M = TypeVar("M", bound=BaseModel)

_WHY = {
    "bool_type": "is neither True nor False",
    "dict_type": "is not a mapping of names to texts",
    "list_type": "is not a list",
    "string_too_short": "is missing",
    "string_type": "is not a text",
}


def make_of(model: type[M], values: Mapping[str, Any], whole: str, accepted: str) -> M:
    """Return a model made of values; the arguments are those of ``problems_of``.

    Raises:
        InputError: with every problem that the model finds.
    """
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        raise InputError(*problems_of(error, whole, accepted)) from None


def problems_of(
    error: ValidationError, whole: str, accepted: str, *, within: tuple[str, ...] = ()
) -> Iterator[Problem]:
    """Yield each problem that a model finds in what it was made of.

    Args:
        error: what the model raised.
        whole: the name of the whole, where no field of it is to blame.
        accepted: what to do instead.
        within: what the names of the fields begin with.
    """
    for problem in error.errors(include_url=False):
        value = problem["input"] if problem["type"] in _WHY else None
        yield Problem(
            field=", ".join(map(str, (*within, *problem["loc"]))) or whole,
            typed="" if value is None else text_of(value),
            why=_WHY.get(problem["type"], problem["msg"].removeprefix("Value error, ")),
            accepted=accepted,
        )
