"""A field for a file, named to a screen reader: Streamlit labels it and hides that it is there."""

from __future__ import annotations

import streamlit as st

# The role says that there is nothing, beside a label and a place for the focus: a browser has to
# guess. What was chosen has a label and no role. Streamlit draws these fields whenever it likes, so
# that each is looked for as it comes.
_SCRIPT = """
const FIELD = '[data-testid="stFileUploaderDropzone"][role="presentation"]';
const HIDDEN = `${FIELD}, .stFileChip:not([role])`;

export default function () {
  const name = () => {
    for (const field of document.querySelectorAll(HIDDEN)) field.setAttribute("role", "group");
  };
  name();
  const drawn = new MutationObserver(name);
  drawn.observe(document.body, { childList: true, subtree: true });
  return () => drawn.disconnect();
}
"""

_naming = st.components.v2.component("posology_upload_group", js=_SCRIPT)


def name_upload_groups() -> None:
    """Have a screen reader say which file a button asks for, wherever one is asked for."""
    # Without a key: Streamlit looks at each component that has one for each field that is drawn.
    with st.container(key="upload-groups"):
        _naming()
