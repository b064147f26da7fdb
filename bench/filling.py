"""Fills a database with conversations and ten messages for each, in some statements instead of a million use cases.

A fifth is open without an owner, most of them waiting; a twenty-fifth is open and owned, the rest is closed, half of it
owned. The conversations are spread evenly over the inboxes, and what is owned over the reps, of whom the playground's
is one. In a workspace of 100,000 conversations a rep has about 500 open ones, and 20,000 are unassigned.
"""

from sqlalchemy import text

from bench.outside import REP
from storage.database import Database

MESSAGES_EACH = 10

_AT_ONCE = 2_000  # conversations in one transaction
_SERIES = "WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})"
_AGO = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S.000000', 'now', '-' || ({seconds}) || ' seconds')",
    "postgresql": "now() - ({seconds}) * interval '1 second'",
}
_YEAR_SECONDS = 31_536_000
_YOUNGEST_SECONDS = 8_640_000  # 100 days: a bridge would read younger threads back, which Slack has never seen
_OWNER = "CASE (i / 500) % {reps} WHEN 0 THEN '{rep}' ELSE 'U0REP' || ((i / 500) % {reps}) END"

_CONTACTS = """
INSERT INTO contact (id, workspace_id, address, label, can_reply, created_at)
{series} SELECT i, 1, '+1555' || (3000000 + i), '+1 555-' || (3000000 + i), {true}, {ago} FROM n
"""
_CONVERSATIONS = """
INSERT INTO conversation (id, workspace_id, inbox_id, contact_id, status, assignee_id, counter, revision, face, read_to,
    cleared_to, unread, waiting_since, unassigned_since, closed_at, last_activity_at, last_text, created_at)
{series} SELECT i, 1, (i / 25) % {inboxes} + 1, i,
    CASE WHEN i % 5 = 0 OR i % 25 = 1 THEN 'open' ELSE 'closed' END,
    CASE WHEN i % 5 = 0 OR i % 25 % 2 = 0 THEN NULL ELSE {owner} END,
    20, 1, '', 0, 0,
    CASE WHEN (i % 5 = 0 OR i % 25 = 1) AND i % 10 <> 0 THEN i % 3 + 1 ELSE 0 END,
    CASE WHEN (i % 5 = 0 OR i % 25 = 1) AND i % 10 <> 0 THEN {ago} ELSE NULL END,
    CASE WHEN i % 5 = 0 THEN {ago} ELSE NULL END,
    CASE WHEN i % 5 = 0 OR i % 25 = 1 THEN NULL ELSE {ago} END,
    {ago}, 'Good morning, is there any news about order ' || i || '?', {ago} FROM n
"""
_THREADS = """
INSERT INTO thread (workspace_id, conversation_id, channel_id, root_ts, is_current, revision, created_at)
SELECT 1, conversation.id, inbox.channel_id, '17000' || (10000 + conversation.id) || '.000100', {true}, 1,
    conversation.created_at FROM conversation JOIN inbox ON inbox.id = conversation.inbox_id
    WHERE conversation.id BETWEEN {first} AND {last}
"""
_MESSAGES = """
INSERT INTO message (workspace_id, conversation_id, position, direction, status, body, sid, author_id, pictures, media,
    attempt, recovered, created_at)
{each} SELECT 1, conversation.id, i, CASE WHEN i % 2 = 0 THEN 'outbound' ELSE 'inbound' END,
    CASE WHEN i % 2 = 0 THEN 'delivered' ELSE 'received' END, 'Good morning, is there any news about order ' || i,
    'SM' || conversation.id || '-' || i, CASE WHEN i % 2 = 0 THEN '{rep}' END, 0, '{{}}', 1, {false},
    {ago} FROM conversation CROSS JOIN n
    WHERE conversation.id BETWEEN {first} AND {last}
"""


async def fill(database: Database, *, conversations: int, inboxes: int, reps: int) -> None:
    """Write them into a database whose workspace and inboxes are known already, with the ids 1 and 1 to `inboxes`."""
    sqlite = database.dialect == "sqlite"
    words = {
        "ago": _AGO[database.dialect].format(seconds=f"{_YOUNGEST_SECONDS} + i * 7919 % {_YEAR_SECONDS}"),
        "owner": _OWNER.format(reps=reps, rep=REP),
        "rep": REP,
        "inboxes": inboxes,
        "true": "1" if sqlite else "true",
        "false": "0" if sqlite else "false",
        "each": _SERIES.format(first=1, last=MESSAGES_EACH),
    }
    for first in range(1, conversations + 1, _AT_ONCE):
        last = min(first + _AT_ONCE - 1, conversations)
        these = {**words, "first": first, "last": last, "series": _SERIES.format(first=first, last=last)}
        async with database.transaction() as session:
            connection = await session.connection()
            for statement in (_CONTACTS, _CONVERSATIONS, _THREADS, _MESSAGES):
                await connection.execute(text(statement.format(**these).replace(":", r"\:")))


async def analyze(database: Database) -> None:
    """What PostgreSQL does by itself within a minute or so."""
    async with database.writer.connect() as connection:
        outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await outside.exec_driver_sql("VACUUM ANALYZE")
