const DRAWER = ".st-key-dose-drawer";
const WAITS = 50;
const WAIT_MILLISECONDS = 100;

const later = () => new Promise((waited) => setTimeout(waited, WAIT_MILLISECONDS));

/** Once the drawer that a dose has opened is closed, the focus is back on the dose. */
async function afterDrawer(focus) {
  const isOpen = () => document.querySelector(DRAWER) !== null;
  for (let wait = 0; wait < WAITS && !isOpen(); wait += 1) await later();
  while (isOpen()) await later();
  if (document.activeElement === document.body) focus();
}
