"""How the contact's name gets into a saved reply, and what becomes of its place when there is none."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.saved_replies import fill

WORDS = st.lists(st.sampled_from(["we", "are", "Open", "at", "élan", "42"]), min_size=1, max_size=4).map(" ".join)
AROUND = st.sampled_from(
    ["{a} {name}, {b}.", "{name}, {a} {b}", "{a}, {name}.", "{a}, {name}, {b}", "{a} {name} {b}", "{a}\n{name}! {b}"]
)


@pytest.mark.parametrize(
    ("body", "named", "unnamed"),
    [
        ("Hi {name}, it is ready.", "Hi Zoë, it is ready.", "Hi, it is ready."),
        ("{name}, it is ready.", "Zoë, it is ready.", "It is ready."),
        ("{name} {NAME}: hello", "Zoë Zoë: hello", "Hello"),
        ("Thanks, {name}.", "Thanks, Zoë.", "Thanks."),
        ("Thanks, {name}, we will.", "Thanks, Zoë, we will.", "Thanks, we will."),
        ("Dear {name}!\n{name}, we are open.", "Dear Zoë!\nZoë, we are open.", "Dear!\nWe are open."),
        ("Good news {name} and friends", "Good news Zoë and friends", "Good news and friends"),
        ("Hello { Name }", "Hello Zoë", "Hello"),
        ("{name}", "Zoë", ""),
        ("{names} {} {name", "{names} {} {name", "{names} {} {name"),
    ],
)
def test_a_name_is_filled_in_or_goes_gracefully(body: str, named: str, unnamed: str) -> None:
    """With the comma or the space that set it off; what comes first then begins with a capital."""
    assert fill(body, " Zoë \n") == named
    assert fill(body, "") == unnamed


@given(st.text(max_size=200).filter(lambda body: "{" not in body), st.text(max_size=20))
def test_a_text_without_a_place_for_it_stays_as_it_is(body: str, name: str) -> None:
    """Whoever it goes to."""
    assert fill(body, name) == body.strip()


@given(st.text(max_size=100), st.sampled_from(["{name}", "\\1", "Zoë", "a,b", "{"]))
def test_a_name_is_taken_as_it_is(body: str, name: str) -> None:
    """It is never read as a place for a name again, or as anything else."""
    parts = [part.replace("{", "") for part in (body[:50], body[50:])]
    assert fill("{name}".join(["x", *parts, "x"]), name) == name.join(["x", *parts, "x"])


@given(AROUND, WORDS, WORDS)
def test_without_a_name_a_sentence_stays_one(template: str, before: str, after: str) -> None:
    """No gap, no stray comma, and every other word is there in its order."""
    body = template.replace("{a}", before).replace("{b}", after)
    filled = fill(body, "")
    assert "{" not in filled
    assert not re.search(r"  | [,.!]|,,|^[\s,.!]|,\.|[^\S\n]$", filled)
    words = r"\w+"
    assert re.findall(words, filled.casefold()) == re.findall(words, body.replace("{name}", "").casefold())


@given(st.text(alphabet=" ,{name}\n.x!", max_size=300))
def test_no_place_for_a_name_is_sent(body: str) -> None:
    """Whatever somebody has saved."""
    assert not re.search(r"\{\s*name\s*\}", fill(body, ""), re.IGNORECASE) or re.search(r"\{\s*\{", body)
