"""The App Home: one's own queue, what nobody owns, whether one is away, and for managers the load of each rep."""

from collections.abc import Iterator, Sequence
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.blocks import actions, words
from bot.blocks.menu import SOMEBODY
from bot.blocks.place import Place
from bot.blocks.queue import listing
from bot.blocks.said import cut
from desk.team_values import Away, HomePage, Load, Unassigned

NO_INBOX = "You are not in the channel of any inbox yet. Join one, and its conversations show up here."
MOST_INBOXES = 15
MOST_LOADS = 100

_NAME = 60
_LINES = 40  # of the load in one block


def home(page: HomePage) -> dict[str, Any]:
    """The view that `views.publish` takes: at most 100 blocks, whatever there is."""
    blocks: list[Block] = []
    if page.queue is None:
        blocks.append(SectionBlock(text=words.plain(NO_INBOX)))
    else:
        blocks += [*listing(page.queue), DividerBlock(), *_presence(page)]
    if page.unassigned:
        blocks += [DividerBlock(), HeaderBlock(text=words.plain("Unassigned")), *_inboxes(page)]
    if page.is_manager and page.queue is not None:
        title = HeaderBlock(text=words.plain("Open conversations by owner"))
        blocks += [DividerBlock(), title, *_load(page.load), _settings()]
    return dict(View(type="home", blocks=blocks).to_dict())


def _presence(page: HomePage) -> Iterator[Block]:
    yield ContextBlock(elements=[words.markup(_where(page.away))])
    here = ("I'm back", actions.BACK) if page.away else ("I'm away…", actions.AWAY)
    buttons = [here, ("Hand off…", actions.HAND_OFF)]
    yield ActionsBlock(
        block_id=Place().encode("presence"),
        elements=[ButtonElement(text=words.plain(label), action_id=id_) for label, id_ in buttons],
    )


def _where(away: Away | None) -> str:
    if away is None:
        return "You are here: colleagues can give you conversations."
    return f"You are away{f' until {words.date(away.until)}' if away.until else ''}: you are offered last in menus."


def _inboxes(page: HomePage) -> Iterator[Block]:
    for inbox in page.unassigned[:MOST_INBOXES]:
        yield SectionBlock(text=words.markup(_waiting(inbox)))
        buttons = [("Open queue", actions.OPEN_QUEUE)]
        if page.is_manager:
            buttons += [("Distribute", actions.DISTRIBUTE), ("Inbox settings", actions.INBOX_SETTINGS)]
            buttons += [("Alert settings", actions.ALERT_SETTINGS)]
        place = Place(inbox_id=inbox.inbox_id)
        yield ActionsBlock(
            block_id=place.encode("inbox"),
            elements=[
                ButtonElement(text=words.plain(label), action_id=id_, value=str(inbox.inbox_id))
                for label, id_ in buttons
            ],
        )
    more = len(page.unassigned) - MOST_INBOXES
    if more > 0:
        others = words.count(more, "more inbox", "more inboxes")
        yield ContextBlock(elements=[words.plain(f"And {others}: /unassigned shows them all.")])


def _waiting(inbox: Unassigned) -> str:
    name = f"*{words.escape(words.shorten(words.one_line(inbox.inbox), _NAME))}* in <#{inbox.channel_id}>"
    if not inbox.count:
        return f"{name}: every open conversation has an owner."
    verb = "waits" if inbox.count == 1 else "wait"
    since = f", the oldest since {words.date(inbox.oldest_since)}" if inbox.oldest_since else ""
    return f"{name}: {words.count(inbox.count, 'conversation')} {verb} for an owner{since}."


def _load(load: Sequence[Load]) -> Iterator[Block]:
    if not load:
        yield SectionBlock(text=words.plain("Nobody owns an open conversation."))
    lines = [_load_line(one) for one in load[:MOST_LOADS]]
    for start in range(0, len(lines), _LINES):
        yield SectionBlock(text=words.markup(cut("\n".join(lines[start : start + _LINES]))))
    if len(load) > MOST_LOADS:
        others = words.count(len(load) - MOST_LOADS, "more rep")
        yield ContextBlock(elements=[words.plain(f"And {others} with {load[MOST_LOADS].open:,} open at most.")])


def _load_line(load: Load) -> str:
    """What one rep has to do, in counts; their name pings nobody."""
    name = words.escape(words.shorten(words.one_line(load.name), _NAME)) or SOMEBODY
    away = ", away" if load.is_away else ""
    return f"{name}: {load.open:,} open, {load.unread:,} unread{away}"


def _settings() -> Block:
    return ActionsBlock(
        block_id=Place().encode("settings"),
        elements=[ButtonElement(text=words.plain("People"), action_id=actions.PEOPLE_SETTINGS)],
    )
