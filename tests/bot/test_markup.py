"""What a rep writes in Slack, as the contact reads it; and what stays inside."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import emoji_names, markup
from bot.markup import Names

NAMES = Names(
    people={"U1": "Ana Silva", "U2": "<b>*Bo*</b> &amp; co"},
    channels={"C1": "returns"},
    groups={"S1": "night-shift"},
)


def escape(text: str) -> str:
    """What Slack makes of typed text before it stores it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str) -> str:
    return markup.to_plain(text, NAMES)


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("Hello <@U1>!", "Hello @Ana Silva!"),
        ("<@U1|ana> and <@U9|ben> and <@U9>", "@Ana Silva and @ben and someone"),
        ("<@U2>", "@<b>*Bo*</b> &amp; co"),
        (
            "see <#C1>, <#C1|old-name>, <#C9|sales>, <#C9|>, <#C9>",
            "see #returns, #returns, #sales, a channel, a channel",
        ),
        ("<!subteam^S1|@nights> <!subteam^S9|@days> <!subteam^S9>", "@night-shift @days a group"),
        ("<!here> <!here|here> <!channel> <!everyone>", "@here @here @channel @everyone"),
        ("by <!date^1392734382^{date_short}^https://example.com/|18 Feb>", "by 18 Feb"),
        ("by <!date^1392734382^{date_short}>", "by a date"),
        ("<!unheard-of|of this>", "of this"),
        ("<!unheard-of>", "unheard-of"),
    ],
)
def test_mentions_are_read_as_names(stored: str, read: str) -> None:
    """People, groups, channels and dates are words; ids are never shown."""
    assert plain(stored) == read


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("<https://example.com/a?b=1&amp;c=2>", "https://example.com/a?b=1&c=2"),
        ("<https://example.com|our shop>", "our shop (https://example.com)"),
        ("<http://example.com|example.com>", "example.com"),
        ("<https://Example.com/|example.com>", "example.com"),
        ("<https://example.com/a?b&amp;c|https://example.com/a?b&amp;c>", "https://example.com/a?b&c"),
        ("<https://example.com|R&amp;D :wave:>", "R&D 👋 (https://example.com)"),
        ("<https://example.com|at *5* `now`>", "at *5* `now` (https://example.com)"),
        ("<mailto:a@example.com|a@example.com>", "a@example.com"),
        ("<mailto:a@example.com?subject=Hi|write us>", "write us (a@example.com)"),
        ("<mailto:a@example.com>", "a@example.com"),
        ("<tel:+14155550123|(415) 555-0123>", "(415) 555-0123"),
        ("<tel:+14155550123|call us>", "call us (+14155550123)"),
        ("<tel:+14155550123>", "+14155550123"),
        ("<https://example.com/_a_/*b*/~c~>", "https://example.com/_a_/*b*/~c~"),
        (
            "https://example.com/_a_/b_ and *https://example.com/c*.",
            "https://example.com/_a_/b_ and https://example.com/c.",
        ),
        ("&lt;https://example.com?a&amp;b&gt;", "<https://example.com?a&b>"),
    ],
)
def test_links_keep_their_address(stored: str, read: str) -> None:
    """The contact sees label and address, or one of them when both say the same."""
    assert plain(stored) == read


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("*bold* _italic_ ~gone~ `code`", "bold italic gone code"),
        ('(*bold*), "_it_": *x*.', '(bold), "it": x.'),
        ("*_~all of it~_*", "all of it"),
        ("*two words _and more_ here*", "two words and more here"),
        ("*<@U1> has <https://example.com|it>* :wave:_now_", "@Ana Silva has it (https://example.com) 👋now"),
        ("*a\nb*", "*a\nb*"),
        ("*not closed", "*not closed"),
        ("*fi*rst*", "fi*rst"),
        ("*one *two*", "*one two"),
    ],
)
def test_formatting_goes(stored: str, read: str) -> None:
    """Bold, italic, struck and code are read without their marks."""
    assert plain(stored) == read


