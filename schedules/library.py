"""Reads regimens/, drugs/ and bands/, replays worked examples, reports every problem with its line.

YAML 1.2 by ruamel.yaml, duplicate keys refused, into the strict models. A file that does not hold
is refused here, in the running program, before anything is planned with it.
"""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from dosing.banding import BandTable, read_table
from dosing.drug import Drug, FileModel, RateLadder
from dosing.errors import InputError, KnowledgeError, Problem
from dosing.limits import check_amount, check_rate
from dosing.units import parts, plain, quantity, same_kind
from schedules.course import course
from schedules.phase import AsRequired, Give, MisplacedError, Place, Rate
from schedules.plan import PatientEntry, PlannedAdjustment, make_plan
from schedules.regimen import Example, KnowledgeUsed, Regimen
from schedules.site import Pharmacy, Site
from schedules.tablets import SOLID

M = TypeVar("M", bound=FileModel)

REPLAY_MADE_ON = dt.date(2026, 11, 20)
_RANGE = re.compile(
    r"(\d{4}-\d\d-\d\d)(?: to (\d{4}-\d\d-\d\d)(?: every ([2-9]|\d\d) days)?)? (\S+) (.+?)"
    r"(?:, ([2-9]|1[0-9]) times a day)?"
)


class Library:
    """The regimens and drugs that were read and found to hold."""

    def __init__(
        self,
        regimens: dict[str, Regimen],
        drugs: dict[str, Drug],
        used: dict[str, KnowledgeUsed],
        site: Site,
        bands: Mapping[str, BandTable] | None = None,
    ) -> None:
        """Take what was read."""
        self.regimens = regimens
        self.drugs = drugs
        self.site = site
        self.bands = bands or {}
        self._used = used

    def regimen(self, name: str) -> Regimen:
        """Give a regimen by its id.

        Raises:
            InputError: if there is none, naming the nearest.
        """
        if name in self.regimens:
            return self.regimens[name]
        raise _unknown_regimen(name, list(self.regimens))

    def search(self, text: str) -> list[Regimen]:
        """Give the regimens that have a text in id, title, diseases, drugs, routes or status.

        Those of the site's jurisdictions and of none come first.
        """
        words = text.lower().split()
        found = [
            regimen
            for regimen in self.regimens.values()
            if all(word in _searched(self, regimen) for word in words)
        ]
        return sorted(found, key=lambda regimen: not self.holds_here(regimen))

    def holds_here(self, regimen: Regimen) -> bool:
        """Tell whether a regimen is of the site's jurisdictions, or of none in particular."""
        here = self.site.jurisdiction
        return not here or regimen.jurisdiction in ("", *here)

    def drug(self, name: str) -> Drug:
        """Give a drug by its id; a regimen that names an unknown drug was refused when read."""
        return self.drugs[name]

    def used(self, name: str) -> KnowledgeUsed | None:
        """Give version and hash of a regimen or drug file as it is now, if it is still there."""
        return self._used.get(name)

    def knowledge_for(self, regimen: Regimen) -> dict[str, KnowledgeUsed]:
        """Give version and hash of the files of a regimen, of its drugs and of their dose bands."""
        bands = (name for name, table in self.bands.items() if table.drug in regimen.drugs)
        return {name: self._used[name] for name in (regimen.id, *regimen.drugs, *bands)}


