/*
 * The course calendar: FullCalendar with a toolbar, event content and legend of our own.
 *
 * Streamlit calls the default export again whenever the data or the theme changes, with
 * the same parentElement, and calls only the cleanup function returned last (on unmount).
 * So one instance is kept per parentElement and is updated in place.
 *
 * Before it stand, in one script, drawer.js (back to a dose when its drawer closes) and moving.js
 * (a dose on its way to another day).
 */

// Letters that cannot be taken for a figure beside a dose: no I, L, O, Q, S or Z.
const MARKS = "ABCDEFGHJKMNPRTUVWXY";
const COLOURS = 6;
const HOUR_MINUTES = 60;
const MILLISECONDS_PER_HOUR = 3600000;
const DAY_HOURS = 24;
const LEAST_HOURS = 8;
const AGENDA_WEEKS = 4;
const CELL_PADDING = 30;
const TIME_AXIS = 64;
const LEAST_COLUMN = 68;
const NUMERIC_TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

const COURSE_WEEKS = 5;
const YEAR_MONTHS = 12;
const MONTHS_IN_A_ROW = 3;
const WEEK_DAYS = 7;
const LEAST_GRID = 640;

const NOT_FETCHED = "The calendar was not fetched: reload the page. The table has the same doses.";

const LONG_WORD = /\p{L}{10,}/gu;
const WORD_ON_A_TELEPHONE = /\p{L}{8,}/gu;
const UNBROKEN = 4;
const SOFT_HYPHEN = "\u00ad";
/** Where the words of a dose that is not as planned may be parted. */
const STATE_WORD = /^(PRO|CAN|STOP)(POSED|CELLED|PED)$/;
const NARROW_PADDING = 20;
const LEAST_PADDING = 8;
/** What the place that scrolls keeps on both sides for the outline of the focus. */
const FOCUS_ROOM = 8;
const AMOUNT_PIXELS = 12;
const LEAST_AMOUNT_PIXELS = 9;
const WORDS = [["title", "amount"], ["detail", "detail"]];

const PREVIEW = ".st-key-preview";

const VIEWS = [
  { name: "weeks", text: "5 weeks", step: "five weeks" },
  { name: "month", text: "Month", step: "month" },
  { name: "year", text: "Year", step: "months" },
  { name: "week", text: "Week", step: "week" },
  { name: "agenda", text: "Agenda", step: "four weeks" },
];

/** Instances by the element Streamlit gave, so that a rerun finds its calendar again. */
const instances = new WeakMap();

/** Where each calendar was left, by key, so that a remount of the same data returns there. */
const places = new Map();

/** FullCalendar is fetched once for the page; after a failure the next drawing tries again. */
function fetchLibrary(address) {
  globalThis.posologyFullCalendar ??= new Promise((fetched, failed) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = fetched;
    script.onerror = () => {
      script.remove();
      delete globalThis.posologyFullCalendar;
      failed();
    };
    document.head.append(script);
  });
  return globalThis.posologyFullCalendar;
}

/** What a dropped dose opens stands further down: it is brought into sight and has the focus. */
async function showBelow(selector) {
  for (let wait = 0; wait < WAITS; wait += 1) {
    await later();
    const opened = document.querySelector(selector);
    if (!opened) continue;
    opened.tabIndex = -1;
    opened.scrollIntoView({ block: "nearest" });
    opened.focus({ preventScroll: true });
    return;
  }
}

function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

/** Long words may be broken in a narrow column; a hyphen is drawn only where one is. */
function breakable(text, long = LONG_WORD) {
  return text.replace(long, (word) => {
    const parts = word.slice(UNBROKEN, -UNBROKEN).replace(/../g, `$&${SOFT_HYPHEN}`);
    return `${word.slice(0, UNBROKEN)}${SOFT_HYPHEN}${parts}${word.slice(-UNBROKEN)}`;
  });
}

function markOf(phase) {
  const letter = MARKS[phase % MARKS.length];
  return letter.repeat(Math.floor(phase / MARKS.length) + 1);
}

function colourOf(phase) {
  return phase % COLOURS;
}

function isTimed(event) {
  return event.start.includes("T");
}

function timeText(iso) {
  return iso.slice(11, 16);
}

