"""What every model of a knowledge file is: strict, closed, never changed after it is read."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class FileModel(BaseModel):
    """A part of a knowledge file: strict, closed, never changed after it is read."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
