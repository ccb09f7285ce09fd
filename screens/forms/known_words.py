"""Fields of words that are offered as one types, and answered at once where they are not known.

The words stay in an ordinary text field: a list with boxes forgets what was typed when it is left
by the Tab key, and nothing that was typed may be ignored.
"""

from __future__ import annotations

from collections.abc import Callable

import htpy as h
import streamlit as st

from dosing.amputation import read_amputations
from dosing.errors import InputError
from dosing.trace import Finding
from schedules.course.facts import check_result, check_vaccination, unknown_words
from schedules.knowledge.terms import NONE, Terms, Vocabulary
from schedules.plans.patient_field import PatientField, join_words
from screens.marks import escape_markdown
from screens.parts.fields import Form, short, show_line, show_problems, show_wrong

# What stands with its date, and how it is read.
_DATED = {"results": check_result, "vaccinations": check_vaccination}


def ask_words(form: Form, field: PatientField, terms: Terms) -> str:
    """Ask for words; say what each means, or that nothing is checked of it."""
    if field.name == "amputations":
        return _ask_parts(form, field)
    known = terms.words_of(field.name)
    with st.container(gap=None, key=f"words-{form.screen}-{field.name}"):
        text = form.text(field.name, field.title, field.example, help_text=field.hint)
        words = known.parted(text)
        if check := _DATED.get(field.name):
            not_known = [word for word in words if not _holds(word, check, terms)]
        else:
            not_known = _say_what_words_mean(field, words, known)
        if not_known and len(words) > 1 and ";" not in text:
            show_line(
                f"Read as {len(words)}: {'; '.join(words)}. Where a comma belongs to a word, "
                "part the words by semicolons, and end a single one with a semicolon."
            )
        for word in not_known[-1:]:
            _offer(form, field, word, known)
    return text


def _ask_parts(form: Form, field: PatientField) -> str:
    """Ask for lost parts of the body, and say what each was read as."""
    text = form.text(field.name, field.title, field.example, help_text=field.hint)
    try:
        lost = read_amputations([word.strip() for word in text.split(",") if word.strip()])
    except InputError as error:
        show_problems(error)
        return text
    if lost is not None:
        show_line(f"= {lost}")
    return text


def _say_what_words_mean(field: PatientField, words: list[str], known: Vocabulary) -> list[str]:
    """Say what is understood and what is not, and return the words that are not known."""
    found = {word: known.find(word) for word in words if word.casefold() != NONE}
    meant = [term.name for term in found.values() if term is not None]
    if meant:
        show_line(f"= {join_words(list(dict.fromkeys(meant)))}")
    for finding in unknown_words(field.option, words, known):
        _show_finding(finding)
    return [word for word, term in found.items() if term is None]


def _holds(text: str, check: Callable[[str, Terms], list[Finding]], terms: Terms) -> bool:
    """Say how a dated word is written, or that it is not known, and return whether it holds."""
    try:
        findings = check(text, terms)
    except InputError as error:
        show_problems(error)
        return False
    for finding in findings:
        _show_finding(finding)
    if not findings:
        show_line(f"= {text}")
    return not findings


def _show_finding(finding: Finding) -> None:
    show_wrong(h.span[finding.text])


def _offer(form: Form, field: PatientField, word: str, known: Vocabulary) -> None:
    """Offer the words that may be meant by one that is not known."""
    offered = known.offered(word)
    if not offered or known.find(word) is not None:
        return
    key = f"{form.screen}-{field.name}-instead-{short(word)}"

    def take() -> None:
        chosen = st.session_state[key]
        if chosen is not None:
            before, _, after = str(form.entries.get(field.name)).rpartition(word)
            form.fill(field.name, f"{before}{chosen}{after}")

    st.pills(
        f"Instead of “{escape_markdown(word)}”",
        list(offered),
        key=key,
        format_func=lambda name: name if offered[name] == name else f"{name} ({offered[name]})",
        on_change=take,
    )
