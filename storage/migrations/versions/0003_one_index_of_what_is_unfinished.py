"""one index of what is unfinished.

While nothing waits PostgreSQL takes both for equally small, and with thousands waiting it read the wrong one for each.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None

_IS_UNFINISHED = sa.text("state IN ('waiting', 'sending', 'unknown')")


def upgrade() -> None:
    op.drop_index("delivery_open", table_name="delivery")


def downgrade() -> None:
    op.create_index("delivery_open", "delivery", ["state", "ready_at"], unique=False, sqlite_where=_IS_UNFINISHED, postgresql_where=_IS_UNFINISHED)
