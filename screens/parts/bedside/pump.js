/*
 * The running infusion. It counts by itself from a schedule of steps, and is stopped and goes on by
 * itself, so that a lost connection or a server that is killed changes nothing on the page. No
 * amount is calculated here: every rate and volume is the program's own text, times alone are moved.
 * The label of the patient never comes here.
 */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY_MINUTES = 24 * 60;
const WARNING_MINUTES = 1;
const BEEP_HERTZ = 880;
const BEEP_SECONDS = 0.25;
const BEEP_EVERY = 2;
const EARLY = "posology-leave";

/** What was pressed and is not known to be taken: in this window alone, by the infusion's id. */
const KEPT = "posology-pump";
const FIRST_WAIT = 4 * SECOND;
const LONGEST_WAIT = 60 * SECOND;
const PRESSES_APART = SECOND;

/** Up to which minute of an infusion the changes are silenced, by its id. */
const silenced = new Map();
/** How far this machine's clock is behind the server's, by the time that it told: data come twice. */
const behind = new Map();
let audio = null;
let awake = null;

function element(tag, className, ...content) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...content);
  return node;
}

function button(className, text, onClick) {
  const node = element("button", className, text);
  node.type = "button";
  node.addEventListener("click", onClick);
  return node;
}

/** What the server's clock shows, on whatever clock this machine has. */
function timeOf(data) {
  if (!behind.has(data.now)) behind.set(data.now, data.now - Date.now());
  return Date.now() + behind.get(data.now);
}

function minuteOf(data) {
  return data.began === null ? null : (timeOf(data) - data.began) / MINUTE;
}

function presentStep(data, minute) {
  if (data.halt || minute === null) return -1;
  return data.steps.findIndex((step) => step.from <= minute && minute < step.to);
}

/** The change that is due or comes within the minute, unless somebody has silenced it. */
function dueChange(data, minute) {
  if (data.halt || minute === null) return null;
  const heard = Math.max(data.heard, silenced.get(data.id) ?? data.heard);
  const near = changesOf(data).filter(({ at }) => at <= minute + WARNING_MINUTES);
  const last = near.at(-1);
  return last && last.at > heard ? last : null;
}

/** Each change at the pump: a step that begins, and the end of the bag. */
function changesOf(data) {
  const begins = ({ from, at, runs, flow }) => ({ at: from, text: flow, act: runs ? `set ${flow}` : flow, clock: at });
  return [...data.steps.map(begins), { at: data.steps.at(-1).to, text: "empty", act: "the bag is empty", clock: data.end }];
}

/* What is pressed: each act is done here at once, and told until the program has taken it. */

/** A name that no other act has; a page that is not served by https has no randomUUID. */
function newName() {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}

function readKept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}

/** Acts of infusions that this window has shown; a page without storage keeps them as long as it stays. */
const pending = new Map(Object.entries(readKept()));

function keep(id, acts) {
  if (acts.length) pending.set(id, acts);
  else pending.delete(id);
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(Object.fromEntries(pending)));
  } catch {
    // It holds as long as this page stays.
  }
}

/** What the program has not taken yet. */
function untaken(data) {
  return (pending.get(data.id) ?? []).filter(({ id }) => !data.taken.includes(id));
}

function clockText(data, minute) {
  if (data.start === null) return `${Math.round(minute)} min`;
  const whole = Math.round(data.start + minute);
  const days = Math.floor(whole / DAY_MINUTES);
  const clock = [Math.floor(whole / 60) % 24, whole % 60].map((part) => String(part).padStart(2, "0")).join(":");
  if (!days) return clock;
  return days === 1 ? `${clock} next day` : `${clock}, ${days} days later`;
}

function lengthText(minutes) {
  const seconds = Math.round(minutes * 60);
  const parts = { h: Math.floor(seconds / 3600), min: Math.floor(seconds / 60) % 60, s: seconds % 60 };
  const said = Object.entries(parts).filter(([, number]) => number).map(([unit, number]) => `${number}\u00a0${unit}`);
  return said.join(" ") || "under\u00a01\u00a0s";
}

