"""Who is signed in: proved by an OIDC server, with one role from a claim, and for how long.

Streamlit proves the person and keeps that in a signed cookie for 30 days. Here a sign-in holds only
while this process knows of it: from the return of the sign-in server until the sign-out, until
nobody has acted for the idle limit, until its longest time is over, or until the settings give the
person another role or none. A restart of the program signs everybody out.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import ParseResult, urlparse

import streamlit as st
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from dosing.errors import InputError, Problems, refuse
from dosing.units import MINUTE, duration, in_unit
from records.roles import ROLES, Actor, Role

IDLE = "15 min"
LONGEST_IDLE_MINUTES = 60
# A shift with its handover; nobody has worked through a whole day.
LONGEST = "12 h"
LONGEST_MINUTES = 24 * 60
LEAST_SECRET = 32
_SETTINGS = ("role_claim", "name_claim", "idle", "longest", "shut_out", "roles")
_ON_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a signed-in person becomes a name with a role, and how long a sign-in lasts unused.

    Attributes:
        role_claim: the claim whose values give the role.
        name_claim: the claim with the name that signatures bear.
        roles: the role for each value of the claim that gives one.
        idle: how long a person may do nothing before being signed out.
        longest: how long a sign-in may last, however much is done.
        shut_out: the names of those who may not sign in any more, whatever their claims.
        host: the host name to which the sign-in server returns, by which people reach this program.
        secure: whether they reach it by TLS.
    """

    role_claim: str
    name_claim: str
    roles: Mapping[str, Role]
    idle: dt.timedelta
    longest: dt.timedelta
    shut_out: frozenset[str]
    host: str
    secure: bool


def configured() -> bool:
    """Return whether Streamlit's secrets ask for a sign-in.

    Raises:
        InputError: if there is a secrets file that cannot be read: it may ask for one.
    """
    if st.secrets.load_if_toml_exists():
        return "auth" in st.secrets or "posology" in st.secrets
    there = [path for path in st.get_option("secrets.files") if Path(path).exists()]
    if there:
        refuse(
            "secrets",
            Path(there[0]).name,
            why="cannot be read",
            accepted="correct the file, or remove it for one desk",
        )
    return False


def settings() -> Settings:
    """Read the settings of the sign-in from Streamlit's secrets.

    Raises:
        InputError: naming every setting that is missing or cannot be used.
    """
    if not configured():
        refuse(
            "secrets",
            "",
            why="ask for no sign-in",
            write=("[auth] and [posology] as docs/deploy.md shows, or start app.py for one desk"),
        )
    return read_settings(st.secrets.to_dict())


def read_settings(secrets: Mapping[str, Any]) -> Settings:
    """Read the sections [auth] and [posology].

    Raises:
        InputError: naming every setting that is missing or cannot be used.
    """
    problems = Problems()
    address = _check_auth(problems, secrets.get("auth"))
    given = secrets.get("posology")
    mine: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    for name in sorted(set(mine) - set(_SETTINGS)):
        problems.add(
            f"[posology] {name}", "", why="is not a setting", write=f"only: {', '.join(_SETTINGS)}"
        )
    claims = {}
    for name, example in (("role_claim", "groups"), ("name_claim", "preferred_username")):
        value = mine.get(name)
        claims[name] = value if isinstance(value, str) else ""
        if not claims[name].strip():
            problems.add(
                f"[posology] {name}",
                _typed(value),
                why="is missing" if value is None else "is not a text",
                accepted=f'name a claim, such as "{example}"',
            )
    return problems.settled(
        Settings(
            role_claim=claims["role_claim"],
            name_claim=claims["name_claim"],
            roles=_roles(problems, mine.get("roles")),
            idle=_time(problems, "idle", mine, IDLE, LONGEST_IDLE_MINUTES),
            longest=_time(problems, "longest", mine, LONGEST, LONGEST_MINUTES),
            shut_out=_shut_out(problems, mine.get("shut_out", [])),
            host=address.hostname or "",
            secure=address.scheme == "https",
        )
    )