function dayText(iso) {
  const options = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
  const day = new Date(`${iso.slice(0, 10)}T00:00:00Z`);
  return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" }).format(day);
}

function shortDayText(iso) {
  const day = new Date(`${iso.slice(0, 10)}T00:00:00Z`);
  const options = { day: "numeric", month: "short", timeZone: "UTC" };
  return new Intl.DateTimeFormat("en-GB", options).format(day);
}

/** The hours of a timed dose, exactly as they were given. */
function hoursText(event) {
  if (!isTimed(event)) return "";
  const start = timeText(event.start);
  if (!event.end) return start;
  if (event.end.slice(0, 10) === event.start.slice(0, 10)) {
    return `${start} – ${timeText(event.end)}`;
  }
  return `${start} – ${shortDayText(event.end)} ${timeText(event.end)}`;
}

function accessibleText(event) {
  const parts = [event.proposed ? `proposed: ${event.title}` : event.title];
  if (event.cancelled) parts.push(event.cancelled.toLowerCase());
  if (event.detail) parts.push(event.detail);
  parts.push(dayText(event.start));
  parts.push(isTimed(event) ? hoursText(event).replace(" – ", " to ") : "all day");
  parts.push(`phase ${markOf(event.phase)}, ${event.phase_name}`);
  return parts.join(", ");
}

function isLetter({ key, ctrlKey, metaKey, altKey }, letter) {
  return key.toLowerCase() === letter && !(ctrlKey || metaKey || altKey);
}

/** Today by the wall clock, in the form the calendar's unconverted times have. */
function wallClockNow() {
  const now = new Date();
  const two = (value) => String(value).padStart(2, "0");
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return `${day}T${two(now.getHours())}:${two(now.getMinutes())}:00`;
}

function minutesOf(iso) {
  return Number(iso.slice(11, 13)) * HOUR_MINUTES + Number(iso.slice(14, 16));
}

/** The hours the week view draws: the doses' own, with an hour of room either side. */
function weekHours(events) {
  let first = DAY_HOURS;
  let last = 0;
  for (const event of events.filter(isTimed)) {
    const end = event.end ?? event.start;
    const length = Date.parse(`${end}Z`) - Date.parse(`${event.start}Z`);
    const endHour = minutesOf(event.start) / HOUR_MINUTES + length / MILLISECONDS_PER_HOUR;
    if (endHour > DAY_HOURS) return [0, DAY_HOURS];
    first = Math.min(first, Math.floor(minutesOf(event.start) / HOUR_MINUTES) - 1);
    last = Math.max(last, Math.ceil(endHour) + 1);
  }
  first = Math.max(0, first);
  last = Math.min(DAY_HOURS, Math.max(last, first + LEAST_HOURS));
  return [Math.max(0, Math.min(first, last - LEAST_HOURS)), last];
}

/** The largest number of timed doses drawn side by side. */
function mostAbreast(events) {
  const steps = [];
  for (const event of events.filter(isTimed)) {
    const start = Date.parse(`${event.start}Z`);
    const shortest = start + MILLISECONDS_PER_HOUR / 2;
    const end = Math.max(event.end ? Date.parse(`${event.end}Z`) : shortest, shortest);
    steps.push([start, 1], [end, -1]);
  }
  steps.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
  let now = 0;
  let most = 1;
  for (const [, step] of steps) {
    now += step;
    most = Math.max(most, now);
  }
  return most;
}

function weekdayHead(day) {
  const name = (weekday) => new Intl.DateTimeFormat("en-GB", { weekday, timeZone: "UTC" }).format(day);
  const head = element("th", "", name("narrow"));
  head.scope = "col";
  head.abbr = name("long");
  return head;
}

/** The months of a whole course in full rows, up to a year. */
function monthsOf(events) {
  const months = events.map(({ start }) => 12 * Number(start.slice(0, 4)) + Number(start.slice(5, 7)));
  const span = months.length ? Math.max(...months) - Math.min(...months) + 1 : 1;
  return Math.min(YEAR_MONTHS, MONTHS_IN_A_ROW * Math.ceil(span / MONTHS_IN_A_ROW));
}

