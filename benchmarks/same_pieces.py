"""A page with as many pieces as the Plan page draws for a changed field, and nothing computed."""

import streamlit as st

PAUSE = "400ms"


@st.fragment
def draw() -> None:
    """Draw fields with what they understood, ticks, folded parts, lines of HTML and files."""
    for name in ("label", "initials"):
        st.text_input(name, key=name, live=PAUSE)
    for name in ("text", "age", "weight", "height"):
        with st.container(gap=None, key=f"field-{name}"):
            typed = st.text_input(name, key=name, live=PAUSE)
            st.html(f"<p>= {typed}</p>")
    for number in range(2):
        st.radio(f"choice {number}", ["one", "other"], key=f"choice-{number}", index=None)
    for number in range(3):
        st.checkbox(f"tick {number}", key=f"tick-{number}")
    for number in range(4):
        st.expander(f"folded {number}", key=f"folded-{number}", on_change="rerun")
    st.tabs(["Calendar", "Timeline", "Table", "Entered"], key="views", on_change="rerun")
    for number in range(9):
        st.html(f"<p>line {number}</p>")
    with st.container(horizontal=True, key="files"):
        st.download_button("file", lambda: b"", file_name="file.txt", key="file", on_click="ignore")
        st.popover("other files", key="other-files", on_change="rerun")


draw()