def read_library(root: Path, only: str | None = None) -> Library:
    """Read the knowledge files below a folder, and replay their worked examples.

    Args:
        root: the folder that holds ``regimens/``, ``drugs/``, ``site.yaml`` and, where the site
            bands doses, ``bands/``.
        only: read just this regimen and its drugs.

    Raises:
        KnowledgeError: with every problem of every file, each with file and line.
        InputError: if ``only`` is no regimen.
    """
    problems: list[str] = []
    site = _read_file(root, root / "site.yaml", Site, problems)
    paths = sorted((root / "regimens").glob("*.yaml"))
    if only is not None:
        wanted = [path for path in paths if path.stem == only]
        if not wanted:
            raise _unknown_regimen(only, [path.stem for path in paths])
        paths = wanted
    regimens = _read_all(root, paths, Regimen, problems)
    names = {drug for regimen in regimens.values() for drug in regimen.drugs}
    drug_paths = sorted((root / "drugs").glob("*.yaml"))
    if only is not None:
        drug_paths = [path for path in drug_paths if path.stem in names]
    drugs = _read_all(root, drug_paths, Drug, problems)
    used = {
        name: KnowledgeUsed(id=name, version=entry.version, sha256=_sha256(folder / f"{name}.yaml"))
        for folder, entries in ((root / "regimens", regimens), (root / "drugs", drugs))
        for name, entry in entries.items()
    }
    bands = _read_bands(root, problems)
    for name, table in bands.items():
        if name in used:
            problems.append(f"bands/{name}.csv:1: {name} is also the id of another file")
        used[name] = KnowledgeUsed(
            id=name, version=table.version, sha256=_sha256(root / "bands" / f"{name}.csv")
        )
    if site is None:
        raise KnowledgeError(*problems)
    problems += _pharmacy_problems(root, site.pharmacy, drugs, bands)
    library = Library(regimens, drugs, used, site, bands)
    if only is None:
        problems += _elsewhere_problems(root, regimens)
    for regimen in list(regimens.values()):
        place = f"regimens/{regimen.id}.yaml"
        found = list(_drug_problems(regimen, drugs)) or list(_example_problems(regimen, library))
        problems += [
            f"{place}:{_line_of(root, regimen.id, where)}: {text}" for where, text in found
        ]
    if problems:
        raise KnowledgeError(*problems)
    return library


def _elsewhere_problems(root: Path, regimens: dict[str, Regimen]) -> Iterable[str]:
    """Hold what a regimen names for another jurisdiction to be there, and to be of it."""
    for regimen in regimens.values():
        for place, name in regimen.elsewhere.items():
            other = regimens.get(name)
            if other is None or other.jurisdiction != place:
                line = _line_of(root, regimen.id, ("elsewhere", place))
                at = f"regimens/{regimen.id}.yaml:{line}"
                yield f'{at}: elsewhere: "{name}" is no regimen of {place}'


def read_ladder(root: Path, name: str) -> tuple[Drug, RateLadder]:
    """Read the drug file that holds a rate ladder; the ladder's id begins with the drug's.

    Raises:
        KnowledgeError: with every problem of that file.
        InputError: if there is no such ladder, naming the nearest.
    """
    paths = sorted((root / "drugs").glob("*.yaml"))
    problems: list[str] = []
    own = [path for path in paths if name.startswith(f"{path.stem}-")]
    for drug in _read_all(root, own, Drug, problems).values():
        for ladder in drug.ladders:
            if ladder.id == name:
                return drug, ladder
    drugs = _read_all(root, paths, Drug, problems)
    if problems:
        raise KnowledgeError(*problems)
    known = [ladder.id for drug in drugs.values() for ladder in drug.ladders]
    raise _unknown("ladder", name, known, f"write one of: {', '.join(known)}")


def _searched(library: Library, regimen: Regimen) -> str:
    drugs = [library.drugs[name] for name in regimen.drugs]
    names = [name for drug in drugs for name in (drug.name, *drug.also)]
    routes = [give.route for phase in regimen.phases for give in phase.gives]
    own = (regimen.id, regimen.title, regimen.jurisdiction, regimen.status)
    said = (*own, *regimen.for_, *names, *routes)
    return " ".join(said).lower()


def summary(library: Library, regimen: Regimen) -> dict[str, Any]:
    """Give what a list of regimens says of one."""
    routes = dict.fromkeys(give.route for phase in regimen.phases for give in phase.gives)
    return {
        "id": regimen.id,
        "title": regimen.title,
        "for": list(regimen.for_),
        "drugs": [library.drug(name).name for name in regimen.drugs],
        "routes": list(routes),
        "choices": {choice.name: choice.accepted for choice in regimen.choices},
        "jurisdiction": regimen.jurisdiction,
        "status": regimen.status,
        "version": regimen.version,
    }


