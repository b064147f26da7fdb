"""What the databases leave out is never what matches: both find what folding in Python finds."""

from datetime import UTC, datetime, timedelta

import pytest

from storage import conversations, messages, search, workspaces
from storage import inboxes as inbox_rows
from storage.database import connect
from storage.migrations import migrate
from storage.states import Direction, MessageStatus

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TEXTS = [
    *("Straße", "STRASSE", "strasse", "ﬁne", "FINE", "\u212aelvin", "kelvin", "İstanbul", "istanbul", "ΟΔΥΣΣΕΥΣ"),
    *(
        "οδυσσευς",
        "100%",
        "a_b",
        "a\\b",
        "axb",
        "Привет",
        "ПРИВЕТ",
        "cafe\u0301",
        "CAFÉ",
        "日本",
        "\U0001f389",
        "",
        "a\nb",
    ),
]
QUERIES = [
    *(
        "strasse",
        "straße",
        "fine",
        "kelvin",
        "istanbul",
        "οδυσσεύς",
        "οδυσσευσ",
        "%",
        "_",
        "\\",
        "a_b",
        "привет",
        "café",
    ),
    *("日", "\U0001f389", "a", "ss", "b a", "nothing"),
]


async def test_a_database_finds_what_folding_finds(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In any script and case, with wildcards as letters; in pieces, the newest first, and however many there are."""
    monkeypatch.setattr(search, "PIECE", 7)
    monkeypatch.setattr(search, "_NEWEST", 3)
    database = connect(database_url)
    await migrate(database)
    async with database.write() as session:
        workspace = await workspaces.ensure(
            session, team_id="T1", name="Acme", url="https://acme.slack.com/", bot_user_id="U0", now=NOON
        )
        await inbox_rows.ensure(session, workspace_id=workspace.id, number="+1", label="1", channel_id="C1", now=NOON)
        [inbox] = await inbox_rows.list_(session, workspace.id)
        for number, text in enumerate(TEXTS):
            at = NOON + timedelta(minutes=number)
            contact = await conversations.add_contact(
                session, workspace_id=workspace.id, address=f"+2{number}", label=f"L{number}", can_reply=True, now=at
            )
            contact.name = text or None
            conversation = await conversations.ensure(
                session, workspace_id=workspace.id, inbox_id=inbox.id, contact_id=contact.id, now=at
            )
            await messages.add(
                session,
                conversation,
                direction=Direction.INBOUND,
                status=MessageStatus.RECEIVED,
                body=text,
                created_at=at,
            )
    scope = search.Scope(workspace_id=workspace.id, inbox_ids=(inbox.id,))
    elsewhere = search.Scope(workspace_id=workspace.id, inbox_ids=(inbox.id + 1,))
    async with database.read() as session:
        for query in QUERIES:
            sought = search.fold(query).split()
            expected = [text for text in reversed(TEXTS) if search.has_all(text, sought)]
            before, found = NOON + timedelta(days=1), []
            while before > NOON:
                begin = await search.begin_of_piece(session, scope, before=before, since=NOON)
                found += [
                    one.body async for one in search.list_said(session, scope, sought, since=begin, before=before)
                ]
                assert not [
                    one async for one in search.list_said(session, elsewhere, sought, since=begin, before=before)
                ]
                before = begin
            assert found == expected, query
            up_to, names = await search.last_conversation(session), set[str]()
            while up_to > 0:
                contacts = await search.list_contacts(session, scope, sought, "", up_to=up_to)
                names |= {one.name for one in contacts if search.has_all(one.name, sought)}
                up_to -= search.PIECE
            assert names == set(expected) - {""}, query
    await database.close()
