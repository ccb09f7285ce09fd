"""Write every page that is made from the code and the data."""

from docs.making.pages import MADE

for path, make in MADE.items():
    path.write_text(make(), encoding="utf-8")
