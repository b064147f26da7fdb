"""What `/sms health` and notices to managers say, in words that a person can act on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.blocks.health import WELL, health, notice
from bot.blocks.post import Post
from desk.departure import UNREAD
from desk.values import Health, Kept, Storm, Trouble, Troubled, Waiting
from playground import blocks as kit_check

NOW = datetime(2025, 11, 22, 21, 0, tzinfo=UTC)
DATE = "<!date^1763845200^{date_short_pretty} at {time}|2025-11-22 21:00 UTC>"
URL = "https://x.slack.com/archives/C1/p1?thread_ts=1.2&cid=C1"
LINK = "<https://x.slack.com/archives/C1/p1?thread_ts=1.2&amp;cid=C1|Maria &lt;3>"

NOT_IN = " The bot is not in <#C1>: /invite it there."
UNCLEAR = " Slack did not answer clearly. It is looked for before it is posted again."
UNCLEAR_TEXT = " Twilio did not answer clearly. It is looked for there, and if it is not found, the thread asks."
TWILIO_REFUSES = (
    f"Twilio refuses our credentials since {DATE}, so no reply goes out. Ask an admin to check TWILIO_ACCOUNT_SID and "
    "TWILIO_AUTH_TOKEN."
)


def said(post: Post) -> list[str]:
    """What stands below the heading; Slack takes all of it."""
    assert kit_check.check(list(post.blocks)) == []
    assert len(post.text) <= 4000
    return [block["text"]["text"] for block in post.blocks if block["type"] == "section"]


def waiting(reason: str | None, *, is_texting: bool = False, count: int = 3) -> Waiting:
    return Waiting(inbox="Sales <1>", channel_id="C1", is_texting=is_texting, count=count, since=NOW, reason=reason)


def troubled(what: Trouble, reason: str | None = None) -> Troubled:
    return Troubled(what=what, contact="Maria <3", thread_url=URL, at=NOW, reason=reason)


def test_all_is_well_in_one_line() -> None:
    """Nothing else."""
    assert said(health(Health())) == [WELL]


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("not_in_channel", NOT_IN),
        ("is_archived", " <#C1> is archived: unarchive it."),
        ("unauthorized", " Slack refuses our token: ask an admin to set SLACK_BOT_TOKEN."),
        ("ratelimited", " Slack asks for patience."),
        ("missing_scope", " Slack says “missing_scope”: ask an admin to look. It is tried again."),
        ("ClientConnectorError", " Slack could not be reached, or did not answer. It is tried again."),
        ("internal_error", UNCLEAR),
        ("not there yet", UNCLEAR),
        ("an answer that nobody can read", UNCLEAR),
        ("the thread's root is gone", " It is tried again."),
        ("the lease was over before the call", " It is tried again."),
        (None, ""),
    ],
)
def test_what_waits_says_why(reason: str | None, why: str) -> None:
    """How much, where, since when, and what to do."""
    assert said(health(Health(waiting=(waiting(reason),)))) == [
        f"*3 posts wait for <#C1>*, the oldest since {DATE}.{why}"
    ]


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("TimeoutError", " Twilio could not be reached, or did not answer. It is tried again."),
        ("Twilio asks for patience", " Twilio asks for patience. It is tried again."),
        ("not in Twilio's list", UNCLEAR_TEXT),
        (UNREAD, " Its thread is not read back yet, which may tell that it was edited."),
        (
            "unauthorized",
            " Twilio refuses our credentials: ask an admin to check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.",
        ),
        ("an answer without a SID", UNCLEAR_TEXT),
        ("HTTP 503", UNCLEAR_TEXT),
        ("it may have left before it was edited", " It may have left before it was edited, so the thread will ask."),
        ("certainly absent", " It is tried again."),
    ],
)
def test_replies_that_wait_name_the_number(reason: str, why: str) -> None:
    """As people write it, and never as markup."""
    found = Health(waiting=(waiting(reason, is_texting=True, count=1),))
    assert said(health(found)) == [f"*1 reply waits to leave Sales &lt;1&gt;*, the oldest since {DATE}.{why}"]


def test_what_went_wrong_links_to_the_threads() -> None:
    """By what it is; a thread that is there twice is named once."""
    found = Health(
        troubles=10,
        troubled=(
            troubled(Trouble.UNCERTAIN),
            troubled(Trouble.NOT_SENT, "Not a <mobile> number."),
            troubled(Trouble.NOT_SENT, "IntegrityError"),
            troubled(Trouble.NOT_SHOWN),
            troubled(Trouble.NOT_SHOWN),
        ),
        storms=(Storm(contact="Maria <3", thread_url=None, texts=1001),),
    )
    assert said(health(found)) == [
        f"*1 reply may or may not have gone out; the thread asks*\n• {LINK}: {DATE}",
        f"*2 replies did not go out*\n• {LINK}: Not a &lt;mobile&gt; number.\n• {LINK}: {DATE}",
        f"*2 posts could not be shown: Slack refused what we drew of it*\n• {LINK}: {DATE}",
        "Before these, 5 more went the same way.",
        "*Texting in storms*\n• Maria &lt;3: 1,001 texts within ten minutes",
    ]


def test_what_nobody_can_use_is_told() -> None:
    """A number that has no inbox, and what our own code could not use."""
    found = Health(
        kept=(Kept(number="+155", count=2, since=NOW), Kept(number=None, count=1, since=NOW)),
        refused={"slack": NOW, "twilio": NOW},
    )
    assert said(health(found)) == [
        f"❗ Slack refuses our token since {DATE}, so nothing can be posted. Ask an admin to set SLACK_BOT_TOKEN.",
        f"❗ {TWILIO_REFUSES}",
        f"*2 texts to +155 wait*, the oldest since {DATE}: the number has no inbox. Ask an admin to add it to INBOXES.",
        f"*1 request could not be used yet*, the oldest since {DATE}. They are tried again; the log says why.",
    ]


@pytest.mark.parametrize("outside", ["x" * 1600, "<&>" * 533, "😀" * 800, "\n" * 1600, ""])
def test_slack_takes_it_however_much_is_wrong(outside: str) -> None:
    """The first of each kind are named, the others counted."""
    found = Health(
        refused={"slack": NOW, "twilio": NOW},
        waiting=tuple(waiting(outside) for _ in range(100)),
        troubles=10**15,
        troubled=tuple(
            Troubled(
                what=what, contact=outside, thread_url=URL + "a" * 500, at=NOW + timedelta(days=day), reason=outside
            )
            for what in Trouble
            for day in range(30)
        ),
        storms=tuple(Storm(contact=outside, thread_url=URL, texts=number) for number in range(60)),
        kept=tuple(Kept(number=outside, count=10**15, since=NOW) for _ in range(60)),
    )
    assert "And 95 more like these." in said(health(found))


NOTICE = {"since": NOW.isoformat(), "inbox": "Sales", "channel_id": "C1"}


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (
            {"what": "stuck", "is_over": False, "count": 2, "reason": "not_in_channel"},
            f"❗ Something is stuck. *2 posts wait for <#C1>*, the oldest since {DATE}.{NOT_IN}",
        ),
        ({"what": "stuck", "is_over": True}, f"Posts go into <#C1> again; they were stuck since {DATE}."),
        (
            {"what": "stuck", "is_over": True, "is_texting": True},
            f"Replies from Sales leave again; they were stuck since {DATE}.",
        ),
        (
            {"what": "twilio", "is_over": False, "mentions": ["S1", "U1"]},
            f"❗ <!subteam^S1> <@U1> {TWILIO_REFUSES}",
        ),
        (
            {"what": "slack", "is_over": True},
            f"Slack takes our token again, which it has refused since {DATE}. What waited is being posted.",
        ),
    ],
)
def test_a_notice_says_what_is_wrong_and_when_it_is_over(payload: dict[str, Any], words: str) -> None:
    """In one paragraph, which is the notification too."""
    post = notice(**{**NOTICE, **payload})
    assert said(post) == [words]
    assert post.text == words
