"""What a file writes in short, written out in full before the models look at it.

A table of bands has a row for each band, a titration a row for each step; ``use`` stands for a
phase of another regimen; a source that several files name stands in ``sources.yaml``. The models
know none of these: they see every phase, every medicine and every source whole. Where each part was
written is kept, so that a problem names its line and its row.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from dosing.drugs.drug import SourceEntry
from dosing.drugs.file_model import FileModel, Place
from dosing.drugs.shared_sources import RESERVED
from schedules.knowledge.phase import Phase

# What holds other values in a document.
_HOLDERS = (dict, list)
# The amounts that a titration may list in a medicine, one for each step.
_BY_STEP = ("dose", "per_cycle", "per_course")
_PHASE_KEYS = frozenset(field.alias or name for name, field in Phase.model_fields.items())
# A few rows times a few steps are written out; a small file must not become a large one.
_MOST_MEDICINES = 2_000
_NOT_IN_A_STEP = frozenset(("name", "medicines", "taper", "first_day"))
_OLD_WORDS = {"checks": "prerequisites", "read_back": "a reading beside the file"}
_OLD_PHASE_WORDS = {"gives": "medicines", "acts": "procedures"}


class Use(FileModel):
    """Names a phase of another regimen, which then stands here whole."""

    regimen: str
    phase: str


@dataclasses.dataclass(frozen=True, slots=True)
class WrittenOut:
    """A file in full, where each part of it was written, and what could not be written out.

    ``uses`` names the regimens of which it uses a phase, each with the place that says so.
    """

    document: Any
    places: Mapping[Place, Place] = dataclasses.field(default_factory=dict)
    problems: Sequence[tuple[Place, str]] = ()
    uses: Mapping[str, Place] = dataclasses.field(default_factory=dict)

    def place(self, place: Sequence[Any]) -> Place:
        """Return where in its file a part was written."""
        return _written_at(self.places, tuple(place))


@dataclasses.dataclass(frozen=True, slots=True)
class Surroundings:
    """What a file may name of others: the shared sources, and regimens written out, by their ids.

    ``regimen`` returns None for one that is not there or cannot be read; ``within`` are the ids of
    the regimens that are being written out.
    """

    shared: Mapping[str, SourceEntry]
    regimen: Callable[[str, tuple[str, ...]], WrittenOut | None]
    within: tuple[str, ...] = ()


# A program cannot tell which condition, medicine or result a loose word of an alert was about.
_NO_LONGER_ALERTS = (
    "this file is in the format of version 1, and no program converts this: write each alert as an "
    'answer under "safety", about a condition, a medicine or a result (docs/regimen-files.md)'
)
NOTHING_SHARED = Surroundings(MappingProxyType({}), lambda _name, _within: None)


def write_out(document: Any, around: Surroundings = NOTHING_SHARED) -> WrittenOut:
    """Write out what a regimen or drug file says in short.

    Args:
        document: the plain values of the file, which stay as they are.
        around: what it may name of other files.
    """
    if not isinstance(document, dict):
        return WrittenOut(document)
    if old := next(_old_words(document), None):
        place, word, new = old
        text = (
            f'this file is in the format of version 1 ("{word}" is "{new}" now): '
            "python -m schedules convert FILE"
        )
        return WrittenOut(document, problems=[(place, text)])
    if "alerts" in document:
        return WrittenOut(document, problems=[(("alerts",), _NO_LONGER_ALERTS)])
    return _FileInFull(document, around).written()


def _old_words(document: Mapping[str, Any]) -> Iterator[tuple[Place, str, str]]:
    """Yield the words that only the first format had, each with its place and today's word."""
    for n, phase in enumerate(_list_of(document, "phases")):
        for word, new in _OLD_PHASE_WORDS.items():
            if isinstance(phase, dict) and word in phase:
                yield ("phases", n, word), word, new
    for n, adjustment in enumerate(_list_of(document, "adjustments")):
        if isinstance(adjustment, dict) and "takes" in adjustment:
            yield ("adjustments", n, "takes"), "takes", "if_taking"
    for word, new in _OLD_WORDS.items():
        if word in document:
            yield (word,), word, new