def _unknown_regimen(name: str, known: list[str]) -> InputError:
    return _unknown("regimen", name, known, "see: python -m schedules list")


def _unknown(field: str, name: str, known: list[str], otherwise: str) -> InputError:
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
    near += [other for other in known if name.lower() in other and other not in near]
    accepted = f"did you mean {' or '.join(near)}?" if near else otherwise
    return InputError(
        Problem(field=field, typed=name, why="is not in the library", accepted=accepted)
    )


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read_all(
    root: Path, paths: Iterable[Path], model: type[M], problems: list[str]
) -> dict[str, M]:
    read: dict[str, M] = {}
    for path in paths:
        entry = _read_file(root, path, model, problems)
        if entry is None:
            continue
        name = getattr(entry, "id", "")
        if name != path.stem:
            place = path.relative_to(root).as_posix()
            line, _ = _locate(_parse(path.read_text(encoding="utf-8")), ("id",))
            problems.append(f'{place}:{line}: id: "{name}" is not the name of its file')
            continue
        read[name] = entry
    return read


def _read_bands(root: Path, problems: list[str]) -> dict[str, BandTable]:
    """Read the tables of dose bands; a site may have none."""
    tables: dict[str, BandTable] = {}
    for path in sorted((root / "bands").glob("*.csv")):
        place = path.relative_to(root).as_posix()
        try:
            tables[path.stem] = read_table(path.read_text(encoding="utf-8"), place, path.stem)
        except KnowledgeError as error:
            problems += error.problems
        except UnicodeDecodeError:
            problems.append(f"{place}:1: is not UTF-8 text")
    return tables


def _pharmacy_problems(
    root: Path, pharmacy: Pharmacy, drugs: Mapping[str, Drug], bands: Mapping[str, BandTable]
) -> Iterable[str]:
    """Find what site.yaml says of drugs, products and band tables that are not there."""
    known = {path.stem for path in (root / "drugs").glob("*.yaml")}

    def problem(loc: Place, text: str) -> str:
        line, where = _locate(_document("site.yaml", root / "site.yaml"), ("pharmacy", *loc))
        return f"site.yaml:{line}: {where}{text}"

    for key in ("products", "share_vials"):
        for name in getattr(pharmacy, key):
            if name not in known:
                yield problem((key, name), "is not the id of a drug file")
    for name, products in pharmacy.products.items():
        if name in drugs:
            of_the_drug = [product.name for product in drugs[name].products]
            for said in products:
                if said not in of_the_drug:
                    offered = ", ".join(of_the_drug)
                    yield problem(("products", name), f'"{said}" is not among {offered}')
    for n, name in enumerate(pharmacy.dose_bands):
        table = bands.get(name)
        if table is None:
            yield problem(("dose_bands", n), f"bands/{name}.csv is missing or does not hold")
            continue
        if table.drug not in known:
            yield problem(("dose_bands", n), f'"{table.drug}" in bands/{name}.csv is no drug file')
        for other in pharmacy.dose_bands[:n]:
            if other in bands and (
                table.holds_for(bands[other].drug, bands[other].route)
                or bands[other].holds_for(table.drug, table.route)
            ):
                yield problem(("dose_bands", n), f"{other} and {name} band the same doses")


def _read_file(root: Path, path: Path, model: type[M], problems: list[str]) -> M | None:
    read = _read_quickly(path, model)
    if read is not None:
        return read
    place = path.relative_to(root).as_posix()
    try:
        return _modelled(place, _document(place, path), model)
    except KnowledgeError as error:
        problems += error.problems
        return None


def _read_quickly(path: Path, model: type[M]) -> M | None:
    """Read a file that holds; what does not is read again, slowly, to say on which line.

    libyaml reads nine times as fast, by the same rules (YAML 1.2, duplicate keys refused), and
    keeps no lines.
    """
    try:
        document = YAML(typ="safe", pure=False).load(path.read_text(encoding="utf-8"))
        return model.model_validate(_plain_types(document))
    except (OSError, UnicodeDecodeError, YAMLError, ValidationError):
        return None


