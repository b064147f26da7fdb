"""the whole desk."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0004"
down_revision: str | None = "0003"
branch_labels: str | None = None
depends_on: str | None = None

# How a conversation stood after each change that is known already.
_HOW_IT_STOOD = """
UPDATE history SET
    status = CASE (
        SELECT h.what FROM history h WHERE h.conversation_id = history.conversation_id AND h.id <= history.id
            AND h.what IN ('closed', 'reopened', 'reopened_by_text', 'reopened_unassigned') ORDER BY h.id DESC LIMIT 1
    ) WHEN 'closed' THEN 'closed' ELSE 'open' END,
    owner_id = (
        SELECT h."after" FROM history h WHERE h.conversation_id = history.conversation_id AND h.id <= history.id
            AND h.what IN ('claimed', 'assigned', 'released', 'reopened_by_text', 'reopened_unassigned')
            ORDER BY h.id DESC LIMIT 1
    ),
    position = coalesce((
        SELECT max(m.position) FROM message m
            WHERE m.conversation_id = history.conversation_id AND m.created_at <= history.created_at
    ), 0)
"""


def upgrade() -> None:
    op.create_table("home",
    sa.Column("workspace_id", sa.Integer(), nullable=False),
    sa.Column("user_id", AutoString(), nullable=False),
    sa.Column("opened_at", UTCDateTime(), nullable=False),
    sa.Column("filter", AutoString(), nullable=False),
    sa.Column("page", sa.Integer(), nullable=False),
    sa.Column("shown", AutoString(), nullable=False),
    sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
    sa.PrimaryKeyConstraint("workspace_id", "user_id")
    )
    op.create_table("manager",
    sa.Column("workspace_id", sa.Integer(), nullable=False),
    sa.Column("user_id", AutoString(), nullable=False),
    sa.Column("source", AutoString(), nullable=False),
    sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
    sa.PrimaryKeyConstraint("workspace_id", "user_id", "source")
    )
    op.create_table("rep",
    sa.Column("workspace_id", sa.Integer(), nullable=False),
    sa.Column("user_id", AutoString(), nullable=False),
    sa.Column("is_new", sa.Boolean(), nullable=False),
    sa.Column("capacity", sa.Integer(), nullable=True),
    sa.Column("skills", sa.JSON(), nullable=False),
    sa.Column("away_since", UTCDateTime(), nullable=True),
    sa.Column("away_until", UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
    sa.PrimaryKeyConstraint("workspace_id", "user_id")
    )
    op.create_table("transfer",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("workspace_id", sa.Integer(), nullable=False),
    sa.Column("what", AutoString(), nullable=False),
    sa.Column("actor_id", AutoString(), nullable=True),
    sa.Column("source", AutoString(), nullable=False),
    sa.Column("owner_id", AutoString(), nullable=True),
    sa.Column("note", AutoString(), nullable=False),
    sa.Column("view_id", AutoString(), nullable=True),
    sa.Column("created_at", UTCDateTime(), nullable=False),
    sa.Column("finished_at", UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
    sa.PrimaryKeyConstraint("id")
    )
    with op.batch_alter_table("transfer", schema=None) as batch_op:
        batch_op.create_index("transfer_departure", ["workspace_id", "owner_id"], unique=True, sqlite_where=sa.text("what = 'departure' AND finished_at IS NULL"), postgresql_where=sa.text("what = 'departure' AND finished_at IS NULL"))
        batch_op.create_index("transfer_view", ["workspace_id", "view_id"], unique=True, sqlite_where=sa.text("view_id IS NOT NULL"), postgresql_where=sa.text("view_id IS NOT NULL"))
        batch_op.create_index("transfer_unfinished", ["id"], unique=False, sqlite_where=sa.text("finished_at IS NULL"), postgresql_where=sa.text("finished_at IS NULL"))

    op.create_table("backlog_sample",
    sa.Column("inbox_id", sa.Integer(), nullable=False),
    sa.Column("at", UTCDateTime(), nullable=False),
    sa.Column("workspace_id", sa.Integer(), nullable=False),
    sa.Column("count", sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"]),
    sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
    sa.PrimaryKeyConstraint("inbox_id", "at")
    )
    op.create_table("saved_reply",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("workspace_id", sa.Integer(), nullable=False),
    sa.Column("inbox_id", sa.Integer(), nullable=False),
    sa.Column("name", AutoString(), nullable=False),
    sa.Column("body", AutoString(), nullable=False),
    sa.Column("author_id", AutoString(), nullable=False),
    sa.Column("created_at", UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"]),
    sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
    sa.PrimaryKeyConstraint("id"),
    sa.UniqueConstraint("inbox_id", "name")
    )
    op.create_table("conversation_label",
    sa.Column("conversation_id", sa.Integer(), nullable=False),
    sa.Column("name", AutoString(), nullable=False),
    sa.Column("workspace_id", sa.Integer(), nullable=False),
    sa.Column("inbox_id", sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"]),
    sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"]),
    sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
    sa.PrimaryKeyConstraint("conversation_id", "name")
    )
    with op.batch_alter_table("conversation_label", schema=None) as batch_op:
        batch_op.create_index("label_name", ["workspace_id", "inbox_id", "name"], unique=False)

    op.create_table("transfer_item",
    sa.Column("transfer_id", sa.Integer(), nullable=False),
    sa.Column("position", sa.Integer(), nullable=False),
    sa.Column("conversation_id", sa.Integer(), nullable=False),
    sa.Column("to_id", AutoString(), nullable=True),
    sa.Column("outcome", AutoString(), nullable=True),
    sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"]),
    sa.ForeignKeyConstraint(["transfer_id"], ["transfer.id"]),
    sa.PrimaryKeyConstraint("transfer_id", "position")
    )
    with op.batch_alter_table("transfer_item", schema=None) as batch_op:
        batch_op.create_index("transfer_item_left", ["transfer_id", "position"], unique=False, sqlite_where=sa.text("outcome IS NULL"), postgresql_where=sa.text("outcome IS NULL"))

    with op.batch_alter_table("backlog_alert", schema=None) as batch_op:
        batch_op.add_column(sa.Column("count", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("unheeded_since", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("channel_id", AutoString(), nullable=True))
        batch_op.add_column(sa.Column("ts", AutoString(), nullable=True))
        batch_op.add_column(sa.Column("shown", AutoString(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("acted_by", AutoString(), nullable=True))
        batch_op.add_column(sa.Column("acted_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("snoozed_by", AutoString(), nullable=True))
        batch_op.add_column(sa.Column("snoozed_until", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("escalated_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("triaged_at", UTCDateTime(), nullable=True))

    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("snoozed_until", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("about", AutoString(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("nudged_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("escalated_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("offered_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("away_told_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("helped_at", UTCDateTime(), nullable=True))
        batch_op.create_index("conversation_snoozed", ["workspace_id", "inbox_id", "snoozed_until"], unique=False, sqlite_where=sa.text("status = 'snoozed'"), postgresql_where=sa.text("status = 'snoozed'"))

    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.add_column(sa.Column("source", AutoString(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("status", AutoString(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("owner_id", AutoString(), nullable=True))
        batch_op.add_column(sa.Column("position", sa.Integer(), server_default="0", nullable=False))
        batch_op.create_index("history_time", ["workspace_id", "created_at"], unique=False)

    op.execute(_HOW_IT_STOOD)

    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("model", AutoString(), server_default="self_service", nullable=False))
        batch_op.add_column(sa.Column("claim_on_reply", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("timezone", AutoString(), nullable=True))
        batch_op.add_column(sa.Column("hours", sa.JSON(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("alert_growth", sa.Integer(), server_default="10", nullable=False))
        batch_op.add_column(sa.Column("alert_growth_minutes", sa.Integer(), server_default="30", nullable=False))
        batch_op.add_column(sa.Column("escalate_minutes", sa.Integer(), server_default="30", nullable=False))
        batch_op.add_column(sa.Column("escalate_to", AutoString(), nullable=True))
        batch_op.add_column(sa.Column("nudge_minutes", sa.Integer(), server_default="30", nullable=False))
        batch_op.add_column(sa.Column("nudge_managers_minutes", sa.Integer(), server_default="120", nullable=False))
        batch_op.add_column(sa.Column("offer_minutes", sa.Integer(), server_default="10", nullable=False))
        batch_op.add_column(sa.Column("away_message", AutoString(), nullable=True))

    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index("message_time", ["workspace_id", "created_at"], unique=False)

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("timezone", AutoString(), server_default="UTC", nullable=False))
        batch_op.add_column(sa.Column("is_admin", sa.Boolean(), server_default="0", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("is_admin")
        batch_op.drop_column("timezone")

    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("message_time")

    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_column("away_message")
        batch_op.drop_column("offer_minutes")
        batch_op.drop_column("nudge_managers_minutes")
        batch_op.drop_column("nudge_minutes")
        batch_op.drop_column("escalate_to")
        batch_op.drop_column("escalate_minutes")
        batch_op.drop_column("alert_growth_minutes")
        batch_op.drop_column("alert_growth")
        batch_op.drop_column("hours")
        batch_op.drop_column("timezone")
        batch_op.drop_column("claim_on_reply")
        batch_op.drop_column("model")

    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.drop_index("history_time")
        batch_op.drop_column("position")
        batch_op.drop_column("owner_id")
        batch_op.drop_column("status")
        batch_op.drop_column("source")

    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.drop_index("conversation_snoozed", sqlite_where=sa.text("status = 'snoozed'"), postgresql_where=sa.text("status = 'snoozed'"))
        batch_op.drop_column("helped_at")
        batch_op.drop_column("away_told_at")
        batch_op.drop_column("offered_at")
        batch_op.drop_column("escalated_at")
        batch_op.drop_column("nudged_at")
        batch_op.drop_column("about")
        batch_op.drop_column("snoozed_until")

    with op.batch_alter_table("backlog_alert", schema=None) as batch_op:
        batch_op.drop_column("triaged_at")
        batch_op.drop_column("escalated_at")
        batch_op.drop_column("snoozed_until")
        batch_op.drop_column("snoozed_by")
        batch_op.drop_column("acted_at")
        batch_op.drop_column("acted_by")
        batch_op.drop_column("shown")
        batch_op.drop_column("ts")
        batch_op.drop_column("channel_id")
        batch_op.drop_column("unheeded_since")
        batch_op.drop_column("count")

    with op.batch_alter_table("transfer_item", schema=None) as batch_op:
        batch_op.drop_index("transfer_item_left", sqlite_where=sa.text("outcome IS NULL"), postgresql_where=sa.text("outcome IS NULL"))

    op.drop_table("transfer_item")
    with op.batch_alter_table("conversation_label", schema=None) as batch_op:
        batch_op.drop_index("label_name")

    op.drop_table("conversation_label")
    op.drop_table("saved_reply")
    op.drop_table("backlog_sample")
    with op.batch_alter_table("transfer", schema=None) as batch_op:
        batch_op.drop_index("transfer_departure", sqlite_where=sa.text("what = 'departure' AND finished_at IS NULL"), postgresql_where=sa.text("what = 'departure' AND finished_at IS NULL"))
        batch_op.drop_index("transfer_view", sqlite_where=sa.text("view_id IS NOT NULL"), postgresql_where=sa.text("view_id IS NOT NULL"))
        batch_op.drop_index("transfer_unfinished", sqlite_where=sa.text("finished_at IS NULL"), postgresql_where=sa.text("finished_at IS NULL"))

    op.drop_table("transfer")
    op.drop_table("rep")
    op.drop_table("manager")
    op.drop_table("home")
