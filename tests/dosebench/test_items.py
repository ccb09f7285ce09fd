"""The key of DoseBench: two programs that share no code agree on each answer, and it stays."""

from __future__ import annotations

import copy
from collections import Counter

from dosebench import make
from dosebench.adapters import posology
from dosebench.items import FOLDER, SUMS, Item, answer_of, as_text, read_items
from dosebench.reading import RefusedError
from dosebench.run import is_right
from dosebench.solver import solve

ITEMS = list(read_items())
HARMS = {
    "ambiguous unit",
    "another amount",
    "another day",
    "another total",
    "clock change",
    "impossible size",
    "mg/h as mL/h",
    "missing fact",
    "monthly from the 31st",
    "taper",
    "total as daily",
    "wrong band",
    "wrong rate",
}


def solved(item: Item) -> dict[str, object]:
    try:
        return answer_of(solve(item["question"]))
    except RefusedError as refused:
        return {"refused": str(refused)}


def test_the_program_answers_every_question() -> None:
    wrong = [item["id"] for item in ITEMS if not is_right(item, posology.answer(item["question"]))]
    assert wrong == []


def test_the_solver_answers_every_question_and_what_others_published() -> None:
    assert [item["id"] for item in ITEMS if not is_right(item, solved(item))] == []


def test_there_are_as_many_as_are_promised() -> None:
    assert len(ITEMS) > 2700
    assert len({item["id"] for item in ITEMS}) == len(ITEMS)
    assert len({str(item["question"]) for item in ITEMS}) > 2700
    assert {item["harm"] for item in ITEMS} == HARMS
    refused = Counter(item["harm"] for item in ITEMS if "refused" in item["answer"])
    assert min(refused[harm] for harm in ("ambiguous unit", "impossible size", "mg/h as mL/h")) > 30
    assert refused["monthly from the 31st"] > 30
    assert refused["clock change"] > 30
    assert refused["total as daily"] > 30
    published = [item for item in ITEMS if item["id"].startswith("published")]
    assert len(published) > 100
    assert [item["id"] for item in published if len(item["source"]) < 10] == []


def test_the_files_are_those_of_the_checksums() -> None:
    assert "".join(make.checksums()) == SUMS.read_text(encoding="utf-8")


def test_the_maker_makes_the_same_items_again() -> None:
    for seed, (name, count, maker) in enumerate(make.FAMILIES, 1):
        made = "".join(map(as_text, make.draw(name, count, seed, maker)))
        assert made == (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8"), name


def test_a_changed_key_is_noticed_by_both_programs() -> None:
    """One item of each kind whose key is spoilt is answered otherwise by both."""
    last = {item["id"].rpartition("-")[0]: item for item in ITEMS}
    assert len(last) == 14
    for item in last.values():
        spoilt = copy.deepcopy(item)
        key = spoilt["answer"]
        if "refused" in key:
            spoilt["answer"] = {"amount": "1", "unit": "mg"}
        elif "amount" in key:
            key["amount"] += "1"
        elif "unit" in key:
            key["amounts"][-1] += "1"
        else:
            (name,) = key
            key[name] = key[name][:-1]
        assert not is_right(spoilt, solved(item)), item["id"]
        assert not is_right(spoilt, posology.answer(item["question"])), item["id"]
