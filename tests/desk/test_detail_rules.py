"""Labels as people write them, and as two of them change them at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk import details
from desk.errors import LabelTooLong, TooManyLabels

WORDS = st.sampled_from(["billing", "Billing", "BILLING", "refund", "vip", "Straße", "STRASSE"])
LABELS = st.lists(WORDS, max_size=6).map(details.tidy)


def folded(names: list[str]) -> set[str]:
    return {name.casefold() for name in names}


def test_a_label_is_one_line_and_each_is_there_once() -> None:
    """The first spelling stays; what is empty is none."""
    assert details.tidy([" late \n order ", "", "\t", "Late Order", "vip", "VIP", "a\x00b"]) == [
        "late order",
        "vip",
        "ab",
    ]
    assert details.tidy(["cafe\u0301", "caf\u00e9"]) == ["caf\u00e9"]


def test_what_is_too_long_or_too_many_is_refused_in_a_sentence() -> None:
    """It says which, and what the limit is."""
    assert details.tidy(["x" * 30]) == ["x" * 30]
    with pytest.raises(LabelTooLong, match=r"at most 30 characters, and “x{31}” has 31"):
        details.tidy(["x" * 31])
    assert len(details.tidy([str(number) for number in range(10)])) == 10
    with pytest.raises(TooManyLabels, match="at most 10 labels"):
        details.tidy([str(number) for number in range(11)])


@given(LABELS, LABELS)
def test_alone_one_gets_what_one_chose(shown: list[str], chosen: list[str]) -> None:
    """In the spelling that was there first."""
    after = details.changed(shown, shown, chosen)
    assert folded(after) == folded(chosen)
    assert all(name in shown for name in after if name.casefold() in folded(shown))


@given(LABELS, LABELS, LABELS)
def test_what_a_colleague_changed_meanwhile_stays(shown: list[str], chosen: list[str], current: list[str]) -> None:
    """Only what this person has added is added, and what they have taken away is gone."""
    after = folded(details.changed(current, shown, chosen))
    added, removed = folded(chosen) - folded(shown), folded(shown) - folded(chosen)
    assert after == (folded(current) - removed) | added


def test_a_note_is_told_apart_by_its_digest() -> None:
    """It is short, and differs."""
    assert details.digest("") != details.digest("x") != details.digest("x ")
    assert len(details.digest("x" * 1000)) == 16
