/*
 * A dose on its way to another day, by the mouse or by the keys: each day says in a word whether
 * the dose may go there, to the eye and to a screen reader.
 */
const ALLOWED = "allowed";
const OWN_DAY = "its own day";
const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };
const KEYS = "Enter opens the dose. M moves it: then the arrow keys go from day to day.";
const ENDS = "Enter proposes it there, Escape puts it back.";
const IN_WINDOW = `Arrow keys: from one allowed day to the next; with Shift: any day. ${ENDS}`;
const NO_WINDOW = `No file states how far it may move. Arrow keys: a day on or back. ${ENDS}`;
const NO_FURTHER = "no further day is allowed that way; with Shift, the arrow keys go to any day";

function dayAway(iso, by) {
  const day = new Date(`${iso}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + by);
  return day.toISOString().slice(0, 10);
}

/** What a day is to a dose: its own, allowed, or why not; empty where no file states a window. */
function wordOf({ start, days, stop }, iso) {
  const own = start.slice(0, 10);
  if (iso === own) return OWN_DAY;
  if (stop && iso >= stop) return "after the stop";
  if (!days) return "";
  const stated = days.find(([day]) => day === iso);
  if (stated) return stated[1] || ALLOWED;
  // The days of a window follow one another: what is not stated lies before or after them.
  return iso < (days.at(0)?.[0] ?? own) ? "too early" : "too late";
}

class Moving {
  constructor(calendar) {
    this.calendar = calendar;
    this.event = null;
    this.day = "";
    this.where = element("p", "where");
    this.help = element("p", "help");
    this.bar = element("div", "moving");
    this.bar.hidden = true;
    this.bar.tabIndex = -1;
    this.bar.setAttribute("role", "application");
    this.bar.append(this.where, this.help);
    this.bar.addEventListener("keydown", (press) => this.press(press));
    this.bar.addEventListener("focusout", () => this.end());
    this.live = element("div", "spoken");
    this.live.setAttribute("role", "status");
    this.keys = element("p", "keys", KEYS);
    this.keys.id = "keys";
  }

  /** While a dose is on its way: each day in sight, with its word. */
  mark(event) {
    for (const cell of this.calendar.grid.querySelectorAll("td[data-date]")) {
      const word = wordOf(event, cell.dataset.date);
      if (word && word !== OWN_DAY) cell.dataset.may = word;
    }
  }

  unmark() {
    for (const cell of this.calendar.grid.querySelectorAll("[data-may], [data-target]")) {
      delete cell.dataset.may;
      delete cell.dataset.target;
    }
  }

  /** Where the mouse holds the dose. */
  over(event, iso) {
    if (iso !== this.day) this.say(event, iso);
    this.day = iso;
  }

  say(event, iso, more = "") {
    const word = wordOf(event, iso);
    this.where.textContent = [dayText(iso), word, more].filter(Boolean).join(": ");
    this.live.textContent = this.where.textContent;
  }

  begin(event) {
    this.event = event;
    this.day = event.start.slice(0, 10);
    this.help.textContent = event.days ? IN_WINDOW : NO_WINDOW;
    this.bar.setAttribute("aria-label", `Move ${event.title}. ${this.help.textContent}`);
    this.bar.hidden = false;
    this.bar.focus({ preventScroll: true });
    this.go(this.day);
  }

  press(press) {
    const by = STEPS[press.key];
    if (by === undefined && press.key !== "Enter" && press.key !== "Escape") return;
    press.preventDefault();
    // Escape would close what the page has open.
    press.stopPropagation();
    if (by !== undefined) this.step(by, press.shiftKey);
    else if (press.key === "Enter") this.drop();
    else this.putBack();
  }

  step(by, any) {
    const to = any || !this.event.days ? dayAway(this.day, by) : this.nextAllowed(by);
    if (to) this.go(to);
    else this.say(this.event, this.day, NO_FURTHER);
  }

  nextAllowed(by) {
    const { days, start } = this.event;
    const open = days.filter(([, whyNot]) => !whyNot).map(([day]) => day);
    const among = [...open, start.slice(0, 10)].sort();
    if (by > 0) return among.find((day) => day > this.day);
    return among.findLast((day) => day < this.day);
  }

  go(iso) {
    this.day = iso;
    this.calendar.bringIntoView(iso);
    this.draw();
    this.say(this.event, iso);
  }

  /** Mark anew what is in sight: the calendar may have gone on to another month. */
  draw() {
    if (!this.event) return;
    this.unmark();
    this.mark(this.event);
    for (const cell of this.calendar.grid.querySelectorAll(`td[data-date="${this.day}"]`)) {
      cell.dataset.target = "";
      cell.scrollIntoView({ block: "nearest" });
    }
  }

  drop() {
    const { event, day } = this;
    if (day === event.start.slice(0, 10)) {
      this.putBack();
      return;
    }
    this.end();
    this.live.textContent = `Proposed for ${dayText(day)}. Nothing moves before it is confirmed.`;
    this.calendar.choose(event, day);
  }

  putBack() {
    const { event } = this;
    this.end();
    this.calendar.bringIntoView(event.start.slice(0, 10));
    this.live.textContent = `Put back on ${dayText(event.start)}.`;
    this.calendar.focusOn(event.id);
  }

  end() {
    this.event = null;
    this.day = "";
    this.bar.hidden = true;
    this.unmark();
  }
}