def _list_of(part: Any, key: str) -> list[Any]:
    value = part.get(key) if isinstance(part, dict) else None
    return value if isinstance(value, list) else []


def _written_at(places: Mapping[Place, Place], place: Place) -> Place:
    for length in range(len(place), -1, -1):
        if place[:length] in places:
            return (*places[place[:length]], *place[length:])
    return place


@dataclasses.dataclass(slots=True)
class _PhaseInFull:
    """A phase on its way: its values, and where they were written, by their place within it."""

    value: Any
    places: dict[Place, Place]

    def at(self, *place: str | int) -> Place:
        return _written_at(self.places, place)

    def moved(self, n: int, to: int) -> dict[Place, Place]:
        """Return where the parts of a medicine were written, by its place after a move."""
        here: Place = ("medicines", n)
        places = {here: self.at(*here), **self.places}
        return {("medicines", to, *p[2:]): at for p, at in places.items() if p[:2] == here}


class _FileInFull:
    """Writes out one file."""

    def __init__(self, document: Mapping[str, Any], around: Surroundings) -> None:
        self._document = dict(document)
        self._around = around
        self._places: dict[Place, Place] = {}
        self._problems: list[tuple[Place, str]] = []
        self._uses: dict[str, Place] = {}
        self._used_sources: dict[str, Any] = {}

    def written(self) -> WrittenOut:
        if isinstance(self._document.get("phases"), list):
            self._document["phases"] = list(self._phases(self._document["phases"]))
        self._write_sources()
        return WrittenOut(self._document, self._places, self._problems, self._uses)

    def _refuse(self, place: Place, text: str) -> None:
        self._problems.append((place, text))

    def _phases(self, phases: list[Any]) -> Iterator[Any]:
        position = medicines = 0
        for n, phase in enumerate(phases):
            for part in self._phase(phase, ("phases", n)):
                medicines += len(_list_of(part.value, "medicines"))
                if medicines > _MOST_MEDICINES:
                    self._refuse(("phases", n), f"comes to more than {_MOST_MEDICINES:,} medicines")
                    return
                if part.places != {(): ("phases", position)}:
                    for place, written in part.places.items():
                        self._places["phases", position, *place] = written
                yield part.value
                position += 1

    def _phase(self, phase: Any, at: Place) -> Iterable[_PhaseInFull]:
        part = _PhaseInFull(phase, {(): at})
        if not isinstance(phase, dict):
            return [part]
        if "use" in phase:
            part = self._used(phase, at)
        if isinstance(part.value.get("medicines"), list):
            self._write_rows(part)
        return self._steps(part) if "titration" in part.value else [part]

    # A phase of another regimen

    def _used(self, phase: dict[str, Any], at: Place) -> _PhaseInFull:
        own = {key: value for key, value in phase.items() if key != "use"}
        used, sources = self._find(phase["use"], (*at, "use"))
        for key in own.keys() & used.keys() - {"name"}:
            self._refuse((*at, key), "the phase that is used states it too")
        for name in _sources_in(used):
            entry = sources.get(name)
            if self._used_sources.setdefault(name, entry) != entry:
                self._refuse((*at, "use"), f'its source "{name}" is another than that of this file')
        return _PhaseInFull(
            {**used, **own}, {(): (*at, "use"), **{(key,): (*at, key) for key in own}}
        )

    def _find(self, named: Any, at: Place) -> tuple[dict[str, Any], Mapping[str, Any]]:
        """Return a phase of another regimen, and its sources; neither if it is not there."""
        try:
            use = Use.model_validate(named)
        except ValidationError:
            self._refuse(at, "write {regimen: ID, phase: NAME}")
            return {}, {}
        if use.regimen in self._around.within:
            self._refuse(at, f"{' uses '.join((*self._around.within, use.regimen))}: a circle")
            return {}, {}
        other = self._around.regimen(use.regimen, self._around.within)
        if other is None or other.problems or not isinstance(other.document, dict):
            self._refuse(at, f"regimens/{use.regimen}.yaml is not there, or does not hold")
            return {}, {}
        self._uses[use.regimen] = at
        phases = [phase for phase in _list_of(other.document, "phases") if isinstance(phase, dict)]
        found = next((phase for phase in phases if phase.get("name") == use.phase), None)
        if found is None:
            names = ", ".join(str(phase.get("name")) for phase in phases)
            self._refuse(at, f'{use.regimen} has no phase "{use.phase}"; it has {names}')
        sources = other.document.get("sources")
        return found or {}, sources if isinstance(sources, dict) else {}

    # A table of bands

    def _write_rows(self, part: _PhaseInFull) -> None:
        """Write out the medicines of a phase that are tables, one medicine for each row."""
        if not any(isinstance(one, dict) and "table" in one for one in part.value["medicines"]):
            return
        medicines: list[Any] = []
        places = {place: at for place, at in part.places.items() if place[:1] != ("medicines",)}
        for n, medicine in enumerate(part.value["medicines"]):
            if not isinstance(medicine, dict) or "table" not in medicine:
                places.update(part.moved(n, len(medicines)))
                medicines.append(medicine)
                continue
            rest = {key: value for key, value in medicine.items() if key != "table"}
            at = part.at("medicines", n, "table")
            for r, row in enumerate(self._rows(medicine, "table", at)):
                place: Place = ("medicines", len(medicines))
                places[place] = (*at, r)
                places.update({(*place, key): part.at("medicines", n, key) for key in rest})
                for key in row.keys() & rest.keys():
                    self._refuse((*at, r, key), "stands above the table too")
                places.update({(*place, key): (*at, r, key) for key in row})
                medicines.append({**rest, **row})
        part.value = {**part.value, "medicines": medicines}
        part.places = places

    def _rows(self, part: Mapping[str, Any], key: str, at: Place) -> list[dict[str, Any]]:
        rows = part[key]
        if isinstance(rows, list) and rows and all(isinstance(row, dict) for row in rows):
            return rows
        self._refuse(at, "is a list with one row or more, such as {dose: 10 mg}")
        return []

    # Doses in steps

    def _steps(self, part: _PhaseInFull) -> Iterator[_PhaseInFull]:
        """Write out a titration: a phase for each of its rows, numbered from 1."""
        rows = self._rows(part.value, "titration", part.at("titration"))
        rest = {key: value for key, value in part.value.items() if key != "titration"}
        lists = list(self._lists_by_step(rest, len(rows), part))
        return (self._step(part, rest, lists, n, row) for n, row in enumerate(rows))

    def _lists_by_step(
        self, phase: Mapping[str, Any], steps: int, part: _PhaseInFull
    ) -> Iterator[tuple[int, str]]:
        """Yield which amounts of which medicine are listed, one for each step."""
        for m, medicine in enumerate(_list_of(phase, "medicines")):
            for key in _BY_STEP:
                amounts = medicine.get(key) if isinstance(medicine, dict) else None
                if isinstance(amounts, list) and len(amounts) == steps:
                    yield m, key
                elif isinstance(amounts, list):
                    text = f"has {len(amounts)} amounts for {steps} steps"
                    self._refuse(part.at("medicines", m, key), text)

    def _step(
        self,
        part: _PhaseInFull,
        rest: Mapping[str, Any],
        lists: Sequence[tuple[int, str]],
        number: int,
        row: Mapping[str, Any],
    ) -> _PhaseInFull:
        at = (*part.at("titration"), number)
        step = {**rest, "name": f"{rest.get('name', '')} {number + 1}"}
        above: dict[Place, Place] = {(key,): part.at(key) for key in rest}
        places = {**part.places, **above, (): at}
        medicines = [dict(m) if isinstance(m, dict) else m for m in _list_of(rest, "medicines")]
        for m, key in lists:
            medicines[m][key] = medicines[m][key][number]
            places["medicines", m, key] = (*part.at("medicines", m, key), number)
        for key, value in row.items():
            if key in _NOT_IN_A_STEP:
                self._refuse((*at, key), "is not for one step alone")
            elif key in _PHASE_KEYS:
                self._refuse_twice(rest, key, at)
                step[key] = value
                places[key,] = (*at, key)
            elif not medicines:
                self._refuse((*at, key), "is not a word that is known here")
            else:
                for m, medicine in enumerate(medicines):
                    if isinstance(medicine, dict):
                        self._refuse_twice(medicine, key, at)
                        medicine[key] = value
                        places["medicines", m, key] = (*at, key)
        written = _PhaseInFull(step, places)
        if medicines:
            step["medicines"] = medicines
            self._write_rows(written)
        return written

    def _refuse_twice(self, part: Mapping[str, Any], key: str, at: Place) -> None:
        if key in part:
            self._refuse((*at, key), "stands above the steps too")

    # Sources

    def _write_sources(self) -> None:
        """Gather every source that the file names, in the order in which it does."""
        own = self._document.get("sources", {})
        if not isinstance(own, dict):
            return
        known = {**self._around.shared, **RESERVED}
        for name in own.keys() & known.keys():
            where = "needs no entry" if name in RESERVED else "is also in sources.yaml"
            text = f"{where}: leave it out here, or give it another name"
            self._refuse(("sources", name), text)
        for name, entry in self._used_sources.items():
            if name in own and name not in known and own[name] != entry:
                self._refuse(("sources", name), "is another in a phase that is used here")
        known = {**known, **self._used_sources, **own}
        named = [*_sources_in(self._document), *self._further(own)]
        used = {name: known[name] for name in named if name in known}
        self._document["sources"] = {**used, **own}

    def _further(self, own: Mapping[str, Any]) -> list[str]:
        """Return the shared sources that the file only lists, because no figure rests on them."""
        names = self._document.pop("further_sources", [])
        if not isinstance(names, list):
            self._refuse(("further_sources",), "is a list of names in sources.yaml")
            return []
        for n, name in enumerate(names):
            if name in own or name not in self._around.shared:
                self._refuse(("further_sources", n), f'"{name}" is not a name in sources.yaml')
        return [name for name in names if name in self._around.shared]


