"""A total that is dealt out over doses, and a dose that is taken down step by step."""

from __future__ import annotations

from typing import Any

import z3

from tests.lemmas.claim import Claim, lemma, reals, whole
from tests.lemmas.models import dealt, real, taken_down, up


def _total() -> tuple[Any, Any, Any, list[Any]]:
    """Return steps a dose, steps left and doses: any total and any number of doses."""
    each, more, doses = whole("each more doses")
    return each, more, doses, [each >= 0, doses >= 1, more >= 0, more < doses]


@lemma("The doses that are dealt out add up to the total.", mistake="what is left is forgotten")
def shares_add_up(broken: bool) -> Claim:
    each, more, doses, given = _total()
    # So many doses have one step more than the others.
    larger, smaller = (dealt(each, more, n) for n in (more - 1, more))
    in_all = doses * each if broken else more * larger + (doses - more) * smaller
    total = doses * each + more
    return Claim(
        given=given,
        holds=in_all == total,
        patient="{total} steps over {doses} doses are given as {in_all} steps in all.",
        shown={"total": total, "doses": doses, "in_all": in_all},
        likely=[each > 1, doses > 1],
    )


@lemma("Dealt doses differ by one step at most.", mistake="the first dose takes all that is left")
def shares_differ_by_a_step(broken: bool) -> Claim:
    each, more, doses, given = _total()
    one, other = whole("one other")

    def share(n: Any) -> Any:
        return each + z3.If(n == 0, more, 0) if broken else dealt(each, more, n)

    first, second = share(one), share(other)
    return Claim(
        given=[*given, one >= 0, one < doses, other >= 0, other < doses],
        holds=first - second <= 1,
        patient="A patient gets {first} steps one day and {second} steps another, of {total}.",
        shown={"first": first, "second": second, "total": doses * each + more},
        likely=[each > 1],
    )


@lemma("The larger doses come first.", mistake="the larger doses come last")
def larger_shares_come_first(broken: bool) -> Claim:
    each, more, doses, given = _total()
    one, other = whole("one other")
    first, second = (
        each + z3.If(n >= doses - more, 1, 0) if broken else dealt(each, more, n)
        for n in (one, other)
    )
    return Claim(
        given=[*given, one >= 0, one <= other, other < doses],
        holds=first >= second,
        patient="Dose {one} has {first} steps, the later dose {other} has {second}.",
        shown={"one": one + 1, "first": first, "other": other + 1, "second": second},
    )


@lemma("No dealt dose is more than the rounded-up share of the day.", mistake="two steps are added")
def share_is_no_more_than_rounded_up(broken: bool) -> Claim:
    each, more, n = whole("each more n")
    # Of five doses, as of any number that is written out.
    doses = 5
    share = dealt(each, more, n) + (dealt(0, more, n) if broken else 0)
    most = up(real(doses * each + more) / doses)
    return Claim(
        given=[each >= 0, more >= 0, more < doses, n >= 0, n < doses],
        holds=share <= most,
        patient="Of a total of {total} steps over 5 doses one has {share}.",
        shown={"total": doses * each + more, "share": share},
        likely=[each > 1],
    )


@lemma("A taper never passes the end of its stretch.", mistake="the last step is not shortened")
def taper_keeps_its_end(broken: bool) -> Claim:
    now, by, end = reals("now by end")
    then = now - by if broken else taken_down(now, by, end)
    return Claim(
        given=[by > 0, end >= 0, now > end],
        holds=then >= end,
        patient="From {now} mg, less {by} mg a step to {end} mg, the patient comes to {then} mg.",
        shown={"now": now, "by": by, "end": end, "then": then},
        likely=[now == 12, by == 5, end == 10],
    )


@lemma("Each dose of a taper is less than the one before.", mistake="the end is given too early")
def taper_falls(broken: bool) -> Claim:
    now, by, end = reals("now by end")
    then = end + by if broken else taken_down(now, by, end)
    return Claim(
        given=[by > 0, end >= 0, now > end],
        holds=z3.And(then < now, now - then <= by),
        patient="From {now} mg, less {by} mg a step to {end} mg, the next dose is {then} mg.",
        shown={"now": now, "by": by, "end": end, "then": then},
        likely=[now == 12, by == 5, end == 10],
    )


@lemma("A taper is as many steps as the rounded-up difference.", mistake="counted down, not up")
def taper_has_so_many_steps(broken: bool) -> Claim:
    (n,), (short,) = whole("n"), reals("short")
    # The difference is n whole steps and a rest below one.
    difference = real(n) + short
    steps = z3.ToInt(difference) if broken else up(difference)
    return Claim(
        given=[n >= 0, short >= 0, short < 1],
        holds=z3.And(real(steps) >= difference, real(steps) - 1 < difference),
        patient="A taper of {difference} steps ends after {steps}, before it has come down.",
        shown={"difference": difference, "steps": steps},
        likely=[n > 1],
    )
