"""What a customer wrote arrives as written."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks import body, words
from bot.blocks.texts import texts
from desk.values import Text

NASTY = "*b* _i_ ~s~ `c` :smile: <!channel> <@U1> @here #general &lt; & > ❤️ שלום\n\n  second line"


def quote(text: str) -> list[dict[str, Any]]:
    [element] = body.quoted(text)
    return list(element.to_dict()["elements"])


def written(elements: list[dict[str, Any]]) -> str:
    return "".join(element.get("text") or element["url"] for element in elements)


def links(text: str) -> list[str]:
    return [element["url"] for element in quote(text) if element["type"] == "link"]


@given(st.text(min_size=1).filter(str.strip))
def test_every_character_arrives(text: str) -> None:
    """Links are cut out of the text, but nothing is lost, added or escaped."""
    assert written(quote(text)) == text


def test_markup_arrives_as_the_customer_wrote_it() -> None:
    """Rich text is literal: nothing pings, nothing is formatted, no name becomes an emoji."""
    assert quote(NASTY) == [{"type": "text", "text": NASTY}]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see https://example.com/a?b=1&c=2#d.", ["https://example.com/a?b=1&c=2#d"]),
        ("http://example.com.", ["http://example.com"]),
        (
            "(https://en.wikipedia.org/wiki/A_(b)) and HTTPS://X.org:8080/!",
            ["https://en.wikipedia.org/wiki/A_(b)", "HTTPS://X.org:8080/"],
        ),
        ("<https://example.com|click>", ["https://example.com"]),
        ("https://example.com/é/שלום x", ["https://example.com/é/שלום"]),
        ("https://a.com@evil.com http:// https://localhost javascript:alert(1) xhttp://a.com www.a.com", []),
        ("https://example.com/\u202egpj.exe", []),
    ],
)
def test_links_stay_clickable_and_nothing_else_becomes_one(text: str, expected: list[str]) -> None:
    """Only a whole web address is a link, without the punctuation around it, and its words are its target."""
    assert links(text) == expected
    assert written(quote(text)) == text


def test_one_text_says_who_wrote_what() -> None:
    """The notification names the contact; nobody is pinged without reason."""
    post = texts([Text(body="Are you <open> today?")], "Maria & Co")
    assert post.text == "Maria &amp; Co: Are you &lt;open&gt; today?"
    assert len(post.blocks) == 1


def test_merged_texts_keep_their_order_and_stay_apart() -> None:
    """Three texts in one post are three quotes, each with its own pictures and marks."""
    post = texts([Text(body="one"), Text(body="", pictures=2), Text(body="three", recovered=True)], "Maria")
    assert post.text == "Maria: one\nThe customer sent 2 pictures\nthree"
    assert [block["elements"][0]["elements"][0]["text"] for block in post.blocks] == [
        "one",
        "The customer sent 2 pictures",
        "three",
    ]
    assert post.blocks[2]["elements"][1]["elements"][0]["text"] == body.RECOVERED
    assert "Recovered" not in repr(post.blocks[:2])


def test_the_owner_is_mentioned_when_asked_for() -> None:
    """The mention stands in the notification and in a line of its own."""
    post = texts([Text(body="hi"), Text(body="hello?")], "Maria", mention="U1")
    assert post.text == "<@U1> 2 new texts from Maria: hi\nhello?"
    assert post.blocks[0]["text"] == {"type": "mrkdwn", "text": "<@U1> 2 new texts", "verbatim": True}
    assert texts([Text(body="hi")], "Maria", "U1").blocks[0]["text"]["text"] == "<@U1> new text"


def test_many_short_texts_still_fit_one_message() -> None:
    """3,000 characters can be 3,000 texts: all are shown, in order, in at most 50 blocks."""
    items = [Text(body=str(number)) for number in range(800)]
    post = texts(items, "Maria", "U1")
    assert len(post.blocks) <= 50
    shown = [e["elements"][0]["text"] for block in post.blocks[1:] for e in block["elements"]]
    assert shown == [item.body for item in items]


def test_a_post_without_texts_is_a_mistake() -> None:
    """There is nothing to say."""
    with pytest.raises(ValueError):
        texts([], "Maria")


@given(st.text(), st.integers(min_value=1, max_value=200))
def test_shortened_text_fits(text: str, limit: int) -> None:
    """Never longer than asked, whether Slack counts characters or UTF-16 units; untouched when short enough."""
    short = words.shorten(text, limit)
    assert words.width(short) <= limit
    assert short == text or short.endswith("…")


@given(st.text(alphabet="<&>a😀", max_size=4000))
def test_a_notification_fits_and_holds_no_broken_escape(text: str) -> None:
    """Posting and updating both take it, and nothing in it is markup."""
    fitted = words.fit(text)
    assert len(fitted.encode()) <= 3600
    assert "<" not in fitted
    plain = fitted.removesuffix("…").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert text.startswith(plain)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "less than a minute"),
        (-5, "less than a minute"),
        (1, "1 minute"),
        (27, "27 minutes"),
        (60, "1 hour"),
        (125, "2 hours 5 minutes"),
        (1440, "1 day"),
        (1445, "1 day"),
        (3 * 1440 + 120, "3 days 2 hours"),
    ],
)
def test_durations_are_said_in_words(minutes: int, said: str) -> None:
    """The largest unit or two, as people say it."""
    assert words.span(timedelta(minutes=minutes)) == said


@pytest.mark.parametrize(
    ("someone", "shown"),
    [("U1", "<@U1>"), ("W2", "<@W2>"), ("S3", "<!subteam^S3>"), ("<!here>", "&lt;!here&gt;"), ("", "")],
)
def test_mentions_are_ids_and_nothing_else(someone: str, shown: str) -> None:
    """Only a user or a group can be mentioned."""
    assert words.mention(someone) == shown
