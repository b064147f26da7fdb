"""Stop and start: the words by which a contact opts out of an inbox's texts and in again.

Carriers and Twilio act on these words themselves and answer them. We only keep up with them, so that nobody writes
to a contact who stopped, and nothing automatic ever is.
"""

from enum import StrEnum


class Keyword(StrEnum):
    """What a text asks for that is nothing but one of the words."""

    STOP = "stop"
    START = "start"
    HELP = "help"


_WORDS = {
    **dict.fromkeys(
        ("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke"),
        Keyword.STOP,
    ),
    **dict.fromkeys(("start", "yes", "unstop"), Keyword.START),
    **dict.fromkeys(("help", "info"), Keyword.HELP),
}


def word(body: str, opt_out_type: str | None = None) -> Keyword | None:
    """Return what a text asks for, if the whole of it is such a word.

    `opt_out_type` is the provider's own reading of it (it may know more words in more languages), which counts first.
    """
    told = _WORDS.get((opt_out_type or "").strip().lower())
    return told or _WORDS.get(body.strip().lower())


def after(stopped: bool, body: str, opt_out_type: str | None = None) -> bool:  # noqa: FBT001 - the state it turns into
    """Return whether a contact is stopped once this text has come; YES means START only to one who was stopped."""
    match word(body, opt_out_type):
        case Keyword.STOP:
            return True
        case Keyword.START:
            return False
        case _:
            return stopped