class CourseCalendar {
  constructor(parent) {
    this.parent = parent;
    this.lease = 0;
    this.data = null;
    this.signature = "";
    this.view = VIEWS[0].name;
    this.calendar = null;
    /** What was pressed while the library was still being fetched. */
    this.pressed = [];
    this.frame = 0;
    this.buildFrame();
    parent.appendChild(this.root);
    this.observer = new ResizeObserver(() => this.settle());
    this.observer.observe(this.scroller);
    document.fonts?.ready.then(() => this.settle());
  }

  buildFrame() {
    this.root = element("section", "course-calendar");
    this.root.dataset.testid = "course-calendar";
    this.root.lang = "en-GB";

    this.previous = this.button("‹", "previous", () => this.calendar.prev());
    this.previous.classList.add("arrow");
    this.next = this.button("›", "next", () => this.calendar.next());
    this.next.classList.add("arrow");
    this.home = this.button("First day", "first-day", () => {
      this.calendar.gotoDate(this.data.firstDay);
    });
    const moves = element("div", "group moves");
    moves.setAttribute("role", "group");
    moves.setAttribute("aria-label", "Move through the calendar");
    moves.append(this.previous, this.next, this.home);

    this.title = element("div", "title");
    this.title.dataset.testid = "course-calendar-title";
    this.title.setAttribute("aria-live", "polite");

    const choices = element("div", "group choices");
    choices.setAttribute("role", "group");
    choices.setAttribute("aria-label", "Calendar view");
    this.viewButtons = VIEWS.map(({ name, text }) => {
      const button = this.button(text, name, () => this.show(name));
      button.setAttribute("aria-label", `${text} view`);
      choices.append(button);
      return button;
    });

    const toolbar = element("div", "toolbar");
    toolbar.append(moves, this.title, choices);
    this.scroller = element("div", "scroller");
    this.grid = element("div", "grid");
    this.scroller.append(this.grid);
    this.legend = element("ul", "legend");
    this.legend.dataset.testid = "course-calendar-legend";
    this.legend.setAttribute("aria-label", "Phases of the course");
    this.moving = new Moving(this);
    const { bar, keys, live } = this.moving;
    this.root.append(toolbar, this.scroller, bar, keys, this.legend, live);
  }

  button(text, action, press) {
    const button = element("button", "button", text);
    button.type = "button";
    button.dataset.action = action;
    button.addEventListener("click", () => {
      if (this.calendar) press();
      else this.pressed.push(press);
    });
    return button;
  }

  update(data) {
    this.followTheme();
    const signature = JSON.stringify(data);
    if (signature === this.signature) return;
    const left = this.data ? this.place() : places.get(data.key);
    const sameCourse = this.data
      ? this.data.firstDay === data.firstDay
      : left?.signature === signature;
    this.view = this.data || sameCourse ? (left?.view ?? this.fittingView()) : this.fittingView();
    this.date = sameCourse ? left.date : data.firstDay;
    this.data = data;
    this.root.setAttribute("aria-label", data.name);
    this.signature = signature;
    this.byId = new Map(data.events.map((event, index) => [String(index), event]));
    this.timed = data.events.some(isTimed);
    this.draw();
  }

  /** A list reads better than a grid that has to be scrolled sideways. */
  fittingView() {
    const width = this.root.clientWidth;
    return width > 0 && width < LEAST_GRID ? "agenda" : VIEWS[0].name;
  }

  place() {
    return { signature: this.signature, view: this.view, date: this.date };
  }

  /** Light or dark, judged by how bright Streamlit's background is. */
  followTheme() {
    const colour = getComputedStyle(this.root).getPropertyValue("--st-background-color");
    const canvas = document.createElement("canvas");
    canvas.width = 1;
    canvas.height = 1;
    const paint = canvas.getContext("2d");
    paint.fillStyle = "white";
    paint.fillRect(0, 0, 1, 1);
    paint.fillStyle = colour.trim() || "white";
    paint.fillRect(0, 0, 1, 1);
    const [red, green, blue] = paint.getImageData(0, 0, 1, 1).data;
    const bright = 0.299 * red + 0.587 * green + 0.114 * blue > 127;
    this.root.dataset.theme = bright ? "light" : "dark";
  }

  /** FullCalendar's name for a view; a week drawn to scale needs timed doses, and the room. */
  libraryView(view) {
    if (["agenda", "weeks", "year"].includes(view)) return view;
    if (view === "week") return this.timed && this.fitsToScale() ? "timeGridWeek" : "dayGridWeek";
    return "dayGridMonth";
  }

