"""How things are, as `/sms health` shows it to one person, and what managers are told of a trouble. Never a text."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from slack_sdk.models.blocks import Block, HeaderBlock, SectionBlock

from bot.blocks import words
from bot.blocks.post import Post
from bot.blocks.said import listed
from desk.values import Health, Kept, Storm, Trouble, Troubled, Waiting

TITLE = "Health"
WELL = "All is well: nothing is late, and nothing needs a decision."

_MOST = 5  # of each kind are named, and the others counted
_NAME = 75
_SENTENCE = 300
_MOST_MENTIONS = 50
_CHANNEL = re.compile(r"[CG][A-Z0-9]+")
_SAID = re.compile(r"[a-z]+(_[a-z]+)+")
_NO_ANSWER = re.compile(r"\w*(Error|Exception|Timeout)")
_HTTP = re.compile(r"HTTP [0-9]+")

_REFUSED = {
    "slack": "Slack refuses our token since {since}, so nothing can be posted. Ask an admin to set SLACK_BOT_TOKEN.",
    "twilio": (
        "Twilio refuses our credentials since {since}, so no reply goes out. Ask an admin to check TWILIO_ACCOUNT_SID "
        "and TWILIO_AUTH_TOKEN."
    ),
}
_TAKEN_AGAIN = {
    "slack": "Slack takes our token again, which it has refused since {since}. What waited is being posted.",
    "twilio": (
        "Twilio takes our credentials again, which it has refused since {since}. Replies that did not go out can be "
        "sent again in their threads."
    ),
}
_TRIED_AGAIN = "It is tried again."
_UNCLEAR = "Slack did not answer clearly. It is looked for before it is posted again."
_UNCLEAR_TEXT = "Twilio did not answer clearly. It is looked for there, and if it is not found, the thread asks."
_WHY = {
    "not_in_channel": "The bot is not in {channel}: /invite it there.",
    "channel_not_found": "The bot cannot see {channel}: /invite it there, or ask an admin whether it was deleted.",
    "is_archived": "{channel} is archived: unarchive it.",
    "restricted_action": "Slack does not let the bot post in {channel}: ask an admin to allow it.",
    "ratelimited": "Slack asks for patience.",
    "rate_limited": "Slack asks for patience.",
    "unauthorized": "Slack refuses our token: ask an admin to set SLACK_BOT_TOKEN.",
    **dict.fromkeys(("internal_error", "fatal_error", "service_unavailable", "request_timeout"), _UNCLEAR),
    **dict.fromkeys(("an answer that nobody can read", "not there yet"), _UNCLEAR),
}
_WHY_NOT_SENT = {
    "Twilio asks for patience": f"Twilio asks for patience. {_TRIED_AGAIN}",
    "unauthorized": "Twilio refuses our credentials: ask an admin to check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.",
    "its thread is not read back yet": "Its thread is not read back yet, which may tell that it was edited.",
    "it may have left before it was edited": "It may have left before it was edited, so the thread will ask.",
    **dict.fromkeys(("an answer without a SID", "not in Twilio's list"), _UNCLEAR_TEXT),
}
_HEADINGS = {
    Trouble.UNCERTAIN: "may or may not have gone out; the thread asks",
    Trouble.NOT_SENT: "did not go out",
    Trouble.NOT_SHOWN: "could not be shown: Slack refused what we drew of it",
}


def health(found: Health) -> Post:
    """What is wrong, the gravest first; all is well in one line."""
    told = list(_told(found)) or [WELL]
    blocks: list[Block] = [HeaderBlock(text=words.plain(TITLE))]
    blocks += [SectionBlock(text=words.markup(one)) for one in told]
    return Post.of(f"{TITLE}. {told[0]}", blocks)


def _told(found: Health) -> Iterator[str]:
    for who, since in found.refused.items():
        yield f"❗ {_REFUSED[who].format(since=words.date(since))}"
    yield from _each([_waiting(one) for one in found.waiting])
    for what in Trouble:
        troubled = [one for one in found.troubled if one.what is what]
        if troubled:
            yield _listed(f"*{_counted(what, len(troubled))}*", map(_troubled, troubled))
    older = found.troubles - len(found.troubled)
    if older > 0:
        yield f"Before these, {words.count(older, 'more', 'more')} went the same way."
    if found.storms:
        yield _listed("*Texting in storms*", map(_storm, found.storms))
    yield from _each([_kept(one) for one in found.kept])


def _each(told: Sequence[str]) -> Iterator[str]:
    yield from told[:_MOST]
    if len(told) > _MOST:
        yield f"And {len(told) - _MOST:,} more like these."


def _listed(heading: str, items: Iterable[str]) -> str:
    """What is the same for several is said once."""
    return listed(heading, list(dict.fromkeys(items)), most=_MOST)


def _counted(what: Trouble, number: int) -> str:
    noun = "post" if what is Trouble.NOT_SHOWN else "reply"
    return f"{words.count(number, noun, {'post': 'posts', 'reply': 'replies'}[noun])} {_HEADINGS[what]}"


def _waiting(one: Waiting) -> str:
    why = _why(one.reason, one.channel_id, is_texting=one.is_texting)
    return f"*{_stuck(one)}*, the oldest since {words.date(one.since)}.{why}"


def _stuck(one: Waiting) -> str:
    wait = "waits" if one.count == 1 else "wait"
    if one.is_texting:
        return f"{words.count(one.count, 'reply', 'replies')} {wait} to leave {_inbox(one.inbox)}"
    return f"{words.count(one.count, 'post')} {wait} for {_channel(one.channel_id)}"


def _why(reason: str | None, channel_id: str, *, is_texting: bool) -> str:
    """Why something waits, as sentences to follow others; nothing when it was not tried yet.

    What only our own code would understand is not told.
    """
    if reason is None:
        return ""
    known = _WHY_NOT_SENT if is_texting else _WHY
    if reason in known:
        return f" {known[reason].format(channel=_channel(channel_id))}"
    if _NO_ANSWER.fullmatch(reason):
        return f" {'Twilio' if is_texting else 'Slack'} could not be reached, or did not answer. {_TRIED_AGAIN}"
    if is_texting and _HTTP.fullmatch(reason):
        return f" {_UNCLEAR_TEXT}"
    if not is_texting and _SAID.fullmatch(reason):
        return f" Slack says “{reason}”: ask an admin to look. {_TRIED_AGAIN}"
    return f" {_TRIED_AGAIN}"


def _troubled(one: Troubled) -> str:
    is_said = one.reason is not None and not _NO_ANSWER.fullmatch(one.reason)
    said = words.escape(words.shorten(words.one_line(one.reason or ""), _SENTENCE)) if is_said else words.date(one.at)
    return f"{_thread(one.contact, one.thread_url)}: {said}"


def _storm(one: Storm) -> str:
    return f"{_thread(one.contact, one.thread_url)}: {words.count(one.texts, 'text')} within ten minutes"


def _kept(one: Kept) -> str:
    since = words.date(one.since)
    if one.number is None:
        many = words.count(one.count, "request")
        return f"*{many} could not be used yet*, the oldest since {since}. They are tried again; the log says why."
    number = words.escape(words.shorten(words.one_line(one.number), _NAME))
    wait = f"{words.count(one.count, 'text')} to {number} {'waits' if one.count == 1 else 'wait'}"
    return f"*{wait}*, the oldest since {since}: the number has no inbox. Ask an admin to add it to INBOXES."


def _thread(contact: str, url: str | None) -> str:
    who = words.escape(words.shorten(words.one_line(contact), _NAME)) or "Unknown number"
    return f"<{words.escape(url)}|{who}>" if url else who


def _channel(channel_id: str) -> str:
    return f"<#{channel_id}>" if _CHANNEL.fullmatch(channel_id) else words.escape(channel_id)


def _inbox(label: str) -> str:
    return words.escape(words.shorten(words.one_line(label), _NAME))


def notice(
    what: str,
    *,
    since: str,
    is_over: bool,
    inbox: str = "",
    channel_id: str = "",
    is_texting: bool = False,
    count: int = 0,
    reason: str | None = None,
    mentions: Sequence[str] = (),
    **_: object,
) -> Post:
    """Draw a stored payload: `what` is `stuck`, or who refuses us (`slack`, `twilio`)."""
    at = datetime.fromisoformat(since)
    if what in _REFUSED:
        text = (_TAKEN_AGAIN if is_over else _REFUSED)[what].format(since=words.date(at))
    elif is_over:
        works = f"Replies from {_inbox(inbox)} leave" if is_texting else f"Posts go into {_channel(channel_id)}"
        text = f"{works} again; they were stuck since {words.date(at)}."
    else:
        stuck = Waiting(inbox=inbox, channel_id=channel_id, is_texting=is_texting, count=count, since=at, reason=reason)
        text = f"Something is stuck. {_waiting(stuck)}"
    text = f"{'' if is_over else '❗ '}{''.join(f'{words.mention(one)} ' for one in mentions[:_MOST_MENTIONS])}{text}"
    return Post.of(text, [SectionBlock(text=words.markup(text))])