def read_version(path: Path) -> Regimen | Drug:
    """Read one regimen or drug file by itself, wherever it is; its words tell which it is.

    Raises:
        KnowledgeError: with every problem, each with file and line.
    """
    document = _document(str(path), path)
    words = document if isinstance(document, dict) else {}
    if "phases" in words:
        return _modelled(str(path), document, Regimen)
    if "limits" in words:
        return _modelled(str(path), document, Drug)
    raise KnowledgeError(f"{path}:1: has neither the phases of a regimen nor the limits of a drug")


def line_finder(path: Path) -> Callable[[Place], int]:
    """Give what finds the line of a place in a file that was read before."""
    document = _parse(path.read_text(encoding="utf-8"))
    return lambda place: _locate(document, place)[0]


def _document(place: str, path: Path) -> Any:
    """Read the YAML of a file; what is wrong is said with the place that a person knows."""
    try:
        return _parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        problem = f"{place}: is missing"
    except OSError as error:
        problem = f"{place}: cannot be read ({error.strerror})"
    except UnicodeDecodeError:
        problem = f"{place}:1: is not UTF-8 text"
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = f"{place}:{line}: {(error.problem or 'is not YAML').strip()}"
    except YAMLError as error:
        problem = f"{place}:1: {error}"
    raise KnowledgeError(problem)


def _modelled(place: str, document: Any, model: type[M]) -> M:
    try:
        return model.model_validate(_plain_types(document))
    except ValidationError as error:
        located = [(_locate(document, loc), message) for loc, message in _said(error)]
    raise KnowledgeError(
        *(f"{place}:{line}: {where}{message}" for (line, where), message in located)
    )


_IN_PLAIN_WORDS = {"extra_forbidden": "is not a word that is known here", "missing": "is missing"}


def _said(error: ValidationError) -> Iterable[tuple[Sequence[Any], str]]:
    """Give every problem of a model with its place."""
    found = error.errors(include_url=False)
    for problem in found:
        loc, cause = problem["loc"], problem.get("ctx", {}).get("error")
        # Where several forms are possible, that it is not the other form explains nothing.
        if problem["type"] == "model_type" and any(
            other["loc"][: len(loc) - 1] == loc[:-1] for other in found if other is not problem
        ):
            continue
        if isinstance(cause, MisplacedError):
            yield from (((*loc, *place), text) for place, text in cause.places)
        else:
            message = problem["msg"].removeprefix("Value error, ")
            yield loc, _IN_PLAIN_WORDS.get(problem["type"], message)


def _parse(text: str) -> Any:
    yaml = YAML(typ="rt", pure=True)
    yaml.version = (1, 2)
    yaml.allow_duplicate_keys = False
    return yaml.load(io.StringIO(text))