  fitsToScale() {
    const width = this.root.clientWidth;
    return width >= LEAST_GRID && this.width(NARROW_PADDING, { toScale: true }) <= width;
  }

  show(view) {
    this.view = view;
    // A year is a look at the whole course, from its beginning.
    const from = view === "year" ? this.data.firstDay : undefined;
    this.calendar.changeView(this.libraryView(view), from);
  }

  draw() {
    this.nameButtons();
    const library = globalThis.FullCalendar;
    if (!library) {
      fetchLibrary(this.data.library).then(
        () => this.root.isConnected && this.draw(),
        () => { this.title.textContent = NOT_FETCHED; },
      );
      return;
    }
    const focused = this.moving.event?.id ?? this.root.getRootNode().activeElement?.dataset?.eventId;
    this.moving.end();
    this.calendar?.destroy();
    this.drawLegend();
    const [firstHour, lastHour] = weekHours(this.data.events);
    const months = monthsOf(this.data.events);
    this.calendar = new library.Calendar(this.grid, {
      timeZone: "UTC",
      now: wallClockNow,
      locale: "en-gb",
      firstDay: 1,
      initialDate: this.date,
      initialView: this.libraryView(this.view),
      headerToolbar: false,
      height: "auto",
      fixedWeekCount: false,
      stickyHeaderDates: false,
      handleWindowResize: false,
      dayMaxEvents: false,
      dayMaxEventRows: false,
      eventDisplay: "block",
      displayEventTime: false,
      eventOrder: ["start", "ordinal"],
      slotEventOverlap: false,
      slotDuration: "00:30:00",
      slotLabelInterval: "01:00:00",
      slotLabelFormat: NUMERIC_TIME,
      slotMinTime: `${firstHour}:00:00`,
      slotMaxTime: `${lastHour}:00:00`,
      eventMinHeight: 28,
      defaultTimedEventDuration: "00:30:00",
      allDaySlot: this.data.events.some((event) => !isTimed(event)),
      allDayText: "all day",
      noEventsText: "No doses in these four weeks",
      views: {
        dayGridMonth: { dayHeaderFormat: { weekday: "short" } },
        // From the week of the first day on: a month would show a course that begins on its
        // last day with one dose.
        weeks: {
          type: "dayGrid",
          duration: { weeks: COURSE_WEEKS },
          dateAlignment: "week",
          // With an alignment alone, FullCalendar moves by one week.
          dateIncrement: { weeks: COURSE_WEEKS },
          dayHeaderFormat: { weekday: "short" },
          monthStartFormat: { month: "short", day: "numeric" },
        },
        year: {
          duration: { months },
          dateAlignment: "month",
          dateIncrement: { months },
          titleFormat: { month: "long", year: "numeric" },
          content: ({ dateProfile }) => ({ domNodes: [this.months(dateProfile.currentRange)] }),
        },
        week: { dayHeaderFormat: { weekday: "short", day: "numeric", month: "short" } },
        agenda: {
          type: "list",
          duration: { weeks: AGENDA_WEEKS },
          dateAlignment: "week",
          dateIncrement: { weeks: AGENDA_WEEKS },
          listDayFormat: { weekday: "long", day: "numeric", month: "long", year: "numeric" },
          listDaySideFormat: false,
        },
      },
      events: this.data.events.map((event, index) => ({
        id: String(index),
        ordinal: index,
        title: event.title,
        start: event.start,
        end: event.end ?? undefined,
        allDay: !isTimed(event),
        startEditable: event.movable,
      })),
      eventContent: ({ event, view }) => ({
        domNodes: this.content(this.byId.get(event.id), view.type),
      }),
      editable: true,
      eventDurationEditable: false,
      eventDragStart: ({ event }) => this.moving.mark(this.byId.get(event.id)),
      eventDragStop: () => this.moving.end(),
      // Every day takes a dose: one that is not allowed is a finding once it is proposed.
      eventAllow: ({ startStr }, { id }) => {
        this.moving.over(this.byId.get(id), startStr.slice(0, 10));
        return true;
      },
      eventClick: ({ event }) => this.choose(this.byId.get(event.id)),
      // Nothing moves before it is confirmed: the dose goes back, and its day is told. What is
      // then proposed comes with the next data.
      eventDrop: ({ event, revert }) => {
        const to = event.startStr.slice(0, 10);
        revert();
        this.choose(this.byId.get(event.id), to);
      },
      // FullCalendar writes the class attribute anew, so classes are given, not added.
      eventClassNames: ({ event }) => this.classes(this.byId.get(event.id)),
      eventDidMount: ({ event, el }) => this.dress(el, this.byId.get(event.id)),
      // A link that leads nowhere may not bear a name; the head of its column may.
      dayHeaderDidMount: ({ el }) => {
        const short = el.querySelector("a[aria-label]");
        if (!short) return;
        el.setAttribute("aria-label", short.getAttribute("aria-label"));
        short.removeAttribute("aria-label");
      },
      // A day's cell is named by all it holds, not by its date alone.
      dayCellDidMount: ({ el }) => {
        if (el.querySelector(".fc-daygrid-day-number")) el.removeAttribute("aria-labelledby");
      },
      datesSet: ({ view }) => this.moved(view),
    });
    this.calendar.render();
    for (const press of this.pressed.splice(0)) press();
    this.settle();
    if (focused !== undefined) this.focusOn(focused);
  }

