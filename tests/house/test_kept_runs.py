"""A run that was kept counts until something that it depends on changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import kept_runs
from tests.support.kept_runs import digest, keep_run, read_runs, still_valid


def test_a_run_counts_until_its_file_its_folder_or_its_words_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_runs, "ROOT", tmp_path)
    (tmp_path / "rule.py").write_text("a = 1\n", encoding="utf-8")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_rule.py").write_text("one\n", encoding="utf-8")

    def of() -> str:
        return digest(["tests", "rule.py"], "by")

    first = of()
    assert of() == digest(["rule.py", "tests"], "by") == first
    assert digest(["tests", "rule.py"], "otherwise") != first
    runs = tmp_path / "runs.json"
    runs.write_text("{}", encoding="ascii")
    keep_run(runs, "H10", first, proved=True)
    keep_run(runs, "H9", "of what was there before", proved=True)
    assert list(read_runs(runs)) == ["H9", "H10"]
    assert still_valid(runs, lambda _: of(), ["H9", "H10", "H11"]) == {
        "H10": {"of": first, "proved": True}
    }
    for file in ("rule.py", "tests/test_rule.py"):
        before = of()
        (tmp_path / file).write_text("b = 2\n", encoding="utf-8")
        assert of() != before
    assert still_valid(runs, lambda _: of(), ["H10"]) == {}