@pytest.mark.parametrize(
    "typed",
    [
        "2*3*4",
        "2 * 3 * 4",
        "2 *3 *4",
        "snake_case_name and _private and __init__",
        "~5 people, ~6 tables",
        "*terms apply",
        "price* and more*",
        "**twice**",
        "* * *",
        "*/5 * * * *",
        "(╯°□°)╯ ^_^ -_- *_* *.* T_T",
        r"¯\_(ツ)_/¯",
        "10:30:45, 10:100:00, a:b:c, std::max",
        "it costs 5 < 6 > 4 & 3",
        "`` ``` `",
        "don`t, can`t",
        "<b>not ours</b> <> < >",
        "1. one\n    a. two\n- three",
        "> quoted",
    ],
)
def test_what_is_no_formatting_stays(typed: str) -> None:
    """Sums, names of variables, shrugs and times arrive as they were typed."""
    assert plain(escape(typed)) == typed


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("`*a* :wave: &lt;b&gt; <https://example.com>`", "*a* :wave: <b> https://example.com"),
        ("run ```\nx = *p\n\ty_ = _z_\n```\nand\n", "run \nx = *p\n\ty_ = _z_\nand\n"),
        ("```one```two", "one\ntwo"),
        ("```a``` ", "a\n "),
        ("```not closed", "```not closed"),
    ],
)
def test_code_is_read_as_typed(stored: str, read: str) -> None:
    """Nothing inside code is formatting, and a block has lines of its own."""
    assert plain(stored) == read


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("Thanks :+1: :wave::skin-tone-3: :heart: :flag-us:", "Thanks 👍 👋🏼 ❤️ 🇺🇸"),
        (":handshake::skin-tone-2-4:", "🫱🏻‍🫲🏽"),
        (":handshake::skin-tone-2-2:", "🤝🏻"),
        (":rocket::skin-tone-2:", "🚀"),
        (":partyparrot: :partyparrot::skin-tone-2: :my_own_one:", ":partyparrot: :partyparrot: :my_own_one:"),
        ("done:white_check_mark:, at 10:30:smile:", "done✅, at 10:30😄"),
        (":100: points, plan :b:", "💯 points, plan 🅱️"),
        (":éclair:", ":éclair:"),
    ],
)
def test_emoji_names_become_emoji(stored: str, read: str) -> None:
    """Standard names are emoji with their skin tone; a workspace's own stay words."""
    assert plain(stored) == read


def test_lists_and_quotes_stay_readable() -> None:
    """Bullets of every level become dashes, numbers and quotations stay."""
    stored = "Bring:\n• *ID*\n    ◦ or passport\n        ▪\ufe0e both\n1. come\n&gt; as _you_ said • so"
    read = "Bring:\n- ID\n    - or passport\n        - both\n1. come\n> as you said • so"
    assert plain(stored) == read


def test_entities_are_decoded_once() -> None:
    """Who types `&lt;` gets `&lt;`, not `<`."""
    assert plain("&amp;lt; &amp;amp; &lt;@U1&gt; &quot;") == "&lt; &amp; <@U1> &quot;"


def test_line_ends_are_one_character() -> None:
    """Windows and old Mac line ends cost no extra character."""
    assert plain("a\r\nb\rc\n") == "a\nb\nc\n"


ANYTHING = st.text(alphabet=st.one_of(st.sampled_from("*_~`<>&;:|@#!^/. \n\rab1•👋"), st.characters()), max_size=80)
TAGS = st.sampled_from(
    ["<@U1>", "<@U9|x>", "<#C9|>", "<!here>", "<!subteam^S9>", "<!date^1^x|y>", "<https://e.io|l>", "<mailto:a@b|a@b>"]
)


@given(ANYTHING)
def test_no_text_raises(text: str) -> None:
    """Whatever Slack sends, every function here answers."""
    plain(text)
    markup.is_note(text)
    markup.without_prefix(text)
    assert markup.people_in(text) | markup.channels_in(text) is not None


@given(ANYTHING.filter(lambda text: not re.search(r"[*_~`:•◦▪\r]", text)))
def test_words_arrive_as_typed(text: str) -> None:
    """Without formatting, what a person typed is exactly what the contact reads."""
    assert plain(escape(text)) == text


@given(ANYTHING.filter(lambda text: not re.search(r"[:•◦▪\r]|```", text)))
def test_only_marks_are_ever_removed(text: str) -> None:
    """Formatting costs marks and nothing else."""

    def bare(words: str) -> str:
        return re.sub(r"[*_~`]", "", words)

    assert bare(plain(escape(text))) == bare(text)


@given(st.lists(st.one_of(ANYTHING.map(lambda text: text.replace("<", "").replace("&", "")), TAGS)))
def test_no_markup_remains(parts: list[str]) -> None:
    """Nothing of Slack's angle brackets reaches a contact, wherever they stand."""
    read = plain("".join(parts))
    assert "<@" not in read
    assert "<!" not in read