  focusOn(id) {
    const nodes = [...this.grid.querySelectorAll("[data-event-id]")];
    nodes.find((node) => node.dataset.eventId === id)?.focus();
  }

  /** Go to where a day is in sight; the agenda and the year have their own beginnings. */
  bringIntoView(iso) {
    const { activeStart, activeEnd } = this.calendar.view;
    const day = new Date(`${iso}T00:00:00Z`);
    if (day < activeStart || day >= activeEnd) this.calendar.gotoDate(iso);
  }

  choose(event, to = "") {
    if (!event.choosable) return;
    this.tell?.("touched", { id: event.id, to });
    if (to) showBelow(PREVIEW);
    else afterDrawer(() => this.focusOn(event.id));
  }

  content(event, viewType) {
    const dose = element("div", "dose");
    const mark = element("span", `mark colour-${colourOf(event.phase)}`, markOf(event.phase));
    mark.setAttribute("aria-hidden", "true");
    dose.append(mark, element("span", "amount", breakable(event.title)));
    const nodes = [dose];
    const word = event.proposed ? "PROPOSED" : event.cancelled;
    if (word) nodes.push(element("div", "word", word.replace(STATE_WORD, `$1${SOFT_HYPHEN}$2`)));
    const hours = hoursText(event);
    if (viewType === "agenda") {
      const when = element("div", "hours", hours || "all day");
      const what = element("div", "what");
      what.append(...nodes);
      if (event.detail) what.append(element("div", "detail", event.detail));
      const entry = element("div", "entry");
      entry.append(when, what);
      return [entry];
    }
    if (hours) nodes.push(element("div", "hours", hours));
    if (event.detail) nodes.push(element("div", "detail", breakable(event.detail)));
    return nodes;
  }

  /**
   * A year in small months. FullCalendar's own would put what a day has no room for behind a
   * number, and no dose may be hidden.
   */
  months({ start, end }) {
    const byDay = Map.groupBy(this.data.events, (event) => event.start.slice(0, 10));
    const months = element("div", "months");
    for (const day = new Date(start); day < end; day.setUTCMonth(day.getUTCMonth() + 1)) {
      months.append(this.month(day, byDay));
    }
    return months;
  }

  month(first, byDay) {
    const table = element("table", "month");
    const title = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
    table.append(element("caption", "", title.format(first)));
    const head = table.createTHead().insertRow();
    const body = table.createTBody();
    const before = (first.getUTCDay() + WEEK_DAYS - 1) % WEEK_DAYS;
    const day = new Date(first);
    day.setUTCDate(1 - before);
    while (day.getUTCMonth() === first.getUTCMonth() || day < first) {
      const week = body.insertRow();
      for (let weekday = 0; weekday < WEEK_DAYS; weekday += 1) {
        const iso = day.toISOString().slice(0, 10);
        if (body.rows.length === 1) head.append(weekdayHead(day));
        const cell = week.insertCell();
        if (day.getUTCMonth() === first.getUTCMonth()) this.fillDay(cell, iso, byDay.get(iso) ?? []);
        day.setUTCDate(day.getUTCDate() + 1);
      }
    }
    return table;
  }

