"""What every model of a knowledge file is: strict, closed, never changed after it is read."""

from __future__ import annotations

from typing import Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    model_validator,
)

from dosing import readback

Place = tuple[str | int, ...]


class MisplacedError(ValueError):
    """Something in a file does not hold. Each problem says where it stands, below its model."""

    def __init__(self, *places: tuple[Place, str]) -> None:
        """Keep the problems; the text is all of them on one line."""
        super().__init__("; ".join(text for _, text in places))
        self.places = places


class FileModel(BaseModel):
    """A part of a knowledge file: strict, closed, never changed after it is read."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class KnowledgeFile(FileModel):
    """A whole knowledge file. Its figures are read back: they stand in it a second time."""

    read_back: list[str] = Field(default_factory=list)

    @model_validator(mode="wrap")
    @classmethod
    def _figures_as_read_back(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        made = handler(data)
        if isinstance(data, dict) and made.read_back:
            wrong = readback.differing(data, made.read_back)
            if wrong is not None:
                raise ValueError(f"read_back {wrong[0] + 1}: {wrong[1]}")
        return made
