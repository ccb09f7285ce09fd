/*
 * The running infusion. It counts by itself from a schedule of steps, so that a lost connection or
 * a server that is killed changes nothing on the page. No amount is calculated here: every text is
 * the program's own, and the label of the patient never comes here.
 */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const WARNING_MINUTES = 1;
const BEEP_HERTZ = 880;
const BEEP_SECONDS = 0.25;
const BEEP_EVERY = 2;
const EARLY = "posology-leave";

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
  if (data.halted || minute === null) return -1;
  return data.steps.findIndex((step) => step.from <= minute && minute < step.to);
}

/** The change that is due or comes within the minute, unless somebody has silenced it. */
function dueChange(data, minute) {
  if (data.halted || minute === null) return null;
  const heard = Math.max(data.heard, silenced.get(data.id) ?? data.heard);
  const near = data.changes.filter(({ at }) => at <= minute + WARNING_MINUTES);
  const last = near.at(-1);
  return last && last.at > heard ? last : null;
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
    element("span", "volume", element("span", "whole", `${step.volume};`), " ", element("span", "whole", `${step.total} by its end`)),
  );
  return node;
}

function rows(data, present) {
  const list = element("ol", "pump");
  list.setAttribute("aria-label", "Steps of the pump");
  list.append(...data.steps.map((step, place) => row(step, present, place, data.halted)));
  const end = element("li", "", element("span", "clock", data.halted ? "later" : data.end));
  end.append(element("span", "rate", "bag empty"));
  list.append(end);
  return list;
}

/** The words that stand where no step runs. */
function stateLines(data, minute) {
  if (data.lines.length) return data.lines;
  return minute !== null && minute < 0 ? [data.before] : ["The bag is empty."];
}

/**
 * Draw an infusion into an element, and every second what has changed of it.
 *
 * @param root is emptied first.
 * @param data of the infusion.
 * @param onSilence is told the minute up to which the changes are known.
 * @param isLocked leaves out the rows and every button but Silence.
 * @returns a function that ends it.
 */
function follow(root, data, onSilence, isLocked) {
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
    onSilence(heard);
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
  const steps = element("div");
  now.append(alarm, said, next);
  root.replaceChildren(now, ...(isLocked ? [] : [offline, element("div", "tools", sound, dark), steps]));

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
          ["Volume to be infused, all that is left", step.left],
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
    const coming = present < 0 ? null : data.changes.find(({ at }) => at > minute);
    next.textContent = coming ? `Next: ${coming.text} in ${countdown(coming.at - minute)}, at ${coming.clock}` : "";
    sounding(minute);
    sound.hidden = soundIsOn();
    const connected = isConnected();
    if (!connected) closeDialog();
    offline.textContent = connected ? "" : data.offline;
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

function isRunning(data) {
  const minute = minuteOf(data);
  return minute !== null && (data.halted || minute < data.steps.at(-1).to || dueChange(data, minute));
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
  const end = follow(mine.root, data, (minute) => setTriggerValue("heard", minute), false);
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
