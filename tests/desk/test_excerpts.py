"""What is shown around a hit, how words are compared, and which digits of a query are a number's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.find import _digits, excerpt
from storage.search import fold, has_all

TEXTS = st.text(alphabet="aAsSßẞéE\u0301 İi\u0131\u041aк\u03c3ςΣ日🎉.", max_size=400)


def _whole(parts: tuple[tuple[str, bool], ...]) -> str:
    return "".join(text for text, _ in parts)


@pytest.mark.parametrize(
    ("text", "query", "parts"),
    [
        ("Is it ready?", "READY", (("Is it ", False), ("ready", True), ("?", False))),
        ("Die Straße ist zu", "strasse", (("Die ", False), ("Straße", True), (" ist zu", False))),
        ("ПРИВЕТ, Анна", "привет", (("ПРИВЕТ", True), (", Анна", False))),
        ("Cafe\u0301 at nine", "café", (("Café", True), (" at nine", False))),
        ("100% off_now", "% _", (("100", False), ("%", True), (" off", False), ("_", True), ("now", False))),
        ("two\n lines", "lines two", (("two", True), (" ", False), ("lines", True))),
        ("nothing", "else", (("nothing", False),)),
        ("", "else", ()),
    ],
)
def test_a_hit_is_marked(text: str, query: str, parts: tuple[tuple[str, bool], ...]) -> None:
    """Whatever its case and script, in the words as they were written."""
    assert excerpt(text, fold(query).split()) == parts


def test_a_long_text_is_cut_around_the_hit() -> None:
    """So that it is seen."""
    parts = excerpt("x " * 300 + "needle" + " y" * 300, ["needle"])
    assert parts[0] == parts[-1] == ("…", False)
    assert ("needle", True) in parts
    assert len(_whole(parts)) <= 170


@given(TEXTS, st.lists(TEXTS.map(lambda text: fold(text).strip()).filter(bool), min_size=1, max_size=3))
def test_an_excerpt_is_of_the_text(text: str, sought: list[str]) -> None:
    """Its stretches are one after another in the text; something is marked when there is a hit."""
    shown = excerpt(text, sought)
    assert fold(_whole(shown).strip("…")) in fold(" ".join(text.split()))
    assert any(hit for _, hit in shown) == any(word in fold(" ".join(text.split())) for word in sought)


@given(TEXTS, TEXTS)
def test_a_text_is_found_by_its_words(text: str, other: str) -> None:
    """Within whatever surrounds them."""
    assert has_all(f"{other} {text} {other}", fold(text).split())


@pytest.mark.parametrize(
    ("query", "digits"),
    [
        ("+1 (415) 555-0123", "14155550123"),
        ("0044 7400 123456", "447400123456"),
        ("07400 123456", "7400123456"),
        ("+44 (0)20 7946 0018", "442079460018"),
        ("0123", "123"),
        ("\u0661\u0662\u0663", "123"),
        ("12", ""),
        ("order 12345", ""),
        ("0", ""),
        ("-", ""),
    ],
)
def test_a_number_is_sought_in_any_notation(query: str, digits: str) -> None:
    """What is dialled only within a country is no part of it; too few digits are in too many numbers."""
    assert _digits(query) == digits
