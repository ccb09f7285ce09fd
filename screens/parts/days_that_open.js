/*
 * Doses in tables and lists: the button of a dose opens its drawer, and so does a click beside it
 * where row or cell hold one dose alone.
 */
const DOSE = "button[data-dose]";

function onlyOneIn(place) {
  const doses = place?.querySelectorAll(DOSE) ?? [];
  return doses.length === 1 ? doses[0] : null;
}

function doseAt(clicked) {
  const button = clicked.closest(DOSE);
  const cell = clicked.closest(".opening :is(td, th[scope=row])");
  // Who marks a text to copy it, or unfolds it, opens nothing.
  if (button || !cell?.textContent || clicked.closest("summary")) return button;
  if (!getSelection().isCollapsed) return null;
  return onlyOneIn(cell) ?? onlyOneIn(cell.closest("tr"));
}

export default function ({ setTriggerValue }) {
  const press = ({ target }) => {
    const dose = doseAt(target);
    if (!dose) return;
    const { dose: id } = dose.dataset;
    setTriggerValue("opened", id);
    const drawn = () => document.querySelector(`button[data-dose="${CSS.escape(id)}"]`);
    afterDrawer(() => (dose.isConnected ? dose : drawn())?.focus());
  };
  document.addEventListener("click", press);
  return () => document.removeEventListener("click", press);
}
