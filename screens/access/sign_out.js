/*
 * Ends the page: by its button, when nobody acts, or when the longest time is over. The server ends
 * the sign-in by itself; this warns beforehand and clears the screen, with or without a connection.
 */

const EVERY = 5000;
const WHILE_WARNING = 1000;
const ADDRESS = "/signed-in";
const IDLE = "Nobody has used Posology for a while.";
const LAST = "You have been signed in for as long as one sign-in lasts. Finish and save.";
const KEPT = "What you typed on Plan, Calculate or Pump is kept for a day; what you typed elsewhere and did not save will be lost.";

let running = false;
let until = Infinity;
let timer = 0;
let warnSeconds = 0;
let last = false;
let panel = null;

/** Return what the server says of the sign-in: 0 s if it has ended; null if nobody answers. */
async function ask(method) {
  try {
    const answer = await fetch(ADDRESS, { method, cache: "no-store" });
    if (answer.ok) return await answer.json();
    return answer.status === 401 ? { seconds: 0, warn: 0, last: false } : null;
  } catch {
    return null;
  }
}

/** Clear the screen, sign out, and go where the sign-in server ends its part. */
async function leave() {
  running = false;
  clearTimeout(timer);
  document.documentElement.replaceChildren();
  window.location.replace(await signOut());
}

/** End the page because nobody acts; a running infusion stays in sight, without the patient. */
function end() {
  const isFree = window.dispatchEvent(new CustomEvent("posology-leave", { cancelable: true }));
  if (isFree) {
    leave();
    return;
  }
  running = false;
  clearTimeout(timer);
  signOut();
}

async function signOut() {
  let to = "/";
  try {
    const answer = await fetch("/auth/logout", { method: "POST", cache: "no-store" });
    if (answer.ok) to = (await answer.json()).to;
  } catch {
    // Nobody answers: the screen is clear, and the server ends the sign-in when its time is over.
  }
  return to;
}

function warn() {
  if (panel) return;
  panel = document.createElement("div");
  panel.id = "sign-out-warning";
  panel.setAttribute("role", "alert");
  const clock = new Date(until).toLocaleTimeString([], { hourCycle: "h23" });
  const text = document.createElement("p");
  text.textContent = `${last ? LAST : IDLE} At ${clock} you will be signed out. ${KEPT}`;
  panel.append(text);
  if (!last) {
    const stay = document.createElement("button");
    stay.type = "button";
    stay.textContent = "Stay signed in";
    stay.addEventListener("click", () => watch("POST"));
    panel.append(stay);
  }
  (document.querySelector(".stApp") ?? document.body).append(panel);
}

function calm() {
  panel?.remove();
  panel = null;
}

async function watch(method = "GET") {
  clearTimeout(timer);
  const told = await ask(method);
  if (!running) return;
  if (told) {
    until = Date.now() + told.seconds * 1000;
    warnSeconds = told.warn;
    if (told.last !== last) calm();
    last = told.last;
  }
  const left = until - Date.now();
  if (left <= 0) {
    end();
    return;
  }
  const soon = left <= warnSeconds * 1000;
  if (soon) warn();
  else calm();
  clearTimeout(timer);
  timer = setTimeout(watch, Math.min(soon ? WHILE_WARNING : EVERY, left), "GET");
}

export default function () {
  if (running) return;
  running = true;
  for (const event of ["visibilitychange", "pageshow", "online"]) {
    (event === "visibilitychange" ? document : window).addEventListener(event, () => watch());
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest?.(".sign-out")) leave();
  });
  watch();
}
