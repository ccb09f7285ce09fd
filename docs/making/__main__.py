"""Write every page that is made from the code and the data."""

from docs.making.pages import made_pages

for path, text in made_pages().items():
    path.write_text(text, encoding="utf-8")