/** A step at other times. */
function timed(data, step, from, to) {
  return { ...step, from, to, at: clockText(data, from), lasts: lengthText(to - from) };
}

/** A part of a step, whose volume is not known without the program. */
function partOf(data, step, from, to) {
  const slower = step.slower && { ...step.slower, rest: [restAt(step, from), restAt(step, to)] };
  return { ...timed(data, step, from, to), volume: "", left: "", slower };
}

/** How many minutes the rest of the bag takes after a reaction at this minute of a step. */
function restAt({ from, to, slower: { rest: [first, last] } }, minute) {
  return first + (last - first) * (minute - from) / (to - from);
}

/** The rest at the lower rate after a reaction, until the bag is empty. */
function slowedFrom(data, step, at) {
  const { rest, slower, ...texts } = step.slower;
  const lasts = restAt(step, at);
  const again = slower && { ...slower, rest: [lasts * 100 / data.percent, 0] };
  return { ...timed(data, step, at, at + lasts), ...texts, volume: "", left: "", total: data.steps.at(-1).total, slower: again };
}

/** The schedule after a stop, as the program writes one: what ran, the stop, and what is to come. */
function stopped(data, { act, at }) {
  if (data.halt) return changedStop(data, act);
  const place = data.steps.findIndex((step) => step.from <= at && at < step.to);
  const step = data.steps[place];
  if (!step) return data;
  const stop = { ...step, from: at, to: at, runs: false, coming: false, at: clockText(data, at), flow: data.words.rows[act], drops: "", dose: "", lasts: "", volume: "", total: "", slower: null };
  const rest = act === "reaction" && step.slower
    ? [slowedFrom(data, step, at)]
    : [partOf(data, step, at, step.to), ...data.steps.slice(place + 1)];
  const before = { ...partOf(data, step, step.from, at), total: "" };
  const steps = [...data.steps.slice(0, place), before, stop, ...rest.map((one) => ({ ...one, coming: true }))];
  return { ...data, steps, halt: { act, at, stop: place + 1 }, since: at, lines: haltLines(data, act, at, rest[0]) };
}

/** It stands still already, and why is another matter than it was. */
function changedStop(data, act) {
  const place = stopOf(data);
  const cut = data.steps[place + 1];
  const rest = act === "reaction" && cut.slower ? [{ ...slowedFrom(data, cut, cut.from), coming: true }] : data.steps.slice(place + 1);
  const steps = [...data.steps.slice(0, place), { ...data.steps[place], flow: data.words.rows[act] }, ...rest];
  return { ...data, steps, halt: { ...data.halt, act }, lines: haltLines(data, act, data.halt.at, rest[0]) };
}

function stopOf(data) {
  return data.halt.stop ?? data.steps.findLastIndex(({ runs }) => !runs);
}

function haltLines(data, act, at, next) {
  const since = `${data.words.since[act]} since ${clockText(data, at)}.`;
  return act === "stop" ? [since] : [since, `It goes on at ${next.flow}.`];
}

/** The schedule once it goes on: all that is to come is moved by as long as it stood still. */
function goneOn(data, { at }) {
  if (!data.halt) return data;
  const place = stopOf(data);
  const stop = data.steps[place];
  const moved = ({ from, to, ...step }) => ({ ...timed(data, step, from + at - stop.to, to + at - stop.to), coming: false });
  const steps = [...data.steps.slice(0, place), timed(data, stop, stop.from, at), ...data.steps.slice(place + 1).map(moved)];
  return { ...data, steps, halt: null, since: at, lines: [], end: data.start === null ? data.end : clockText(data, steps.at(-1).to) };
}

/** The infusion with everything that was done to it here and is not taken yet. */
function withActs(data) {
  return untaken(data).reduce(
    (now, act) => ({ ...(act.act === "go on" ? goneOn(now, act) : stopped(now, act)), heard: Math.max(now.heard, act.at) }),
    data,
  );
}