def _plain_types(node: Any) -> Any:
    """Turn ruamel's own types, which strict models refuse, into Python's."""
    if isinstance(node, dict):
        return {str(key): _plain_types(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain_types(value) for value in node]
    for kind in (bool, int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return node


def _locate(document: Any, loc: Sequence[Any]) -> tuple[int, str]:
    """Find the line of a problem, and name the place in the words of the file."""
    node, line, words = document, 1, []
    for part in loc:
        if isinstance(node, CommentedMap) and part in node:
            line = node.lc.value(part)[0] + 1 if part in node.lc.data else line
            words.append(str(part))
        elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
            line = node.lc.item(part)[0] + 1
            words.append(str(part + 1))
        elif isinstance(node, CommentedMap):
            line = node.lc.line + 1
            words.append(str(part))
            break
        else:
            break
        node = node[part]
    return line, f"{' '.join(words)}: " if words else ""


def _line_of(root: Path, name: str, where: Sequence[Any]) -> int:
    document = _parse((root / "regimens" / f"{name}.yaml").read_text(encoding="utf-8"))
    return _locate(document, where)[0]


def _drug_problems(regimen: Regimen, drugs: dict[str, Drug]) -> Iterable[tuple[Place, str]]:
    """Hold the regimen's own doses to the drug files: known drug, right kind, within limits."""
    for phase_at, phase in enumerate(regimen.phases):
        for part_at, part in enumerate(phase.as_required):
            at: Place = ("phases", phase_at, "as_required", part_at)
            yield from _as_required_problems(part, at, drugs)
        for give_at, give in enumerate(phase.gives):
            where = ("phases", phase_at, "gives", give_at, "dose")
            drug = drugs.get(give.drug)
            if drug is None:
                yield where, f"no drug file that holds: drugs/{give.drug}.yaml"
                continue
            per_day = parts(give.dose.units).per_day
            for finding in check_rate(drug, give.route, give.dose, "day" if per_day else "dose"):
                if finding.level != "NOTE":
                    yield where, f"{finding.text} [{finding.code}]"
            routes = {route for product in drug.products for route in product.routes}
            if drug.products and give.route not in routes:
                yield (*where[:-1], "route"), f'route "{give.route}" is in no product of {drug.id}'
            for n, strength in enumerate(give.tablets.of if give.tablets else ()):
                if not any(
                    product.form in SOLID and give.route in product.routes
                    and strength in product.strengths
                    for product in drug.products
                ):  # fmt: skip
                    text = f"{drug.id} has no tablet or capsule of {plain(strength)}"
                    yield (*where[:-1], "tablets", "of", n), text
            if give.rate is not None:
                yield from _rate_problems(give, give.rate, drug, (*where[:-1], "rate"))
            if give.round is not None:
                strengths = [
                    s for p in drug.products if give.route in p.routes for s in p.strengths
                ]
                if strengths and not any(same_kind(give.round.to, s) for s in strengths):
                    text = f"no product of {drug.id} is measured in {plain(give.round.to)}"
                    yield (*where[:-1], "round"), text
    yield from _clearance_problems(regimen, drugs)


def _rate_problems(give: Give, rate: Rate, drug: Drug, where: Place) -> Iterable[tuple[Place, str]]:
    """Hold the ladders that a give names to the drug file: known, for the route, first or later."""
    known = {ladder.id: ladder for ladder in drug.ladders}
    for which, name in (("first", rate.first), ("later", rate.later)):
        ladder = known.get(name)
        if ladder is None:
            offered = ", ".join(known) or "none"
            yield (*where, which), f'{drug.id} has no ladder "{name}"; it has {offered}'
        elif give.route not in ladder.routes:
            yield (*where, which), f'"{name}" is for {" or ".join(ladder.routes)}, not {give.route}'
        elif ladder.infusion not in (which, "any"):
            yield (
                (*where, which),
                f'"{name}" is for a {ladder.infusion} infusion, not a {which} one',
            )


def _clearance_problems(regimen: Regimen, drugs: dict[str, Drug]) -> Iterable[tuple[Place, str]]:
    """Hold a regimen to say how the clearance is taken that its drugs' adjustments depend on."""
    for phase in regimen.phases:
        for give in phase.gives:
            drug = drugs.get(give.drug)
            for proposal in drug.adjustments if drug is not None else ():
                concerned = not proposal.routes or give.route in proposal.routes
                by_clearance = proposal.when is not None and proposal.when.clearance is not None
                if concerned and by_clearance and regimen.clearance is None:
                    text = f"clearance is missing: an adjustment of {give.drug} depends on it"
                    yield ("phases",), text
                    return


def _as_required_problems(
    part: AsRequired, where: Place, drugs: dict[str, Drug]
) -> Iterable[tuple[Place, str]]:
    """Hold what may be taken as required to the limits of a dose and of a day."""
    drug = drugs.get(part.drug)
    if drug is None:
        yield (*where, "drug"), f"no drug file that holds: drugs/{part.drug}.yaml"
        return
    a_day = quantity(part.dose.magnitude * part.most_a_day, part.dose.units)
    found = check_rate(drug, part.route, part.dose, "dose")
    found += check_amount(drug, part.route, part.dose, "dose", {})
    found += check_amount(drug, part.route, a_day, "day", {})
    for finding in found:
        if finding.level != "NOTE":
            yield (*where, "dose"), f"{finding.text} [{finding.code}]"
    if part.route not in {route for product in drug.products for route in product.routes}:
        yield (*where, "route"), f'route "{part.route}" is in no product of {drug.id}'


def _example_problems(regimen: Regimen, library: Library) -> Iterable[tuple[Place, str]]:
    """Replay each worked example; what comes out must be just what the file expects."""
    for position, example in enumerate(regimen.examples):
        where: Place = ("examples", position)
        wanted: list[tuple[int, str]] = []
        try:
            for n, text in enumerate(example.expect):
                where = ("examples", position, "expect", n)
                wanted += [(n, line) for line in _expanded(text)]
            where = ("examples", position)
            got, stopped = _replay(regimen, example, library)
        except ValidationError as error:
            for loc, said in _said(error):
                at = (*where, "patient", *loc)
                yield at, f"example {position + 1}: {' '.join(map(str, loc))}: {said}"
            continue
        except (ValueError, OverflowError) as error:
            yield where, f"example {position + 1}: {error}".replace("\n", "; ")
            continue
        if stopped:
            yield where, f"example {position + 1} is stopped: {stopped}"
        elif got != [line for _, line in wanted]:
            said = f"expects {len(wanted)} doses, {len(got)} come out"
            for (n, line), other in zip(wanted, got, strict=False):
                if line != other:
                    where = (*where, "expect", n)
                    said = f"expects {line}, comes out as {other}"
                    break
            yield where, f"example {position + 1} does not reproduce: {said}"


def replays(regimen: Regimen, library: Library) -> list[bool]:
    """Tell for each worked example whether it reproduces now."""
    wrong = {where[1] for where, _ in _example_problems(regimen, library)}
    return [position not in wrong for position in range(len(regimen.examples))]


def _replay(regimen: Regimen, example: Example, library: Library) -> tuple[list[str], str]:
    # A withdrawn regimen stops every plan; what it once said still has to reproduce.
    current = regimen.model_copy(update={"status": "under review"})
    known = library.knowledge_for(regimen)
    # The example is worked by the regimen's own rounding, whatever bands the site has.
    site = library.site.model_copy(update={"pharmacy": Pharmacy()})
    library = Library({regimen.id: current}, library.drugs, known, site)
    plan = make_plan(
        current, known, site,
        PatientEntry.model_validate({"label": "example", **example.patient}),
        first_day=example.start.isoformat(), made_on=REPLAY_MADE_ON, choices=example.choose,
        adjustments=[
            PlannedAdjustment(drug=name, part=part, reason="worked example")
            for name, part in example.adjust.items()
        ],
    )  # fmt: skip
    found = course(plan, library)
    stopped = "; ".join(f.text for f in found.findings if f.level == "STOP")
    lines = [
        (row.date, row.time, f"{row.date} {row.drug} {plain(row.dose.amount)}")
        for row in found.rows
    ]
    lines += [(o.date, o.time, f"{o.date} {o.what}") for o in found.occasions]
    return [line for _, _, line in sorted(lines, key=lambda entry: entry[:2])], stopped


def _expanded(text: str) -> list[str]:
    """Write out "2027-01-14 to 2027-02-13 every 2 days drug 5 mg, 2 times a day", dose by dose."""
    match = _RANGE.fullmatch(text)
    if not match:
        raise ValueError(f'expect "{text}": write 2026-11-30 rituximab 700 mg')
    first = dt.date.fromisoformat(match[1])
    last = dt.date.fromisoformat(match[2]) if match[2] else first
    apart = int(match[3] or 1)
    days = (last - first).days
    if days % apart:
        raise ValueError(f'expect "{text}": the last day is none of every {apart} days')
    return [
        f"{first + dt.timedelta(days=n)} {match[4]} {match[5]}"
        for n in range(0, days + 1, apart)
        for _ in range(int(match[6] or 1))
    ]


def document_of(path: Path) -> Any:
    """Read the YAML of a file as plain values, before any model looks at it.

    Raises:
        KnowledgeError: if it is missing or is not YAML.
    """
    return _plain_types(_document(str(path), path))
