"""Tables: fitted to the width of a terminal by rich, plain lines where they are piped."""

from __future__ import annotations

import dataclasses
import sys
import textwrap
from collections.abc import Iterable, Sequence

from commands.line import say

_GAP = 2


@dataclasses.dataclass(frozen=True, slots=True)
class TextColumn:
    """A column by its title; a cell that is ``whole`` is never broken over two lines.

    A dose or a time is whole: a number must not stand on another line than its unit.
    """

    title: str
    whole: bool = False


def say_table(
    columns: Sequence[TextColumn], rows: Sequence[Sequence[str]], plain: Iterable[str]
) -> None:
    """Print rows as a table on a terminal, and the plain lines into a file or a pipe.

    What is piped is searched and cut by other programs: there each row stays one line. A terminal
    too narrow for the columns gets each row as a short paragraph. Nothing is ever cut off.
    """
    if not sys.stdout.isatty() or not rows:
        for line in plain:
            say(line)
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from dosing.units import ordinary_spaces

    console = Console(file=sys.stdout, highlight=False)
    cells = [[ordinary_spaces(cell) for cell in row] for row in rows]
    used = [i for i in range(len(columns)) if any(row[i] for row in cells)]
    columns, cells = [columns[i] for i in used], [[row[i] for i in used] for row in cells]
    widths = _fit(columns, cells, console.width)
    if widths is None:
        for row in cells:
            say(_paragraph(columns, row, console.width))
        return
    table = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="bold")
    for column, width in zip(columns, widths, strict=True):
        table.add_column(Text(column.title), width=width, no_wrap=column.whole)
    for row in cells:
        table.add_row(*map(Text, row))
    console.print(table)


def _fit(
    columns: Sequence[TextColumn], rows: Sequence[Sequence[str]], room: int
) -> list[int] | None:
    """Return the width of each column, or None where they do not fit beside each other."""
    from rich.cells import cell_len

    texts = [[column.title, *(row[i] for row in rows)] for i, column in enumerate(columns)]
    full = [max(map(cell_len, column)) for column in texts]
    least = [
        width if column.whole else max(cell_len(word) for text in cells for word in text.split())
        for column, width, cells in zip(columns, full, texts, strict=True)
    ]
    spare = room - sum(least) - _GAP * len(columns)
    if spare < 0:
        return None
    widths = list(least)
    growing = sorted(range(len(columns)), key=lambda i: full[i] - least[i])
    for position, i in enumerate(growing):
        more = min(full[i] - least[i], spare // (len(growing) - position))
        widths[i] += more
        spare -= more
    return widths


def _paragraph(columns: Sequence[TextColumn], row: Sequence[str], room: int) -> str:
    """Write a row as a paragraph, in which each whole cell stays on one line."""
    from dosing.units import NO_BREAK_SPACE, ordinary_spaces

    parts = []
    for column, cell in zip(columns, row, strict=True):
        if cell:
            text = f"{column.title}:{NO_BREAK_SPACE}{cell}" if column.title else cell
            parts.append(text.replace(" ", NO_BREAK_SPACE) if column.whole else text)
    lines = textwrap.wrap(
        "; ".join(parts),
        room,
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return ordinary_spaces("\n".join(lines))