def _sources_in(part: Any) -> list[str]:
    """Return each source that a part of a file names; an erratum also names who says so.

    It looks at every value of every file at each start: one list is gathered, nothing is yielded.
    """
    names: dict[str, None] = {}
    _gather_sources(part, names)
    return list(names)


def _gather_sources(part: Any, names: dict[str, None]) -> None:
    if isinstance(part, dict):
        for key, value in part.items():
            if isinstance(value, str):
                if key == "source" or (key == "says" and "prints" in part):
                    names[value] = None
            elif isinstance(value, _HOLDERS) and key != "sources":
                _gather_sources(value, names)
    elif isinstance(part, list):
        for value in part:
            if isinstance(value, _HOLDERS):
                _gather_sources(value, names)


def schema_of(model: type[FileModel]) -> dict[str, Any]:
    """Return the JSON schema of a regimen or drug file, with all that may be written in short."""
    schema = model.model_json_schema()
    parts = schema.get("$defs", {})
    shared = {"description": "names in sources.yaml", "items": {"type": "string"}, "type": "array"}
    rows = {"items": {"type": "object"}, "minItems": 1, "type": "array"}
    schema["properties"]["further_sources"] = shared
    _no_longer_required(schema, ("sources",))
    if "Interval" in parts:
        parts["Interval"] = {"anyOf": [{"type": "string"}, parts["Interval"]]}
    if "Phase" in parts and "Medicine" in parts:
        use = Use.model_json_schema()
        parts["Phase"]["properties"] |= {"use": use, "titration": rows}
        parts["Medicine"]["properties"] |= {"table": rows}
        for name in ("Phase", "Medicine"):
            _no_longer_required(parts[name], parts[name].get("required", ()))
    return schema


def _no_longer_required(schema: dict[str, Any], names: Iterable[str]) -> None:
    left_out = set(names)
    schema["required"] = [name for name in schema.get("required", ()) if name not in left_out]
