"""The elements of a paper that are read aloud, nested: a table has rows, a row has cells.

fpdf2 keeps one level alone, and counts all of it for each element. The second door to fpdf2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from fpdf.encryption import StandardSecurityHandler
from fpdf.structure_tree import StructElem, StructureTreeBuilder
from fpdf.syntax import PDFArray, PDFObject

_OF_A_COLUMN = "<</O /Table /Scope /Column>>"


class _Document(StructElem):
    """The root. Its kids are the elements with content, until it is written: fpdf2 wants them so.

    fpdf2 tells each of its kids, just before it writes them, on which page it is.
    """

    __slots__ = ("_nested",)

    def __init__(self, root: PDFObject) -> None:
        super().__init__(struct_type="/Document", parent=root, kids=[])
        self._nested: list[StructElem] = []

    def serialize(
        self,
        obj_dict: dict[str, object] | None = None,
        _security_handler: StandardSecurityHandler | None = None,
    ) -> str:
        self.k = PDFArray(self._nested)
        return super().serialize(obj_dict, _security_handler)

    def nest(self, element: StructElem) -> None:
        """Place an element right below the root."""
        self._nested.append(element)


class _HeadCell(StructElem):
    """The head of a column, which says that it is of all cells below it. fpdf2 writes ``a``."""

    __slots__ = ("a",)

    def __init__(self, element: StructElem) -> None:
        super().__init__(
            struct_type=element.s,
            parent=element.p,
            kids=list(element.k),
            page_number=element.page_number(),
        )
        self.a = _OF_A_COLUMN


class StructureTree(StructureTreeBuilder):
    """The tree of a document, built while it is printed."""

    def __init__(self) -> None:
        """Begin with the root alone."""
        super().__init__()
        self._document = _Document(self.struct_tree_root)
        self.doc_struct_elem = self._document
        self.struct_tree_root.k = PDFArray([self._document])
        self._groups: list[StructElem] = []
        self._open: list[StructElem] = []
        self._contents: Counter[int] = Counter()

    @contextmanager
    def group(self, kind: str) -> Iterator[None]:
        """Nest what is printed within in an element such as Table or TR."""
        element = StructElem(struct_type=f"/{kind}", parent=self._parent, kids=[])
        self._groups.append(element)
        self._nest(element)
        self._open.append(element)
        yield
        self._open.pop()

    def add_marked_content(
        self,
        page_number: int,
        struct_type: str,
        mcid: int | None = None,
        title: str | None = None,
        alt_text: str | None = None,
    ) -> tuple[StructElem, int]:
        """Add an element with content, below the group that is open. fpdf2 calls it."""
        element, page = super().add_marked_content(page_number, struct_type, mcid, title, alt_text)
        if struct_type == "/TH":
            element = self._head_cell(element, page)
        element.p = self._parent
        self._nest(element)
        self._contents[page_number] += 1
        return element, page

    def _head_cell(self, element: StructElem, page: int) -> StructElem:
        """Put the head of a column where fpdf2 has just put an element."""
        head = _HeadCell(element)
        self._document.k[-1] = head
        self.struct_tree_root.parent_tree.nums[page][-1] = head
        return head

    def next_mcid_for_page(self, page_number: int) -> int:
        """Return the number of the next content of a page."""
        return self._contents[page_number]

    def __iter__(self) -> Iterator[PDFObject]:
        """Iterate over all objects of the tree, the root first."""
        yield from super().__iter__()
        yield from self._groups

    @property
    def _parent(self) -> StructElem:
        return self._open[-1] if self._open else self._document

    def _nest(self, element: StructElem) -> None:
        if self._open:
            self._open[-1].k.append(element)
        else:
            self._document.nest(element)
