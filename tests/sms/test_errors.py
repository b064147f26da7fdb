"""Twilio's error codes, as a rep reads them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms import errors

REFUSED = (20003, 20404, 20429, 21211, 21212, 21214, 21265, 21266, 21408, 21602, 21606, 21608, 21610, 21611, 21612)
REFUSED_TOO = (21614, 21617, 21635, 21659, 21660)
UNDELIVERED = (*range(30001, 30009), 30010, 30022, 30023, 30032, 30034, 30410, 30450, 30453, 30500, 63016, 63038)
KNOWN = (*REFUSED, *REFUSED_TOO, *UNDELIVERED)

# A fair outcome of one word: what the rep can do next.
ADVICE = re.compile(
    r"retry|call|check|ask an admin|wait|write|send|another way|can text|cannot text itself", re.IGNORECASE
)


@pytest.mark.parametrize("code", KNOWN)
def test_each_known_code_says_what_happened_and_what_to_do(code: int) -> None:
    """One or two plain sentences with advice, without the code or any number that could be a contact's."""
    failure = errors.explain(code)
    assert str(code) not in failure.sentence
    assert failure != errors.explain(99999)
    assert 1 <= len(re.findall(r"\.(?: |$)", failure.sentence)) <= 2
    assert failure.sentence.endswith(".")
    assert ADVICE.search(failure.sentence)
    assert not re.search(r"\d{5}|\+\d", failure.sentence)


@pytest.mark.parametrize("code", KNOWN)
def test_the_words_and_the_button_agree(code: int) -> None:
    """Who reads "retry" finds the button, and who finds the button reads of it."""
    failure = errors.explain(code)
    assert ("retry" in failure.sentence.lower()) is failure.retry


@pytest.mark.parametrize("code", [20003, 20429, 21408, 21611, 30001, 30003, 30008, 30022, 30410, 63038])
def test_what_passes_can_be_retried(code: int) -> None:
    """Trouble that passes, or that an admin can end, offers Retry."""
    assert errors.explain(code).retry


@pytest.mark.parametrize("code", [21211, 21610, 21614, 21617, 30004, 30005, 30006, 30007, 30032, 30034, 63016])
def test_what_would_fail_again_cannot_be_retried(code: int) -> None:
    """The same text to the same number would meet the same end."""
    assert not errors.explain(code).retry


def test_only_an_opt_out_is_one() -> None:
    """The code of STOP alone tells us that the contact does not want texts; a block by the carrier does not."""
    assert errors.explain(21610).opted_out
    assert not any(errors.explain(code).opted_out for code in KNOWN if code != 21610)


def test_an_unknown_code_is_named() -> None:
    """What we have no words for is said in general, with the code for whoever looks it up."""
    assert "(error 39999)" in errors.explain(39999).sentence
    assert errors.explain(39999).retry


def test_no_code_is_still_a_sentence() -> None:
    """Twilio may fail a text without saying why."""
    assert "gave no reason" in errors.explain(None).sentence
    assert "None" not in errors.explain(None).sentence


@given(st.one_of(st.none(), st.integers()))
def test_any_code_is_a_sentence(code: int | None) -> None:
    """No code raises."""
    assert errors.explain(code).sentence.endswith(".")