  /** A day has no room for an amount: a letter for each dose, and the rest where it is pointed at. */
  fillDay(cell, iso, events) {
    cell.dataset.date = iso;
    const today = wallClockNow().slice(0, 10) === iso;
    cell.append(element("span", today ? "number today" : "number", String(Number(iso.slice(8)))));
    for (const event of events) {
      const chip = element("span", this.classes(event).join(" "));
      chip.append(element("span", "mark", markOf(event.phase)));
      chip.firstChild.setAttribute("aria-hidden", "true");
      chip.title = accessibleText(event);
      this.dress(chip, event);
      chip.addEventListener("click", () => this.choose(event));
      cell.append(chip);
    }
  }

  classes(event) {
    const classes = ["dose-event", `colour-${colourOf(event.phase)}`];
    if (event.proposed) classes.push("proposed");
    else if (event.cancelled) classes.push("cancelled");
    if (event.choosable) classes.push("choosable");
    if (event.movable) classes.push("movable");
    return classes;
  }

  dress(node, event) {
    node.dataset.eventId = event.id;
    node.dataset.phase = String(event.phase);
    node.dataset.cancelled = String(Boolean(event.cancelled));
    node.tabIndex = 0;
    node.setAttribute("aria-label", accessibleText(event));
    if (node.tagName !== "TR") node.setAttribute("role", event.choosable ? "button" : "group");
    if (!event.choosable) return;
    if (event.movable) {
      node.setAttribute("aria-keyshortcuts", "M");
      node.setAttribute("aria-describedby", this.moving.keys.id);
    }
    node.addEventListener("keydown", (press) => {
      if (press.key === "Enter" || press.key === " ") this.choose(event);
      else if (event.movable && isLetter(press, "m")) this.moving.begin(event);
      else return;
      press.preventDefault();
    });
  }

  /** What each button does, from the first drawing on: they are pressed before all is fetched. */
  nameButtons() {
    const { step } = VIEWS.find(({ name }) => name === this.view);
    this.previous.setAttribute("aria-label", `Previous ${step}`);
    this.next.setAttribute("aria-label", `Next ${step}`);
    this.home.setAttribute("aria-label", `First day, ${dayText(this.data.firstDay)}`);
    for (const button of this.viewButtons) {
      button.setAttribute("aria-pressed", String(button.dataset.action === this.view));
    }
  }

  /** After every change of view or date: the title, the buttons and the place to keep. */
  moved(view) {
    this.title.textContent = view.title;
    this.root.dataset.view = this.view;
    this.nameButtons();
    if (this.calendar) this.date = this.calendar.getDate().toISOString().slice(0, 10);
    places.set(this.data.key, this.place());
    this.moving.draw();
    this.settle();
  }

  drawLegend() {
    const names = new Map();
    for (const event of this.data.events) names.set(event.phase, event.phase_name);
    const items = [...names].sort((one, other) => one[0] - other[0]).map(([phase, name]) => {
      const item = element("li", `colour-${colourOf(phase)}`);
      const mark = element("span", "mark", markOf(phase));
      item.append(mark, element("span", "name", name));
      return item;
    });
    for (const word of new Set(this.data.events.map((event) => event.cancelled))) {
      if (!word) continue;
      const item = element("li");
      const name = element("span", "name", word.toLowerCase());
      item.append(element("s", "sample", "struck through"), name);
      items.push(item);
    }
    this.legend.replaceChildren(...items);
  }

