"""What others make of our FHIR: three validators, a reader of timings, and the rules of DgMP.

None of it knows how we write. The JSON schema, the pydantic models of ``fhir.resources`` and the
invariants of the standard, which FHIRPath evaluates, judge the form. ``dates`` reads a Timing by
the words of R4, and ``dgmp_problems`` judges by the rules of the German medication plan.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Iterator
from typing import Any

import fhirpathpy
import jsonschema
from dateutil.relativedelta import relativedelta
from dateutil.rrule import DAILY, FR, MO, MONTHLY, SA, SU, TH, TU, WE, WEEKLY, rrule
from fhir.resources.R4B.bundle import Bundle
from fhirpathpy.engine.nodes import ResourceNode
from fhirpathpy.models import models

from tests.support.places import TESTS

_FHIR = TESTS / "fhir"
_DAYS = {"mon": MO, "tue": TU, "wed": WE, "thu": TH, "fri": FR, "sat": SA, "sun": SU}
_ANY = {"resourceType": "Patient"}
_CLOSED = {"count", "countMax", "duration", "durationMax", "durationUnit", "offset"}
_INTERVAL = {"frequency", "period", "periodUnit"}
# fhirpathpy states no types for it.
_NODE: Any = ResourceNode
_STEPS = {"d": DAILY, "wk": WEEKLY, "mo": MONTHLY}


@functools.cache
def schema(kind: str = "Bundle") -> Any:
    """Return the official JSON schema of a kind of resource, as a validator."""
    whole = json.loads((_FHIR / "r4.schema.json").read_text(encoding="utf-8"))
    return jsonschema.Draft6Validator({**whole, "$ref": f"#/definitions/{kind}"})


def malformed(bundle: dict[str, Any]) -> list[str]:
    """Return what the official schema and the models of ``fhir.resources`` find wrong."""
    entries = bundle["entry"]
    # Each by its own kind: a choice among all kinds takes three times as long.
    bare = {**bundle, "entry": [{**one, "resource": _ANY} for one in entries]}
    parts = [
        ("Bundle", bare),
        *((one["resource"]["resourceType"], one["resource"]) for one in entries),
    ]
    found = [
        f"{kind} {error.json_path} {error.message[:200]}"
        for kind, part in parts
        for error in schema(kind).iter_errors(part)
    ]
    try:
        Bundle.model_validate(bundle)
    except ValueError as error:
        found.append(str(error))
    return found


@functools.cache
def _r4() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_FHIR / "r4.invariants.json").read_text(encoding="utf-8"))
    return found


def broken_invariants(resource: dict[str, Any]) -> list[str]:
    """Return each invariant of R4 that a resource, or one in it, does not hold."""
    return [
        f"{where}: {key} ({human})"
        for where, path, node, owner in _nodes(
            resource, resource["resourceType"], resource["resourceType"], resource
        )
        for key, expression, human in _rules(path)
        if not _holds(expression, path, _text(node), _text(owner) if "%" in expression else "")
    ]


def _rules(path: str) -> Iterator[tuple[str, str, str]]:
    of_all = ["Element"]
    if "." not in path and f"{path}.contained" in _r4()["types"]:
        of_all.append("DomainResource")
    for name in (*of_all, path):
        for key, rule in _r4()["constraints"].get(name, {}).items():
            yield key, rule["expression"], rule["human"]


def _text(node: object) -> str:
    return json.dumps(node, sort_keys=True)


@functools.cache
def _compiled(expression: str) -> Any:
    # FHIR adds hasValue() to FHIRPath: one value, and no element with parts.
    own = {"hasValue": {"fn": lambda found: len(found) == 1 and not isinstance(found[0], dict)}}
    options = {"userInvocationTable": own, "traceFn": lambda *_: None}
    return fhirpathpy.compile(expression, models["r4"], options)


@functools.lru_cache(maxsize=100_000)
def _holds(expression: str, path: str, node: str, owner: str) -> bool:
    """Return whether an invariant holds; equal nodes are judged once."""
    around = {"ucum": "http://unitsofmeasure.org"}
    if owner:
        resource = json.loads(owner)
        around = {**around, "resource": resource, "rootResource": resource}
    found = _compiled(expression)(_NODE.create_node(json.loads(node), path), around)
    return found in ([], [True])


def _nodes(
    node: dict[str, Any], where: str, path: str, owner: dict[str, Any]
) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """Yield each part of a resource with its place, the type that rules it, and its resource."""
    yield where, path, node, owner
    for name, value in node.items():
        for n, part in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(part, dict):
                continue
            inside = f"{where}.{name}[{n}]" if isinstance(value, list) else f"{where}.{name}"
            if "resourceType" in part:
                yield from _nodes(part, inside, part["resourceType"], part)
            else:
                yield from _nodes(part, inside, _type_of(path, name), owner)


def _type_of(path: str, name: str) -> str:
    """Return the type, or the path within one, that rules an element."""
    types = _r4()["types"]
    stated = types.get(f"{path}.{name}")
    if stated is None:
        base = next(
            one
            for one in types
            if one.startswith(f"{path}.")
            and one.endswith("[x]")
            and name.startswith(one.removeprefix(f"{path}.").removesuffix("[x]"))
        )
        return name.removeprefix(base.removeprefix(f"{path}.").removesuffix("[x]"))
    (one,) = stated
    if one.startswith("@"):
        return str(one[1:])
    return f"{path}.{name}" if one in ("BackboneElement", "Element") else str(one)


def dates(timing: dict[str, Any]) -> list[str]:
    """Return when a Timing says, as local times: 2026-11-30T09:00."""
    if "event" in timing:
        assert "repeat" not in timing
        return sorted(event[:16] for event in timing["event"])
    repeat = timing["repeat"]
    bounds = repeat["boundsPeriod"]
    first, last = (dt.datetime.fromisoformat(bounds[end]) for end in ("start", "end"))
    days = rrule(
        _STEPS[repeat["periodUnit"]],
        interval=repeat["period"],
        dtstart=first,
        until=last + relativedelta(hours=23),
        byweekday=[_DAYS[day] for day in repeat.get("dayOfWeek", [])] or None,
    )
    times = repeat["timeOfDay"]
    assert repeat["frequency"] == len(times) * len(repeat.get("dayOfWeek", [1]))
    return sorted(f"{day:%Y-%m-%d}T{time[:5]}" for day in days for time in times)


def dgmp_problems(request: dict[str, Any]) -> list[str]:
    """Return which rules of TimingDgMP the timing of a request of one dosage breaks.

    The rules are those of the "Medication IG DE" of HL7 Deutschland (profile TimingDgMP of
    July 2026, http://ig.fhir.de/igs/medication), told anew here: without them a German generator of
    dosage texts has no schema for a Timing.
    """
    (dosage,) = request["dosageInstruction"]
    timing, parts = dosage.get("timing", {}), dosage.get("doseAndRate", [])
    repeat = timing.get("repeat", {})
    schema = {"dayOfWeek", "when", "timeOfDay"} & repeat.keys()
    times = len(repeat.get("timeOfDay") or repeat.get("when") or [1])
    count = times * len(repeat.get("dayOfWeek", [1]))
    weekly = "dayOfWeek" in repeat
    rules = {
        "repeat 1..1": bool(repeat),
        "event 0..0, code 0..0": not {"event", "code"} & timing.keys(),
        "count, duration, offset 0..0": not _CLOSED & repeat.keys(),
        "TimingOnlyWhenOrTimeOfDay": not {"when", "timeOfDay"} <= repeat.keys(),
        "TimingOnlyOneType": bool(schema) or repeat.keys() >= _INTERVAL,
        "TimingFrequencyCount": not schema or repeat.get("frequency", count) == count,
        "TimingPeriodUnit": not schema
        or repeat.get("periodUnit", "d") == ("wk" if weekly else "d"),
        "TimingOnlyOnePeriodForDayOfWeek": not weekly or repeat.get("period", 1) == 1,
        "TimingPeriodOnlyWholeNumber": repeat.get("period", 1) % 1 == 0,
        "doseAndRate 1, rate[x] 0..0": [{"doseQuantity"}] == [part.keys() for part in parts],
    }
    return [rule for rule, holds in rules.items() if not holds]
