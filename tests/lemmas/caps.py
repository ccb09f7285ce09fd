"""The cap, then the rounding, then the check: no dose comes out above what it is held to."""

from __future__ import annotations

from fractions import Fraction

import z3

from tests.lemmas.claim import Claim, lemma, reals, whole
from tests.lemmas.models import adjusted, down, least, nearest, real


@lemma("A capped dose that is rounded down never passes its cap.", mistake="rounded nearest")
def capped_and_rounded_down(broken: bool) -> Claim:
    ticks, cap = reals("ticks cap")
    given = (nearest if broken else down)(least(ticks, cap))
    return Claim(
        given=[ticks > 0, cap > 0],
        holds=real(given) <= cap,
        patient="A patient's dose of {ticks} steps with a cap of {cap} is given as {given} steps.",
        shown={"ticks": ticks, "cap": cap, "given": given},
        likely=[ticks > cap, cap > 1],
    )


@lemma(
    "Where rounding takes a dose above its cap, the dose is stopped.",
    mistake="checked before it is rounded",
)
def rounded_over_its_cap_is_stopped(broken: bool) -> Claim:
    ticks, cap = reals("ticks cap")
    capped = least(ticks, cap)
    given = real(nearest(capped))
    stopped = (capped if broken else given) > cap
    return Claim(
        given=[ticks > 0, cap > 0],
        holds=z3.Or(stopped, given <= cap),
        patient="A patient gets {given} steps above the cap of {cap}, and nothing stops it.",
        shown={"given": given, "cap": cap},
        likely=[cap > 1],
    )


@lemma(
    "Five doses are held at five times the cap: the cap is that of one dose.",
    mistake="the cap of one dose holds the total",
)
def cap_of_several_doses(broken: bool) -> Claim:
    dose, cap = reals("dose cap")
    total = least(5 * dose, cap if broken else 5 * cap)
    return Claim(
        given=[dose > 0, cap > 0],
        holds=total == 5 * least(dose, cap),
        patient="Five doses of {dose} mg with a cap of {cap} mg each come to {total} mg in all.",
        shown={"dose": dose, "cap": cap, "total": total},
        likely=[dose > 10, cap > 10],
    )


@lemma(
    "A cap below the hard limit keeps the dose below it.", mistake="the cap counts in doses a day"
)
def cap_keeps_the_limit(broken: bool) -> Claim:
    dose, cap, limit = reals("dose cap limit")
    given = least(dose, cap * 2 if broken else cap)
    return Claim(
        given=[dose > 0, cap > 0, cap <= limit],
        holds=given <= limit,
        patient="A patient gets {given} mg; the limit is {limit} mg, the cap {cap} mg.",
        shown={"given": given, "cap": cap, "limit": limit},
        likely=[dose > 10, cap > 10],
    )


@lemma("A share of the standard dose up to 100 % never raises it.", mistake="a share of both doses")
def share_never_raises(broken: bool) -> Claim:
    dose, percent = reals("dose percent")
    given = dose * percent / 100 + (dose if broken else 0)
    return Claim(
        given=[dose > 0, percent > 0, percent <= 100],
        holds=z3.And(given > 0, given <= dose),
        patient="{percent} % of {dose} mg is given as {given} mg.",
        shown={"percent": percent, "dose": dose, "given": given},
        likely=[dose == 100, percent == 75],
    )


@lemma("The doses of a day add up to the dose of the day.", mistake="each dose is that of the day")
def doses_of_a_day(broken: bool) -> Claim:
    (of_a_day,), (times,) = reals("of_a_day"), whole("times")
    each = of_a_day if broken else of_a_day / real(times)
    return Claim(
        given=[of_a_day > 0, times >= 1, times <= 24],
        holds=each * real(times) == of_a_day,
        patient="{of_a_day} mg a day, given {times} times, come to {each} mg each time.",
        shown={"of_a_day": of_a_day, "times": times, "each": each},
        likely=[of_a_day == 100],
    )


@lemma(
    "An adjusted weight lies between the ideal and the actual one, and never above the actual.",
    mistake="who weighs less than the ideal weight is not left as they weigh",
)
def adjusted_weight(broken: bool) -> Claim:
    actual, ideal, share = reals("actual ideal share")
    plain = ideal + share * (actual - ideal)
    kg = plain if broken else adjusted(actual, ideal, share)
    return Claim(
        given=[actual > 0, ideal > 0, share >= 0, share <= 1],
        holds=z3.And(kg <= actual, kg >= least(actual, ideal)),
        patient="A patient of {actual} kg, ideal {ideal} kg, is dosed as {kg} kg.",
        shown={"actual": actual, "ideal": ideal, "kg": kg},
        likely=[share == Fraction(2, 5), actual > 30, ideal < 80],
    )


@lemma(
    "A patient in pounds is dosed as less than half as many kilograms.",
    mistake="pounds are kilograms",
)
def pounds_are_converted(broken: bool) -> Claim:
    pounds, rate = reals("pounds rate")
    kg = pounds if broken else pounds * Fraction(45359237, 10**8)
    given = rate * kg
    return Claim(
        given=[pounds > 0, rate > 0],
        holds=given * 2 <= rate * pounds,
        patient="A patient of {pounds} lb at {rate} mg/kg gets {given} mg.",
        shown={"pounds": pounds, "rate": rate, "given": given},
        likely=[pounds == 154, rate == 10],
    )
