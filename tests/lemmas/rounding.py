"""Rounding to steps, and the noise of binary numbers. A dose is counted in steps of any size."""

from __future__ import annotations

from fractions import Fraction

import z3

from tests.lemmas.claim import Claim, lemma, reals, whole
from tests.lemmas.models import HALF, SNAP, above, distance, down, floor, nearest, real, snapped, up

_IN_STEPS = "A patient's dose of {ticks} steps is given as {given}"


@lemma("To the nearest step a dose moves by half a step at most.", mistake="cut off, not rounded")
def nearest_moves_half_a_step(broken: bool) -> Claim:
    (ticks,) = reals("ticks")
    given = down(ticks) if broken else nearest(ticks)
    return Claim(
        given=[ticks > 0],
        holds=distance(real(given), ticks) <= HALF,
        patient=_IN_STEPS + " steps.",
        shown={"ticks": ticks, "given": given},
        likely=[ticks > 1],
    )


@lemma("Half a step goes up.", mistake="half a step goes to the even neighbour")
def half_goes_up(broken: bool) -> Claim:
    (n,) = whole("n")
    ticks = real(n) + HALF
    even = z3.If(n % 2 == 0, n, n + 1)
    given = even if broken else nearest(ticks)
    return Claim(
        given=[n >= 0],
        holds=given == n + 1,
        patient=_IN_STEPS + " steps.",
        shown={"ticks": ticks, "given": given},
        likely=[n > 0],
    )


@lemma("Rounded down, a dose never grows, and loses less than a step.", mistake="rounded nearest")
def down_never_grows(broken: bool) -> Claim:
    (ticks,) = reals("ticks")
    given = nearest(ticks) if broken else down(ticks)
    return Claim(
        given=[ticks > 0],
        holds=z3.And(real(given) <= ticks, ticks - real(given) < 1),
        patient=_IN_STEPS + " steps: more than was calculated.",
        shown={"ticks": ticks, "given": given},
        likely=[ticks > 1],
    )


@lemma("Rounded up, a dose never shrinks, and gains less than a step.", mistake="one step too many")
def up_never_shrinks(broken: bool) -> Claim:
    (ticks,) = reals("ticks")
    given = floor(ticks) + 1 if broken else up(ticks)
    return Claim(
        given=[ticks > 0],
        holds=z3.And(real(given) >= ticks, real(given) - ticks < 1),
        patient=_IN_STEPS + " steps.",
        shown={"ticks": ticks, "given": given},
        likely=[ticks > 1],
    )


@lemma("Who weighs more never gets less by rounding.", mistake="rounded down from 10 steps on")
def rounding_keeps_order(broken: bool) -> Claim:
    lighter, heavier = reals("lighter heavier")
    of_heavier = z3.If(heavier >= 10, down(heavier) - 1, nearest(heavier))
    first, second = nearest(lighter), of_heavier if broken else nearest(heavier)
    return Claim(
        given=[lighter > 0, lighter <= heavier],
        holds=first <= second,
        patient="Of {lighter} and {heavier} steps the lighter patient gets {first}, the other "
        "{second}.",
        shown={"lighter": lighter, "heavier": heavier, "first": first, "second": second},
    )


@lemma("A rounded dose stays when it is rounded again.", mistake="the second time by half steps up")
def rounding_twice_is_rounding_once(broken: bool) -> Claim:
    (ticks,) = reals("ticks")
    once = nearest(ticks)
    again = nearest(real(once) + HALF) if broken else nearest(real(once))
    return Claim(
        given=[ticks > 0],
        holds=once == again,
        patient="A dose of {ticks} steps is rounded to {once}, and then to {again}.",
        shown={"ticks": ticks, "once": once, "again": again},
    )


@lemma(
    "Noise below half of the ninth decimal is gone before a dose is rounded.",
    mistake="cut off, not snapped",
)
def noise_is_gone(broken: bool) -> Claim:
    # A dose on a ninth decimal, in millionths of a thousandth of a step, and noise of that size.
    (exact,), (noise,) = whole("exact"), reals("noise")
    found = floor(real(exact) + noise + (0 if broken else HALF))
    return Claim(
        given=[exact > 0, noise > -HALF, noise < HALF],
        holds=found == exact,
        patient="A dose of exactly {steps} steps counts as {less} millionths of a thousandth less: "
        "rounded down it is {given} steps.",
        shown={"steps": exact / SNAP, "less": exact - found, "given": found / SNAP},
        likely=[exact == 30 * SNAP],
    )


@lemma(
    "What lies above a limit by a thousandth of a millionth of it is seen.",
    mistake="compared to two decimals",
)
def above_is_seen(broken: bool) -> Claim:
    # In limits: 1 is the limit itself.
    (share,) = reals("share")
    seen = real(nearest(share * 100)) / 100 > 1 if broken else above(share, Fraction(1))
    return Claim(
        given=[share > 1 + Fraction(1, SNAP)],
        holds=seen,
        patient="A dose of {share} times its limit passes.",
        shown={"share": share},
        likely=[share > Fraction(1001, 1000)],
    )


@lemma(
    "What does not pass a limit is never stopped for it.",
    mistake="the limit itself counts as above",
)
def at_the_limit_is_not_above(broken: bool) -> Claim:
    (share,) = reals("share")
    seen = snapped(share) >= 1 if broken else above(share, Fraction(1))
    return Claim(
        given=[share > 0, share <= 1],
        holds=z3.Not(seen),
        patient="A dose of {share} times its limit, no more, is stopped.",
        shown={"share": share},
    )


@lemma(
    "What holds in steps holds in mg: any positive step keeps the order.",
    mistake="a step below zero",
)
def steps_keep_order(broken: bool) -> Claim:
    one, other, step = reals("one other step")
    return Claim(
        given=[one <= other, *([] if broken else [step > 0])],
        holds=one * step <= other * step,
        patient="{one} and {other} steps of {step} mg change their order.",
        shown={"one": one, "other": other, "step": step},
    )


@lemma("Whole vials hold the dose, and one fewer would not.", mistake="vials are rounded nearest")
def vials_hold_the_dose(broken: bool) -> Claim:
    (vials,) = reals("vials")
    opened = nearest(vials) if broken else up(vials)
    return Claim(
        given=[vials > 0],
        holds=z3.And(real(opened) >= vials, real(opened) - 1 < vials),
        patient="A dose of {vials} vials is drawn from {opened}.",
        shown={"vials": vials, "opened": opened},
        likely=[vials > 1],
    )
