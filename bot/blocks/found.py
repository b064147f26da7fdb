"""What a search has found: a private answer, in rows like those of a queue."""

import json
from datetime import datetime

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    LinkButtonElement,
    RichTextBlock,
    RichTextElementParts,
    RichTextSectionElement,
    SectionBlock,
    TextObject,
)

from bot.blocks import actions, words
from bot.blocks.menu import SOMEBODY
from bot.blocks.place import Place
from bot.blocks.post import Post
from bot.blocks.queue import contact, fact, state
from desk.values import Found, Hit, Match

_QUERY = 100
_LAST_TEXT = 120
_CUSTOMER = "Customer"
_BY_ITSELF = "Sent by itself"


def found(found: Found) -> Post:
    """The hits, how far the search has looked, and how to go on."""
    query = words.shorten(words.one_line(found.query), _QUERY)
    title = f"Found · {query}" if found.hits else f"Nothing found · {query}"
    blocks: list[Block] = [HeaderBlock(text=words.plain(words.shorten(title, 150)))]
    for hit in found.hits:
        blocks += [*_row(hit, found), DividerBlock()]
    if found.has_more:
        told = "There is more than is shown here. Say more of what you seek: another word, or the whole number."
        blocks.append(SectionBlock(text=words.plain(told)))
    if found.is_partial:
        blocks.append(SectionBlock(text=words.plain("There was no time to look at every contact: say more of it.")))
    if found.looked_back_to is not None:
        told = f"What was said was looked through back to {words.date(found.looked_back_to)}; then the time was up."
        blocks.append(SectionBlock(text=words.markup(told)))
        blocks.append(ActionsBlock(elements=[_further(found.query, found.looked_back_to)]))
    told = (
        f"Looked for in names, numbers, labels, notes about customers, and the last {found.days} days of what was said."
    )
    blocks.append(ContextBlock(elements=[words.plain(told)]))
    names = ", ".join(contact(hit.row) for hit in found.hits)
    return Post.of(words.fit(f"{title}. {names}" if names else f"{title}."), blocks)


def parse_further(value: str) -> tuple[str, datetime]:
    """What was sought, and how far. It comes from outside: anything else raises ValueError."""
    match json.loads(value):
        case [str(query), str(before)]:
            return query, datetime.fromisoformat(before)
    raise ValueError(f"Not a search: {value[:80]!r}")


def _further(query: str, before: datetime) -> ButtonElement:
    value = json.dumps([query, before.isoformat()], ensure_ascii=False)
    return ButtonElement(text=words.plain("Look further back"), action_id=actions.FIND_FURTHER, value=value)


def _row(hit: Hit, found: Found) -> list[Block]:
    bold = RichTextElementParts.TextStyle(bold=True)
    lines = [RichTextSectionElement(elements=[RichTextElementParts.Text(text=contact(hit.row), style=bold)])]
    parts = [
        RichTextElementParts.Text(text=text, style=bold if is_hit else None) for text, is_hit in _said(hit) if text
    ]
    if parts:
        lines.append(RichTextSectionElement(elements=list(parts)))
    blocks: list[Block] = [RichTextBlock(elements=lines), ContextBlock(elements=_facts(hit, found))]
    row = hit.row
    if row.thread_url:
        place = Place(conversation_id=row.conversation_id, revision=row.revision, thread=row.thread)
        link = LinkButtonElement(text=words.plain("Open thread"), url=row.thread_url, action_id=actions.OPEN_THREAD)
        blocks.append(ActionsBlock(block_id=place.encode("found"), elements=[link]))
    return blocks


def _said(hit: Hit) -> list[tuple[str, bool]]:
    """Whose words they are, and the words."""
    if hit.where is Match.CONTACT:
        return [(words.shorten(words.one_line(hit.row.last_text), _LAST_TEXT), False)]
    by = words.shorten(words.one_line(hit.by or ""), _QUERY)
    whose = {
        Match.LABEL: "Label",
        Match.ABOUT: "Note about the customer",
        Match.INBOUND: _CUSTOMER,
        Match.OUTBOUND: by or _BY_ITSELF,
        Match.NOTE: f"Note by {by or SOMEBODY}",
    }[hit.where]
    return [(f"{whose}: ", False), *hit.excerpt]


def _facts(hit: Hit, found: Found) -> list[TextObject]:
    row = hit.row
    facts: list[TextObject] = []
    if words.one_line(row.number) not in ("", contact(row)):
        facts.append(fact(row.number))
    facts.append(words.markup(state(row)))
    facts.append(fact(f"Owner: {row.assignee_name or SOMEBODY}" if row.assignee_id else "No owner"))
    if found.inboxes > 1:
        facts.append(fact(f"to {row.inbox}"))
    if hit.at is not None:
        facts.append(words.markup(f"said {words.date(hit.at)}"))
    if row.thread_url is None:
        facts.append(fact("Its thread is being posted"))
    return facts