function countdown(minutes) {
  const seconds = Math.max(0, Math.round(minutes * 60));
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
  const hours = Math.floor(seconds / 3600);
  const rest = Math.round((seconds - hours * 3600) / 60);
  return rest ? `${hours} h ${rest} min` : `${hours} h`;
}

/* Sound: a browser lets a page be heard only after a first tap on it. */

function startSound() {
  audio ??= new AudioContext();
  if (audio.state !== "running") audio.resume().catch(() => {});
  if (!awake) navigator.wakeLock?.request("screen").then((lock) => { awake = lock; }, () => {});
}

function soundIsOn() {
  return audio?.state === "running";
}

function beep() {
  if (!soundIsOn()) return;
  for (const later of [0, 2 * BEEP_SECONDS]) {
    const tone = new OscillatorNode(audio, { frequency: BEEP_HERTZ, type: "square" });
    const volume = new GainNode(audio, { gain: 0.4 });
    tone.connect(volume).connect(audio.destination);
    tone.start(audio.currentTime + later);
    tone.stop(audio.currentTime + later + BEEP_SECONDS);
  }
}

/* What is drawn */

function fields(pairs) {
  const list = element("dl", "fields");
  for (const [name, text] of pairs) {
    if (text) list.append(element("div", "", element("dt", "", name), " ", element("dd", "", text)));
  }
  return list;
}

/** The volumes of a step; that of one that was cut here is not known without the program. */
function volumes(step) {
  const words = [step.volume && `${step.volume};`, step.total && `${step.total} by its end`];
  return words.filter(Boolean).flatMap((text) => [element("span", "whole", text), " "]);
}

function row(step, present, place, isHalted) {
  const kind = place === present ? "present" : place < present ? "done" : "";
  const node = element("li", step.runs ? kind : `${kind} stopped`);
  if (place === present) node.setAttribute("aria-current", "step");
  const clock = element("span", "clock", isHalted && step.coming ? "later" : step.at);
  if (place === present) clock.append(" ", element("span", "word", "now"));
  const rate = element("span", "rate", step.flow);
  if (step.drops) rate.append(" ", element("span", "word", step.drops));
  node.append(
    clock,
    rate,
    element("span", "order", step.dose),
    element("span", "time", step.lasts),
    element("span", "volume", ...volumes(step)),
  );
  return node;
}

function rows(data, present) {
  const list = element("ol", "pump");
  list.setAttribute("aria-label", "Steps of the pump");
  // What was stopped for good has nothing to come, unless it goes on after all.
  const isOver = data.halt?.act === "stop";
  const known = isOver ? data.steps.filter((step) => !step.coming) : data.steps;
  list.append(...known.map((step, place) => row(step, present, place, data.halt)));
  if (isOver) return list;
  const end = element("li", "", element("span", "clock", data.halt ? "later" : data.end));
  end.append(element("span", "rate", "bag empty"));
  list.append(end);
  return list;
}

/** The words that stand where no step runs. */
function stateLines(data, minute) {
  if (data.lines.length) return data.lines;
  return minute !== null && minute < 0 ? [data.before] : ["The bag is empty."];
}

/** The buttons that stop an infusion or let it go on, and what shows those that fit. */
function actButtons(onPress) {
  const box = element("div", "acts");
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", "At the pump");
  const press = (act) => button(act.replace(" ", "-"), "", () => onPress(act));
  const by = { "go on": press("go on"), pause: press("pause"), reaction: press("reaction"), stop: press("stop") };
  by.pause.textContent = "Pause";
  by.reaction.textContent = "Reaction";
  by.stop.textContent = "Stop for good";
  box.append(...Object.values(by));
  const show = (now, present) => {
    const { halt, percent } = now;
    const act = halt?.act;
    const goOn = { reaction: `Go on at ${percent} % of the rate`, stop: "Go on after all" };
    by["go on"].textContent = goOn[act] ?? "Go on";
    by["go on"].classList.toggle("after-all", act === "stop");
    by["go on"].hidden = !halt;
    by.pause.hidden = present < 0;
    // After a third reaction the rate is the program's to say.
    by.reaction.hidden = act ? act !== "pause" : present < 0 || !now.steps[present].slower;
    by.stop.hidden = act ? act === "stop" : present < 0;
  };
  return { box, show };
}