def _check_auth(problems: Problems, auth: object) -> ParseResult:
    """Check what Streamlit itself reads, and return the address to return to."""
    if not isinstance(auth, Mapping):
        problems.add("[auth]", "", why="is missing", write="it as docs/deploy.md shows")
        return urlparse("")
    # What stands here may be a secret: it is not repeated.
    for name in ("client_id", "client_secret", "server_metadata_url"):
        if not isinstance(auth.get(name), str) or not auth[name].strip():
            problems.add(
                f"[auth] {name}", "", why="is missing", write="it as the sign-in server gives it"
            )
    if len(str(auth.get("cookie_secret", ""))) < LEAST_SECRET:
        problems.add(
            "[auth] cookie_secret",
            "",
            why="is too short to be safe",
            write=(
                f"at least {LEAST_SECRET} random characters, such as "
                "python -c 'import secrets; print(secrets.token_urlsafe(48))' gives"
            ),
        )
    address = urlparse(str(auth.get("redirect_uri", "")))
    here = address.scheme == "http" and address.hostname in _ON_THIS_MACHINE
    if not (here or address.scheme == "https") or address.path != "/oauth2callback":
        problems.add(
            "[auth] redirect_uri",
            address.geturl(),
            why="is not an address that a sign-in may return to",
            write="https://posology.hospital.example/oauth2callback",
        )
    return address


def _time(
    problems: Problems, name: str, given: Mapping[str, Any], usual: str, most_minutes: int
) -> dt.timedelta:
    field, typed = f"[posology] {name}", given.get(name, usual)
    value = problems.reading(duration, typed, field)
    minutes = 0.0 if value is None else float(in_unit(value, MINUTE, name))
    if minutes > most_minutes:
        problems.add(
            field,
            _typed(typed),
            why="is too long",
            write=f"at most {most_minutes} min, such as {usual}",
        )
    return dt.timedelta(minutes=minutes)


def _shut_out(problems: Problems, given: object) -> frozenset[str]:
    if isinstance(given, list) and all(isinstance(name, str) and name.strip() for name in given):
        return frozenset(name.strip() for name in given)
    problems.add(
        "[posology] shut_out",
        _typed(given),
        why="is not a list of names",
        write='a list, such as ["n.nurse"]',
    )
    return frozenset()


def _roles(problems: Problems, given: object) -> dict[str, Role]:
    """Return the role for each value of the claim: the lists under the roles, turned round."""
    found: dict[str, Role] = {}
    if not isinstance(given, Mapping) or not given:
        problems.add(
            "[posology.roles]",
            _typed(given),
            why="is missing",
            accepted='give a role its values of the claim, such as nurse = ["ward-nurses"]',
        )
        return found
    known = {role: role for role in ROLES}
    for name, values in given.items():
        field = f"[posology.roles] {name}"
        if name not in known:
            problems.add(field, "", why="is not a role", write=f"one of: {', '.join(ROLES)}")
        elif not isinstance(values, list) or not all(isinstance(v, str) and v for v in values):
            problems.add(
                field,
                _typed(values),
                why="is not a list of texts",
                write='a list, such as ["ward-nurses"]',
            )
        else:
            for value in values:
                if value in found:
                    problems.add(
                        field,
                        value,
                        why=f"stands under {found[value]} already",
                        accepted="a value gives one role",
                    )
                found[value] = known[name]
    return found


def _typed(value: object) -> str:
    return "" if value is None else str(value)


def actor_of(claims: Mapping[str, Any], by: Settings) -> Actor:
    """Return the name and the one role that the claims prove; nobody has a role by default.

    Raises:
        InputError: if they give no role, several, or no name that a signature could bear.
    """
    given = claims.get(by.role_claim)
    values = given if isinstance(given, list) else [] if given is None else [given]
    roles = {by.roles[value] for value in values if isinstance(value, str) and value in by.roles}
    name = claims.get(by.name_claim)
    if len(roles) != 1:
        said = ", ".join(map(str, values))
        why = f"gives several roles ({', '.join(sorted(roles))})" if roles else "gives no role"
        accepted = ", ".join(f"{value} ({role})" for value, role in by.roles.items())
        refuse(
            f"claim {by.role_claim}",
            said,
            why=why if said else "is missing",
            accepted=(f"ask for exactly one role in the hospital's accounts, by: {accepted}"),
        )
    if not isinstance(name, str):
        refuse(
            f"claim {by.name_claim}",
            "",
            why="holds no name",
            accepted="ask for a name in this claim in the hospital's accounts",
        )
    if name.strip() in by.shut_out:
        refuse(
            f"claim {by.name_claim}", name, why="is shut out", accepted="see [posology] shut_out"
        )
    (role,) = roles
    return Actor(name=name.strip(), role=role, verified=True)


