"""The least page that Streamlit can draw with a field: what one is compared with."""

import streamlit as st

st.text(st.text_input("Text", key="text"))