/**
 * Draw an infusion into an element, and every second what has changed of it.
 *
 * @param root is emptied first.
 * @param told is the infusion as the program knows it.
 * @param tell tells the program: "heard", up to which minute the changes are known, or "acts".
 * @param isLocked leaves out the rows and every button but Silence.
 * @returns a function that ends it.
 */
function follow(root, told, tell, isLocked) {
  let data = withActs(told);
  const now = element("section", "pump-now");
  const said = element("div", "said");
  said.setAttribute("role", "status");
  const next = element("p", "next");
  const alarm = element("div", "alarm");
  alarm.setAttribute("role", "alert");
  const offline = element("p", "offline");
  offline.setAttribute("role", "status");
  const silence = button("silence", "Silence", () => {
    const minute = minuteOf(data);
    const heard = dueChange(data, minute)?.at ?? minute;
    silenced.set(data.id, heard);
    tell("heard", heard);
    tick();
  });
  const sound = button("sound", "Turn the sound on", () => {
    startSound();
    beep();
  });
  const dark = button("dark-room", "", () => {
    document.documentElement.toggleAttribute("data-dark-room");
    tick();
  });
  const acts = actButtons(press);
  const steps = element("div");
  now.append(alarm, said, next);
  root.replaceChildren(now, ...(isLocked ? [] : [offline, element("div", "tools", sound, dark), steps, acts.box]));

  let pressed = -Infinity;
  let sendAt = 0;
  let wait = FIRST_WAIT;
  let wasConnected = false;

  /** Do an act here and tell it; a second tap of one thumb is none. */
  function press(act) {
    if (performance.now() - pressed < PRESSES_APART) return;
    pressed = performance.now();
    // A clock that was set anew must not put it before what is known to have been done.
    const at = Math.max(minuteOf(data), data.since);
    keep(data.id, [...untaken(told), { id: newName(), act, at }]);
    data = withActs(told);
    drawn = null;
    sendAt = 0;
    tick();
  }

  /** Tell what is not taken, again and again until it is: a message may be lost on the way. */
  function send(connected) {
    if (connected && !wasConnected) wait = FIRST_WAIT;
    wasConnected = connected;
    const left = untaken(told);
    if (isLocked || !connected || !left.length || !isDrawn() || Date.now() < sendAt) return;
    sendAt = Date.now() + wait;
    wait = Math.min(2 * wait, LONGEST_WAIT);
    tell("acts", { run: data.id, acts: left });
  }

  let drawn = null;
  let alarmed = null;
  let ticks = 0;

  function draw(present, minute) {
    const step = data.steps[present];
    const shown = step
      ? [fields([
          ["Flow rate", step.flow],
          ["Dose rate", step.dose],
          ["Volume to be infused, this step", step.volume],
          ["Volume to be infused, from this step on", step.left],
        ])]
      : stateLines(data, minute).map((line) => element("p", "next", line));
    said.replaceChildren(...shown);
    steps.replaceChildren(rows(data, present));
  }

  function tick() {
    const minute = minuteOf(data);
    const present = presentStep(data, minute);
    const state = `${present} ${minute !== null && minute < 0}`;
    if (state !== drawn) draw(present, minute);
    drawn = state;
    const coming = present < 0 ? null : changesOf(data).find(({ at }) => at > minute);
    next.textContent = coming ? `Next: ${coming.text} in ${countdown(coming.at - minute)}, at ${coming.clock}` : "";
    sounding(minute);
    sound.hidden = soundIsOn();
    acts.show(data, present);
    const connected = isConnected();
    // Once locked, the page that was left goes on trying, and says so in a dialog over the pump.
    if (!connected || isLocked) closeDialog();
    send(connected);
    const left = untaken(told).length;
    offline.textContent = connected ? "" : `${data.offline}${left ? ` Not sent yet: ${left}.` : ""}`;
    dark.textContent = document.documentElement.hasAttribute("data-dark-room") ? "Leave the dark room" : "Dark room";
  }

  function sounding(minute) {
    const due = dueChange(data, minute);
    const text = due && `${minute < due.at ? "Soon" : "Now"}: ${due.act}, at ${due.clock}`;
    if (text !== alarmed) alarm.replaceChildren(...(due ? [element("strong", "", text), " ", silence] : []));
    alarmed = text;
    now.classList.toggle("flash", due !== null);
    if (due && ticks % BEEP_EVERY === 0) beep();
    ticks += 1;
  }

  tick();
  const timer = setInterval(tick, SECOND);
  return () => clearInterval(timer);
}