def claims_in(cookies: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the claims in the cookies that Streamlit has signed, or None."""
    secret = get_cookie_secret()

    def one(name: str) -> bytes | None:
        value = cookies.get(name, "")
        return decode_signed_value(secret, name, value.encode("latin-1"))

    found = get_cookie_with_chunks(one, USER_COOKIE_NAME)
    if found is None:
        return None
    claims: dict[str, Any] = json.loads(found)
    return claims


@dataclasses.dataclass(slots=True, kw_only=True)
class _SignIn:
    claims: Mapping[str, Any]
    actor: Actor
    idle: float
    until: float
    last: float
    sessions: set[str] = dataclasses.field(default_factory=set)


class SignIns:
    """Every sign-in that holds, by its cookies. Used by the server and by the pages, so locked.

    Times are seconds of ``clock``.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with nobody signed in."""
        self._clock = clock
        self._lock = threading.Lock()
        self._held: dict[str, _SignIn] = {}
        self._ended: set[str] = set()

    def begin(self, cookies: Mapping[str, str], actor: Actor, by: Settings) -> None:
        """Let a proved person in until nobody has acted for long, or the longest time is over."""
        idle, now = by.idle.total_seconds(), self._clock()
        last = now + by.longest.total_seconds()
        with self._lock:
            self._held[_key(cookies)] = _SignIn(
                claims=claims_in(cookies) or {},
                actor=actor,
                idle=idle,
                until=min(now + idle, last),
                last=last,
            )

    def actor(self, cookies: Mapping[str, str]) -> Actor | None:
        """Return who is signed in, or None."""
        with self._lock:
            found = self._found(cookies)
            return found.actor if found else None

    def left(self, cookies: Mapping[str, str]) -> float | None:
        """Return the seconds until the sign-in ends if nobody acts, or None."""
        with self._lock:
            found = self._found(cookies)
            return found.until - self._clock() if found else None

    def is_last(self, cookies: Mapping[str, str]) -> bool:
        """Return whether the sign-in ends even if somebody acts."""
        with self._lock:
            found = self._found(cookies)
            return found is not None and found.until == found.last

    def acted(self, cookies: Mapping[str, str]) -> None:
        """Restart the idle time: the person has acted."""
        with self._lock:
            if found := self._found(cookies):
                found.until = min(self._clock() + found.idle, found.last)

    def holds(self, cookies: Mapping[str, str], session: str) -> None:
        """Remember a session of Streamlit, which is closed when the sign-in ends."""
        with self._lock:
            if found := self._found(cookies):
                found.sessions.add(session)

    def end(self, cookies: Mapping[str, str]) -> None:
        """End a sign-in, in every window of its browser."""
        with self._lock:
            if found := self._held.pop(_key(cookies), None):
                self._ended |= found.sessions

    def hold_to(self, by: Settings) -> None:
        """End every sign-in whose claims do not give the same person and role any more."""
        with self._lock:
            for key, one in list(self._held.items()):
                try:
                    same = actor_of(one.claims, by) == one.actor
                except InputError:
                    same = False
                if not same:
                    self._ended |= self._held.pop(key).sessions

    def swept(self) -> set[str]:
        """End what nobody has used, and return the sessions that are to be closed."""
        with self._lock:
            now = self._clock()
            for key in [key for key, one in self._held.items() if one.until <= now]:
                self._ended |= self._held.pop(key).sessions
            ended, self._ended = self._ended, set()
            return ended

    def _found(self, cookies: Mapping[str, str]) -> _SignIn | None:
        found = self._held.get(_key(cookies))
        return found if found and found.until > self._clock() else None


def _key(cookies: Mapping[str, str]) -> str:
    """Name a sign-in: the claims bear a number that the sign-in server was given for it alone."""
    claims = claims_in(cookies)
    return hashlib.sha256(json.dumps(claims, sort_keys=True).encode()).hexdigest() if claims else ""


SIGN_INS = SignIns()


def signed_in() -> Actor | None:
    """Return who is signed in, or None on one desk."""
    return SIGN_INS.actor(st.context.cookies.to_dict()) if configured() else None
