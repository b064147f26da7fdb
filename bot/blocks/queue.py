"""A queue: a private answer that lists conversations, with what can be done about each."""

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    ExternalDataSelectElement,
    HeaderBlock,
    LinkButtonElement,
    PlainTextObject,
    RichTextBlock,
    RichTextElementParts,
    RichTextSectionElement,
    SectionBlock,
    TextObject,
)

from bot.blocks import actions, snooze, words
from bot.blocks.menu import SOMEBODY, assignee_menu
from bot.blocks.place import Place
from bot.blocks.post import Post
from desk.values import Filter, Page, Queue, Row

PAGE_SIZE = 10  # four blocks for each row, and Slack takes 50

TITLES = {Queue.MINE: "Your queue", Queue.UNASSIGNED: "Unassigned", Queue.INBOX: "Inbox"}
FILTERS = {
    Queue.MINE: (Filter.ALL, Filter.UNREAD, Filter.OPEN, Filter.SNOOZED, Filter.CLOSED),
    Queue.UNASSIGNED: (Filter.OPEN, Filter.CLOSED),
    Queue.INBOX: (Filter.ALL, Filter.OPEN, Filter.SNOOZED, Filter.CLOSED),
}
EMPTY = {
    (Queue.MINE, Filter.ALL): "Nothing here yet. Conversations you claim or are given will show up here.",
    (Queue.MINE, Filter.UNREAD): "All read. You are up to date.",
    (Queue.MINE, Filter.OPEN): "Nothing waits for you. Enjoy the quiet.",
    (Queue.MINE, Filter.SNOOZED): "Nothing of yours is snoozed.",
    (Queue.MINE, Filter.CLOSED): "None of your conversations is closed yet.",
    (Queue.UNASSIGNED, Filter.OPEN): "Every open conversation has an owner. Well done, all.",
    (Queue.UNASSIGNED, Filter.CLOSED): "No closed conversation is without an owner.",
    (Queue.INBOX, Filter.ALL): "No texts yet. The first one will open a conversation here.",
    (Queue.INBOX, Filter.OPEN): "No open conversations. Everyone has been looked after.",
    (Queue.INBOX, Filter.SNOOZED): "No conversation is snoozed.",
    (Queue.INBOX, Filter.CLOSED): "No closed conversations yet.",
}

_NAME = 150
_LAST_TEXT = 120
_FACT = 100
_Pressable = ButtonElement | ExternalDataSelectElement


def queue(page: Page) -> Post:
    names = ", ".join(contact(row) for row in page.rows)
    return Post.of(words.fit(f"{_title(page)}. {_empty(page) or names}"), listing(page))


def listing(page: Page) -> list[Block]:
    """The title, the filters, the rows and the paging of a queue."""
    blocks: list[Block] = [
        HeaderBlock(text=words.plain(_title(page))),
        ActionsBlock(block_id=_place(page).encode(_kind("filters", page)), elements=_filters(page)),
    ]
    for row in page.rows:
        blocks += [*_row(row, page), DividerBlock()]
    empty = _empty(page)
    if empty:
        blocks.append(SectionBlock(text=words.plain(empty)))
    if _pages(page) > 1:
        blocks.append(ContextBlock(elements=[words.plain(_position(page))]))
    blocks.append(ActionsBlock(block_id=_place(page).encode(_kind("paging", page)), elements=_paging(page)))
    return blocks


def _title(page: Page) -> str:
    return f"{TITLES[page.queue]} · {_count(page.total, page)}"


def _place(page: Page, row: Row | None = None) -> Place:
    return Place(
        conversation_id=row.conversation_id if row else None,
        revision=row.revision if row else 0,
        queue=page.queue,
        filter=page.filter,
        inbox_id=page.inbox_id,
        page=page.number,
        thread=row.thread if row else None,
    )


def _kind(name: str, page: Page) -> str:
    """Every drawing has ids of its own, so that a menu whose choice was refused goes back to what is true."""
    return f"{name}-{int(page.now.timestamp() * 1000)}"


def contact(row: Row) -> str:
    return words.shorten(words.one_line(row.contact) or words.one_line(row.number) or "Unknown number", _NAME)


