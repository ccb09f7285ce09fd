/*
 * Ends the page when nobody acts. The server ends the sign-in by itself; this warns beforehand and
 * clears the screen, with or without a connection.
 */

const EVERY = 5000;
const WHILE_WARNING = 1000;
const ADDRESS = "/signed-in";

let running = false;
let until = Infinity;
let timer = 0;
let warnSeconds = 0;
let panel = null;

/** Return the seconds that are left: 0 if the sign-in has ended; null if nobody answers. */
async function ask(method) {
  try {
    const answer = await fetch(ADDRESS, { method, cache: "no-store" });
    if (answer.ok) return await answer.json();
    return answer.status === 401 ? { seconds: 0, warn: 0 } : null;
  } catch {
    return null;
  }
}

function leave() {
  running = false;
  document.documentElement.replaceChildren();
  window.location.replace("/auth/logout");
}

function warn() {
  if (panel) return;
  panel = document.createElement("div");
  panel.id = "idle-warning";
  panel.setAttribute("role", "alert");
  const clock = new Date(until).toLocaleTimeString([], { hourCycle: "h23" });
  const text = document.createElement("p");
  text.textContent = `Nobody has used Posology for a while. At ${clock} you will be signed out, and anything typed but not saved will be lost.`;
  const stay = document.createElement("button");
  stay.type = "button";
  stay.textContent = "Stay signed in";
  stay.addEventListener("click", () => watch("POST"));
  panel.append(text, stay);
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
  }
  const left = until - Date.now();
  if (left <= 0) {
    leave();
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
  watch();
}
