"""The steps of an infusion: mL, mg and minutes, for any bag and any rates."""

from __future__ import annotations

import z3

from tests.lemmas.claim import Claim, lemma, reals
from tests.lemmas.models import least, step_ml


@lemma("The steps of a ladder empty the bag exactly.", mistake="the last step runs its whole time")
def steps_add_up_to_the_bag(broken: bool) -> Claim:
    bag, first, second, held = reals("bag first second held")
    one = step_ml(first, held)
    two = step_ml(second, held) if broken else bag - one
    return Claim(
        given=[first > 0, second > 0, held > 0, bag > one],
        holds=one + two == bag,
        patient="Of a bag of {bag} mL {given} mL are given.",
        shown={"bag": bag, "given": one + two},
        likely=[bag == 500, first == 50, held == 30],
    )


@lemma("No step takes more than what is left in the bag.", mistake="what is left is not looked at")
def no_step_takes_more_than_is_left(broken: bool) -> Claim:
    left, rate, held = reals("left rate held")
    given = step_ml(rate, held)
    given = given if broken else least(given, left)
    return Claim(
        given=[left > 0, rate > 0, held > 0],
        holds=z3.And(given > 0, given <= left),
        patient="With {left} mL in the bag, {rate} mL/h for {held} min would give {given} mL.",
        shown={"left": left, "rate": rate, "held": held, "given": given},
        likely=[left == 20, held == 30, rate > 10],
    )


@lemma(
    "A rate in mg/h gives the same mg from any bag.",
    mistake="mg/h are set as mL/h",
)
def mg_do_not_depend_on_the_bag(broken: bool) -> Claim:
    rate, dose, volume, hours = reals("rate dose volume hours")
    pump = rate if broken else rate * volume / dose
    given = pump * hours * dose / volume
    return Claim(
        given=[rate > 0, dose > 0, volume > 0, hours > 0],
        holds=given == rate * hours,
        patient="{rate} mg/h of {dose} mg in {volume} mL give {given} mg in {hours} h.",
        shown={"rate": rate, "dose": dose, "volume": volume, "given": given, "hours": hours},
        likely=[rate == 50, dose == 700, volume == 500, hours == 1],
    )


@lemma("From the pump back to the label it is the same rate.", mistake="an hour is a minute")
def label_and_pump_agree(broken: bool) -> Claim:
    rate, strength, kg = reals("rate strength kg")
    pump = rate * kg * (1 if broken else 60) / strength
    back = pump * strength / (kg * 60)
    return Claim(
        given=[rate > 0, strength > 0, kg > 0],
        holds=back == rate,
        patient="{rate} mcg/kg/min for {kg} kg is set as {pump} mL/h, which is {back} mcg/kg/min.",
        shown={"rate": rate, "kg": kg, "pump": pump, "back": back},
        likely=[rate == 6, kg == 70, strength == 1600],
    )


@lemma("A faster step ends the bag no later.", mistake="the minutes are those of the slower rate")
def faster_is_no_later(broken: bool) -> Claim:
    left, slower, faster = reals("left slower faster")
    long, short = left / slower * 60, left / faster * 60
    short = left / (2 * slower - faster) * 60 if broken else short
    return Claim(
        given=[left > 0, slower > 0, slower <= faster, faster < 2 * slower],
        holds=short <= long,
        patient="{left} mL at {faster} mL/h take {short} min, at {slower} mL/h {long} min.",
        shown={"left": left, "faster": faster, "slower": slower, "short": short, "long": long},
        likely=[left == 100, slower == 50],
    )


@lemma(
    "After a reaction the rest of the bag runs for at least as long as before.",
    mistake="the share divides the rate",
)
def resumed_rate_is_no_faster(broken: bool) -> Claim:
    left, rate, percent = reals("left rate percent")
    resumed = rate * 100 / percent if broken else rate * percent / 100
    return Claim(
        given=[left > 0, rate > 0, percent > 0, percent <= 100],
        holds=z3.And(resumed <= rate, left / resumed >= left / rate),
        patient="After a reaction at {rate} mL/h the bag goes on at {resumed} mL/h.",
        shown={"rate": rate, "resumed": resumed},
        likely=[rate == 100, percent == 50, left == 200],
    )


@lemma("A pause moves the end by its own length, and gives nothing.", mistake="it runs on in it")
def pause_moves_the_end(broken: bool) -> Claim:
    bag, rate, at, pause = reals("bag rate at pause")
    before = step_ml(rate, at)
    during = step_ml(rate, pause) if broken else 0
    end = at + pause + (bag - before - during) / rate * 60
    return Claim(
        given=[rate > 0, at > 0, pause > 0, bag > before, bag > before + during],
        holds=end == bag / rate * 60 + pause,
        patient="{bag} mL at {rate} mL/h, paused for {pause} min, end after {end} min.",
        shown={"bag": bag, "rate": rate, "pause": pause, "end": end},
        likely=[bag == 500, rate == 100, at == 60, pause == 20],
    )


@lemma("Drops a minute and mL/h are each other's reverse.", mistake="drops are counted for an hour")
def drops_and_pump_agree(broken: bool) -> Claim:
    pump, factor = reals("pump factor")
    drops = pump * factor / (1 if broken else 60)
    back = drops / factor * 60
    return Claim(
        given=[pump > 0, factor > 0],
        holds=back == pump,
        patient="{pump} mL/h are counted as {drops} drops a minute, which are {back} mL/h.",
        shown={"pump": pump, "drops": drops, "back": back},
        likely=[pump == 125, factor == 20],
    )
