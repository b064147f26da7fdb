"""Conversations that change their owner together: how far it is, in a modal, and what became of it."""

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import Block, SectionBlock

from bot.blocks import words
from bot.blocks.modals import modal
from bot.blocks.post import Post
from bot.blocks.said import listed
from desk.leaving import DEACTIVATED, GUEST
from desk.team_values import Receipt
from desk.transfers import DISTRIBUTION, HANDOFF

TITLES = {HANDOFF: "Hand off", DISTRIBUTION: "Distribute"}

_MOST = 20  # people, and reasons, are named; the others are counted
_NAME = 80
_REASON = 200


def progress(receipt: Receipt) -> dict[str, Any]:
    """The modal while conversations change their owner, and once it is over."""
    text = _said(receipt) if receipt.is_over else _so_far(receipt)
    return modal(title=TITLES[receipt.what], close="Close", blocks=[SectionBlock(text=words.markup(text))])


def _so_far(receipt: Receipt) -> str:
    done = sum(count for _, count in (*receipt.moved, *receipt.stayed))
    doing = "Giving out…" if receipt.what == DISTRIBUTION else "Handing off…"
    return f"{doing} {done:,} of {receipt.total:,}\nYou can close this: it goes on, and you are told what became of it."


def _said(receipt: Receipt) -> str:
    told = _headline(receipt)
    if receipt.what == DISTRIBUTION:
        told = listed(
            told, [f"{_to(to_id)}: {count:,}" for to_id, count in receipt.moved], most=_MOST, others="more people"
        )
    stayed = [f"{count:,} stayed: {words.escape(words.shorten(reason, _REASON))}" for reason, count in receipt.stayed]
    return listed(told, stayed, most=_MOST, others="more reasons")


def _headline(receipt: Receipt) -> str:
    moved = sum(count for _, count in receipt.moved)
    total = words.count(receipt.total, "conversation")
    many = total if moved == receipt.total else f"{moved:,} of {total}"
    if receipt.what == DISTRIBUTION:
        return f"Gave out {many}{':' if moved else '.'}"
    whose = "" if receipt.owner_id in (None, receipt.actor_id) else f" of {words.mention(receipt.owner_id or '')}"
    where = {to_id for to_id, _ in receipt.moved}
    if where == {None}:
        return f"Handed off {many}{whose}: {'it waits' if moved == 1 else 'they wait'} for a new owner."
    return f"Handed off {many}{whose}{''.join(f' to {_to(to_id)}' for to_id in where)}."


def _to(to_id: str | None) -> str:
    return words.mention(to_id) if to_id else "nobody"


def transferred(
    *,
    to: str,
    transfer: str,
    owner: str | None,
    total: int,
    moved: Sequence[Sequence[Any]],
    stayed: Sequence[Sequence[Any]],
    **_: object,
) -> Post:
    """The receipt, as whoever asked for it keeps it."""
    receipt = Receipt(
        what=transfer,
        is_over=True,
        actor_id=to,
        owner_id=owner,
        total=total,
        moved=tuple((to_id, count) for to_id, count in moved),
        stayed=tuple((reason, count) for reason, count in stayed),
    )
    text = _said(receipt)
    return Post.of(text, [SectionBlock(text=words.markup(text))])


def left_behind(
    *, name: str, why: str, counts: Sequence[Sequence[Any]], mentions: Sequence[str] = (), **_: object
) -> Post:
    """What somebody who is gone left behind, by inbox: channel, number and how many."""
    who = words.escape(words.shorten(words.one_line(name), _NAME))
    total = sum(count for _, _, count in counts)
    channels = [_inbox(channel_id, label) for channel_id, label, _ in counts]
    happened = {
        DEACTIVATED: f"The account of {who} is deactivated",
        GUEST: f"{who} is a guest now",
    }.get(why, f"{who} left {channels[0] if len(channels) == 1 else 'channels'}")
    are = f"{words.count(total, 'open conversation')} {'is' if total == 1 else 'are'} unassigned now"
    each = [f"{channel}: {count:,}" for channel, (_, _, count) in zip(channels, counts, strict=True)]
    called = "".join(f"{words.mention(one)} " for one in mentions[:_MOST])
    told = listed(f"{called}{happened}: {are}.", each if len(each) > 1 else [], most=_MOST)
    text = f"{told}\n`/unassigned` shows what waits."
    blocks: list[Block] = [SectionBlock(text=words.markup(text))]
    return Post.of(text, blocks)


def _inbox(channel_id: str, label: str) -> str:
    return f"<#{channel_id}>" if channel_id.isalnum() else words.escape(words.shorten(words.one_line(label), _NAME))
