"""The migrations and the models are one schema."""

from datetime import UTC, datetime, timedelta

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, bindparam, text
from sqlalchemy import select as core_select
from sqlmodel import SQLModel, col
from sqlmodel.sql.sqltypes import UTCDateTime

from storage.database import connect
from storage.migrations import configured, migrate
from storage.models import History

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
_TIME = bindparam("at", type_=UTCDateTime())


def _differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), SQLModel.metadata))


async def test_the_migrations_make_what_the_models_say(database_url: str) -> None:
    """After the last migration nothing differs from the models; migrating again changes nothing."""
    database = connect(database_url)
    await migrate(database)
    await migrate(database)
    async with database.reader.connect() as connection:
        assert await connection.run_sync(_differences) == []
    await database.close()


async def test_foreign_keys_hold_after_migrating(tmp_path: object) -> None:
    """SQLite lets them rest during a migration; afterwards a row that points nowhere is refused."""
    database = connect(f"sqlite:///{tmp_path}/keys.db")
    await migrate(database)
    async with database.writer.connect() as connection:
        assert (await connection.exec_driver_sql("PRAGMA foreign_keys")).scalar() == 1
    await database.close()


def _downgrade(connection: Connection) -> None:
    command.downgrade(configured(connection), "0003")


_BEFORE = """
INSERT INTO workspace (id, team_id, name, url, bot_user_id, created_at) VALUES (1, 'T', 'T', 'u', 'B', :at);
INSERT INTO inbox (id, workspace_id, number, label, channel_id, alert_count, alert_minutes, alert_again_count,
    alert_again_minutes, alert_clear, created_at) VALUES (1, 1, '+1', 'a', 'C', 1, 1, 1, 1, 1, :at);
INSERT INTO contact (id, workspace_id, address, label, can_reply, created_at) VALUES (1, 1, '+2', 'b', :yes, :at);
INSERT INTO conversation (id, workspace_id, inbox_id, contact_id, status, counter, revision, face, read_to, cleared_to,
    unread, last_activity_at, last_text, created_at) VALUES (1, 1, 1, 1, 'open', 0, 0, '', 0, 0, 0, :at, '', :at)
"""
_MESSAGE = """
INSERT INTO message (workspace_id, conversation_id, position, direction, status, body, pictures, media, attempt,
    recovered, created_at) VALUES (1, 1, :position, 'inbound', 'received', '', 0, '{}', 1, :no, :at)
"""
_HISTORY = """
INSERT INTO history (workspace_id, conversation_id, what, "before", "after", created_at)
VALUES (1, 1, :what, :before, :after, :at)
"""


async def test_old_changes_say_how_a_conversation_stood(database_url: str) -> None:
    """What was written before a change said so is told from what came before it."""
    database = connect(database_url)
    await migrate(database)
    about = {"at": AT, "yes": True}
    changes = [
        ("claimed", None, "U1", 0),
        ("resolved", "Send again", "7:1", 1),
        ("closed", None, None, 2),
        ("resolved", "It arrived", "8:1", 3),
        ("reopened_by_text", "U1", "U1", 4),
        ("released", "U1", None, 5),
    ]
    async with database.writer.connect() as connection, connection.begin():
        await connection.run_sync(_downgrade)
        for statement in _BEFORE.split(";"):
            known = {name: value for name, value in about.items() if f":{name}" in statement}
            await connection.execute(text(statement).bindparams(_TIME), known)
        for position, minutes in ((2, 0), (5, 2), (9, 60)):
            row = {"position": position, "no": False, "at": AT + timedelta(minutes=minutes)}
            await connection.execute(text(_MESSAGE).bindparams(_TIME), row)
        for what, before, after, minutes in changes:
            change = {"what": what, "before": before, "after": after, "at": AT + timedelta(minutes=minutes)}
            await connection.execute(text(_HISTORY).bindparams(_TIME), change)
    await migrate(database)
    columns = (col(History.what), col(History.status), col(History.owner_id), col(History.position))
    async with database.reader.connect() as connection:
        rows = (await connection.execute(core_select(*columns).order_by(col(History.id)))).all()
    assert [tuple(row) for row in rows] == [
        ("claimed", "open", "U1", 2),
        ("resolved", "open", "U1", 2),
        ("closed", "closed", "U1", 5),
        ("resolved", "closed", "U1", 5),
        ("reopened_by_text", "open", "U1", 5),
        ("released", "open", None, 5),
    ]
    await database.close()
