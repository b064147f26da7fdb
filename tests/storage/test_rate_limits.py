"""What is known of a budget is what stands in the database."""

from datetime import UTC, datetime

from storage import rate_limits, workspaces
from storage.database import connect
from storage.migrations import migrate
from storage.rate_limits import Limit

POST, LIMIT = "chat.postMessage", Limit(per_minute=297, burst=5)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def test_a_second_look_sees_what_was_spent_since(database_url: str) -> None:
    """The worker that has spent the last of it sleeps until the next is there, and no longer."""
    database = connect(database_url)
    await migrate(database)
    async with database.write() as session:
        team = await workspaces.ensure(
            session, team_id="T1", name="Team", url="http://slack.test/", bot_user_id="U0", now=NOON
        )
        clock, none = await rate_limits.look(session)
        assert none == []
        assert await rate_limits.spend(session, team.id, POST, LIMIT, clock=clock)
        _, [budget] = await rate_limits.look(session)
        assert rate_limits.wait(budget, LIMIT, clock=clock) < 0
        while await rate_limits.spend(session, team.id, POST, LIMIT, clock=clock):
            pass
        _, [budget] = await rate_limits.look(session)
        assert 0 < rate_limits.wait(budget, LIMIT, clock=clock) <= LIMIT.interval
    await database.close()