/** Streamlit says in a dialog that nobody answers, under which not even Silence can be pressed. */
function closeDialog() {
  document.querySelector('[data-testid="stDialog"] [aria-label="Close"]')?.click();
}

function isConnected() {
  const state = document.querySelector("[data-test-connection-state]")?.dataset.testConnectionState;
  return state === undefined || state === "CONNECTED" || state === "STATIC_CONNECTED";
}

/** Whoever tells something while a field still waits for its script takes from it what it holds. */
function isDrawn() {
  const state = document.querySelector("[data-test-script-state]")?.dataset.testScriptState;
  return (state ?? "notRunning") === "notRunning" && !document.querySelector('[data-testid="stSkeleton"]');
}

function isRunning(told) {
  const data = withActs(told);
  const minute = minuteOf(data);
  if (minute === null || data.halt?.act === "stop") return false;
  return data.halt || minute < data.steps.at(-1).to || dueChange(data, minute);
}

/**
 * Leave nothing on the screen but drug, rate, clock and alarm, until somebody signs in again.
 *
 * The styles of the page stay: they are the same for everybody.
 */
function lock(data) {
  const styles = [...document.querySelectorAll("style")].map((style) => style.cloneNode(true));
  const back = element("a", "", "Sign in");
  back.href = window.location.href;
  const clock = element("p", "clock");
  const show = () => {
    clock.textContent = new Date(timeOf(data)).toTimeString().slice(0, 5);
  };
  const pump = element("div");
  const page = element("main", "locked", element("h1", "", data.drug), clock, pump, back);
  const body = element("body", "stApp", page);
  const head = element("head", "", ...styles, element("title", "", "Posology: an infusion runs"));
  document.documentElement.replaceChildren(head, body);
  document.documentElement.style.colorScheme = "dark";
  follow(pump, data, () => {}, true);
  show();
  setInterval(show, SECOND);
}

/** The infusion that each element of Streamlit shows, and how its counting is ended. */
const shown = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let mine = shown.get(parentElement);
  if (!mine) {
    const root = element("div", "bedside");
    parentElement.append(root);
    mine = { root, end: () => {} };
    shown.set(parentElement, mine);
    mine.leave = (event) => {
      if (!isRunning(mine.data)) return;
      event.preventDefault();
      lock(mine.data);
    };
    document.addEventListener("pointerdown", startSound);
  }
  mine.end();
  mine.data = data;
  keep(data.id, untaken(data));
  const end = follow(mine.root, data, setTriggerValue, false);
  mine.end = end;
  window.addEventListener(EARLY, mine.leave);
  // Whoever ends a drawing late must not stop the clock of the next one.
  return () => {
    end();
    if (mine.end !== end) return;
    // What stayed would show a rate that nobody counts any more.
    mine.root.remove();
    window.removeEventListener(EARLY, mine.leave);
    document.removeEventListener("pointerdown", startSound);
    document.documentElement.removeAttribute("data-dark-room");
    awake?.release();
    awake = null;
    shown.delete(parentElement);
  };
}