def _filters(page: Page) -> list[ButtonElement]:
    return [
        ButtonElement(
            text=words.plain(
                f"{which.capitalize()} {_count(page.counts[which], page)}"
                if which in page.counts
                else which.capitalize()
            ),
            action_id=actions.filter_id(which),
            style="primary" if which == page.filter else None,
        )
        for which in FILTERS[page.queue]
        if which is not Filter.SNOOZED or page.counts.get(which) or page.filter is which
    ]


def _row(row: Row, page: Page) -> list[Block]:
    bold = RichTextElementParts.TextStyle(bold=True)
    lines = [RichTextSectionElement(elements=[RichTextElementParts.Text(text=contact(row), style=bold)])]
    last_text = words.shorten(words.one_line(row.last_text), _LAST_TEXT)
    if last_text:
        lines.append(RichTextSectionElement(elements=[RichTextElementParts.Text(text=last_text)]))
    blocks: list[Block] = [RichTextBlock(elements=lines), ContextBlock(elements=_facts(row, page))]
    pressable = _pressable(row, page)
    if pressable:
        blocks.append(ActionsBlock(block_id=_place(page, row).encode(_kind("row", page)), elements=pressable))
    return blocks


def _facts(row: Row, page: Page) -> list[TextObject]:
    facts: list[TextObject] = [words.markup(state(row))]
    if row.unread:
        facts.append(words.markup(f"*{row.unread:,} unread*"))
    if row.assignee_id and page.queue is not Queue.MINE:
        facts.append(fact(f"Owner: {row.assignee_name or SOMEBODY}"))
    elif page.queue is Queue.INBOX:
        facts.append(fact("No owner"))
    if page.inboxes > 1:
        facts.append(fact(f"to {row.inbox}"))
    if row.labels:
        facts.append(fact(f"🏷 {', '.join(row.labels)}"))
    if row.thread_url is None:
        facts.append(fact("Its thread is being posted"))
    return facts


def fact(text: str) -> PlainTextObject:
    return words.plain(words.shorten(words.one_line(text), _FACT))


def state(row: Row) -> str:
    if row.is_snoozed:
        return f"💤 Snoozed {snooze.until(row.snoozed_until)}"
    if not row.is_open:
        return f"Closed, last active {words.date(row.last_activity_at)}"
    if row.waiting_since:
        return f"Waiting since {words.date(row.waiting_since)}"
    return f"Answered, last active {words.date(row.last_activity_at)}"


def _pressable(row: Row, page: Page) -> list[_Pressable]:
    elements: list[_Pressable] = []
    if row.thread_url:
        elements.append(
            LinkButtonElement(text=words.plain("Open thread"), url=row.thread_url, action_id=actions.OPEN_THREAD)
        )
    if row.is_open and row.assignee_id is None:
        elements.append(ButtonElement(text=words.plain("Claim"), action_id=actions.CLAIM, style="primary"))
    if page.queue is not Queue.INBOX:
        elements.append(assignee_menu(row.assignee_id, row.assignee_name))
    return elements


def _count(number: int, page: Page) -> str:
    return f"{number:,}" if number <= page.counted_to else f"{page.counted_to:,}+"


def _pages(page: Page) -> int:
    return max(1, -(-min(page.total, page.counted_to) // page.size))


def _position(page: Page) -> str:
    more = "+" if page.total > page.counted_to else ""
    return f"Page {min(page.number + 1, _pages(page))} of {_pages(page)}{more}"


def _paging(page: Page) -> list[ButtonElement]:
    buttons = []
    if page.number > 0:
        earlier = min(page.number, _pages(page)) - 1
        buttons.append(ButtonElement(text=words.plain("Previous"), action_id=actions.page_id(earlier)))
    if page.number + 1 < _pages(page):
        buttons.append(ButtonElement(text=words.plain("Next"), action_id=actions.page_id(page.number + 1)))
    if page.distribute is not None and page.rows:
        distribute = ButtonElement(
            text=words.plain("Distribute"), action_id=actions.DISTRIBUTE, value=str(page.distribute)
        )
        buttons.append(distribute)
    return [*buttons, ButtonElement(text=words.plain("Refresh"), action_id=actions.REFRESH)]


def _empty(page: Page) -> str:
    if page.rows:
        return ""
    if page.total:
        return "Nothing is left on this page."
    return EMPTY.get((page.queue, page.filter), "Nothing here.")
