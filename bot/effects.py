"""Which effects there are: how each is sent, looked up when its answer is lost, paced, and written down."""

from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from bot.board import Board
from desk import composed, departure, receipts
from desk.delivery import Effect, Outcome, Sender, Settle, Sight
from desk.gaps import Gaps
from storage.claims import Claimed, Terms
from storage.rate_limits import Limit
from storage.states import Kind

# Slack's limits per method and workspace in a minute, of which we stay just under; one post per second and channel.
POST_SECONDS = 1.05
_POSTS = Limit(per_minute=297, burst=5)  # a larger burst would be taken from the minute's steady pace
_UPDATES = Terms(group="drawings", method="chat.update", limit=Limit(per_minute=48, burst=16))
_REACTIONS = Terms(group="drawings", method="reactions.add", limit=Limit(per_minute=48, burst=16))
_WHISPERS = Terms(group="drawings", method="chat.postEphemeral", limit=Limit(per_minute=96, burst=32))
_DELETIONS = Terms(group="drawings", method="chat.delete", limit=Limit(per_minute=48, burst=16))
_SMS = Terms(group="texts")
_SMS_LOOKS = (5.0, 15.0, 60.0)


class Texting(Protocol):
    """The sender of texts, as `sms/` has it."""

    async def send(self, claimed: Claimed) -> Outcome:
        """Send a reply."""

    async def look(self, claimed: Claimed) -> Sight:
        """Look for one whose answer was lost."""


def effects(
    board: Board, sms: Texting, gaps: Gaps, *, hold: timedelta = timedelta(), post_seconds: float = POST_SECONDS
) -> dict[str, Effect]:
    """How each kind of delivery is sent, looked up and written down.

    `hold` is the default hold of a reply, and `post_seconds` the pace in one channel.
    """
    posts = Terms(group="posts", method="chat.postMessage", limit=_POSTS, pace_seconds=post_seconds)

    def post(send: Sender, terms: Terms, settle: Settle = board.nothing_more) -> Effect:
        return Effect(terms=terms, send=send, look=board.look, settle=settle, take_back=board.take_back, absent_looks=2)

    def draw(send: Sender, terms: Terms, settle: Settle = board.nothing_more) -> Effect:
        return Effect(terms=terms, send=send, look=board.look_again, settle=settle)

    return {
        Kind.CARD: post(board.post_card, posts, board.card_posted),
        Kind.TEXT: post(board.post_texts, replace(posts, merges=True), board.posted),
        Kind.LINE: post(board.post_line, posts, composed.followed(board.posted, gaps, hold)),
        Kind.ALERT: post(board.post_alert, posts),
        Kind.NOTICE: draw(board.post_notice, replace(posts, pace_seconds=0.0)),  # rather twice than not at all
        Kind.REDRAW: replace(draw(board.redraw, _UPDATES, board.drawn), take_back=board.draw_again),
        Kind.MARK: draw(board.mark, _REACTIONS),
        Kind.WHISPER: draw(board.whisper, _WHISPERS),
        Kind.DELETION: draw(board.delete, _DELETIONS),
        Kind.REPLY: Effect(
            terms=_SMS,
            send=departure.checked(sms.send, board.database, board.clock),
            look=departure.certain(sms.look, gaps, board.database),
            settle=receipts.settle,
            take_back=receipts.tell_extra,
            look_after=_SMS_LOOKS,
            gives_up=True,
        ),
    }