@pytest.mark.parametrize(
    "bit", ["*", "`", "```", "``` ", "<", "<@", "<a:", ":", ":a", "_a", "*a ", "&", "http://", "&lt;", "// "]
)
def test_long_texts_take_no_time(bit: str) -> None:
    """A text made to be slow is not: the work grows with its length only."""
    text = bit * 20_000
    started = time.process_time()
    plain(text)
    markup.is_note(text)
    markup.without_prefix(text)
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "text",
    [
        "<@U1> can you?",
        "ok <@U1|ana>",
        "<!subteam^S1|@nights>",
        "<!subteam^S1>",
        "ask <!here|here>",
        "<!channel>",
        "<!everyone>",
        "`<@U1>`",
        "look @here",
        "@channel",
    ],
)
def test_speaking_to_a_colleague_is_a_note(text: str) -> None:
    """A person, a group or everybody mentioned anywhere keeps the message inside."""
    assert markup.mentions(text)
    assert markup.is_note(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "see <#C1|returns>",
        "<https://example.com/@here|x>",
        "mail <mailto:me@here.com|me@here.com>",
        "&lt;@U1&gt; &lt;!here&gt;",
        "<!date^1^{date}|today>",
        "https://example.com",
        "<https://example.com>",
        "a // b",
        "Notes: two",
        "as noted: no",
        "/shrug",
        "privately: no",
    ],
)
def test_an_answer_is_no_note(text: str) -> None:
    """Channel links, web addresses and words that only look alike go to the contact."""
    assert not markup.is_note(text)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("// call him", "call him"),
        ("  //call him", "call him"),
        ("NOTE: call him", "call him"),
        ("Private:\ncall him", "call him"),
        ("*note:* call *him*", "call *him*"),
        ("*_note:_* call", "call"),
        ("_// call him_", "_call him_"),
        ("\ufeff/// note: call him", "call him"),
        ("\u200e// call him", "call him"),
        ("\u2066note:\u2069 call him", "call him"),
        ("&gt; // call him", "call him"),
        ("• private: call him", "call him"),
        ("\uff0f\uff0f call him", "call him"),
        ("//", ""),
    ],
)
def test_a_prefix_marks_a_note_and_can_be_dropped(text: str, rest: str) -> None:
    """A message that begins with a prefix as its writer sees it is a note; `Send as SMS` sends the rest."""
    assert markup.note_prefix(text)
    assert markup.is_note(text)
    assert markup.without_prefix(text) == rest


@given(ANYTHING.filter(lambda text: not markup.note_prefix(text)))
def test_no_prefix_nothing_dropped(text: str) -> None:
    """A note that is one for its mention goes out whole."""
    assert markup.without_prefix(text) == text


@given(ANYTHING)
def test_a_strangers_text_pings_nobody(text: str) -> None:
    """Escaped text has no angle bracket and no entity of its own; unescaping gives it back."""
    safe = escape(text)
    assert "<" not in safe
    assert ">" not in safe
    assert safe.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == text


def test_quoting_marks_every_line() -> None:
    """A quotation holds all lines of a text, escaped."""


def test_ids_can_be_looked_up_beforehand() -> None:
    """The caller learns whose names are needed."""
    text = "<@U1> <@W2|x> <#C1|a> <#C2> <!subteam^S1|@a> <!here> &lt;@U3&gt;"
    assert markup.people_in(text) == {"U1", "W2"}
    assert markup.channels_in(text) == {"C1", "C2"}


def test_an_unknown_emoji_has_no_character() -> None:
    """Only the standard set is known."""
    assert emoji_names.character("partyparrot") is None
    assert emoji_names.character("thumbsup", "6") == "👍🏿"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (" Done :tada: :+1::skin-tone-3: ", "Done 🎉 👍🏼"),
        ("At 10:30:00, <b> & *stars* @here", "At 10:30:00, <b> & *stars* @here"),
        ("a\r\nb\rc\0", "a\nb\nc"),
        (":nothing: x", ":nothing: x"),
    ],
)
def test_what_is_typed_in_a_modal_is_plain_text(text: str, plain: str) -> None:
    """Slack escapes nothing there and knows no markup, but gives emoji by their names."""
    assert markup.typed(text) == plain