  /** Lay out again once the browser has done its own layout. */
  settle() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => {
      if (!this.calendar) return;
      const fitting = this.libraryView(this.view);
      if (this.calendar.view.type !== fitting) this.calendar.changeView(fitting);
      this.makeRoom();
      this.calendar.updateSize();
      this.frame = requestAnimationFrame(() => {
        this.fitWeek();
        this.markScroller();
      });
    });
  }

  /**
   * Columns wide enough for the longest word of a dose. Where those of seven days have no room, as
   * on a telephone, for the dose itself, and every other word is broken; beyond that, scroll.
   */
  makeRoom() {
    delete this.root.dataset.narrow;
    this.root.style.removeProperty("--cc-amount");
    if (this.view === "agenda" || this.view === "year") {
      this.grid.style.minWidth = "";
      return;
    }
    const toScale = this.calendar.view.type === "timeGridWeek";
    const room = this.scroller.clientWidth - FOCUS_ROOM;
    let width = this.width(CELL_PADDING, { toScale });
    if (width > room) {
      this.root.dataset.narrow = "";
      width = this.width(NARROW_PADDING, { toScale });
    }
    if (width > room && !toScale) {
      this.root.dataset.narrow = "most";
      const amounts = { least: 0, parts: WORDS.slice(0, 1) };
      width = this.width(LEAST_PADDING, amounts);
      if (width > room) {
        const shrunk = (Math.floor(room / WEEK_DAYS) - LEAST_PADDING) / (width / WEEK_DAYS - LEAST_PADDING);
        const pixels = Math.max(LEAST_AMOUNT_PIXELS, Math.floor(10 * AMOUNT_PIXELS * shrunk) / 10);
        this.root.style.setProperty("--cc-amount", `${pixels}px`);
        width = this.width(LEAST_PADDING, amounts);
      }
    }
    this.grid.style.minWidth = `${width}px`;
    const most = this.root.dataset.narrow === "most";
    for (const node of this.grid.querySelectorAll(".detail")) {
      const text = node.textContent.replaceAll(SOFT_HYPHEN, "");
      node.textContent = breakable(text, most ? WORD_ON_A_TELEPHONE : LONG_WORD);
    }
  }

  /** The width of a week whose columns have room for each part of a dose that is never broken. */
  width(padding, { least = LEAST_COLUMN, parts = WORDS, toScale = false }) {
    const column = Math.max(least, Math.ceil(this.widestWord(parts)) + padding);
    const abreast = toScale ? mostAbreast(this.data.events) : 1;
    return WEEK_DAYS * column * abreast + (toScale ? TIME_AXIS : 0);
  }

  /** The longest part of a dose that is never broken. */
  widestWord(parts) {
    const probe = element("span", "amount probe");
    this.root.append(probe);
    let widest = 0;
    for (const [part, className] of parts) {
      probe.className = `${className} probe`;
      const texts = this.data.events.map((event) => breakable(event[part]));
      for (const word of new Set(texts.flatMap((text) => text.split(/[ \u00ad]/)))) {
        probe.textContent = word;
        widest = Math.max(widest, probe.getBoundingClientRect().width);
      }
    }
    probe.remove();
    return widest;
  }

  /** A grid wider than its place can be scrolled with the keyboard. */
  markScroller() {
    const wide = this.scroller.scrollWidth > this.scroller.clientWidth + 1;
    const names = { tabindex: "0", role: "region", "aria-label": "Calendar, scrolls sideways" };
    for (const [name, value] of Object.entries(names)) {
      if (wide) this.scroller.setAttribute(name, value);
      else this.scroller.removeAttribute(name);
    }
  }

  /** In the week view a short dose gives up its detail, then its hours; never the dose. */
  fitWeek() {
    for (const node of this.grid.querySelectorAll(".fc-timegrid-event.dose-event")) {
      delete node.dataset.fit;
      node.removeAttribute("title");
      node.style.minHeight = "";
      const box = node.querySelector(".fc-event-main") ?? node;
      const excess = () => box.scrollHeight - box.clientHeight;
      for (const fit of ["no-detail", "dose-only"]) {
        if (excess() <= 1) break;
        node.dataset.fit = fit;
        node.title = node.getAttribute("aria-label");
      }
      if (excess() > 1) node.style.minHeight = `${node.offsetHeight + excess()}px`;
    }
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    this.observer.disconnect();
    this.calendar?.destroy();
    this.calendar = null;
    this.root.remove();
  }
}

export default function (component) {
  const { data, parentElement } = component;
  let instance = instances.get(parentElement);
  if (!instance) {
    instance = new CourseCalendar(parentElement);
    instances.set(parentElement, instance);
  }
  instance.lease += 1;
  const lease = instance.lease;
  instance.tell = component.setTriggerValue;
  if (data) instance.update(data);
  return () => {
    // A cleanup that comes late must not take away a calendar drawn since.
    if (instance.lease !== lease) return;
    instance.destroy();
    instances.delete(parentElement);
  };
}
