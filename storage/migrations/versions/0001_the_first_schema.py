"""The first schema."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table("job",
    sa.Column("name", AutoString(), nullable=False),
    sa.Column("ran_at", UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint("name")
    )
    op.create_table("raw_request",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("source", AutoString(), nullable=False),
    sa.Column("key", AutoString(), nullable=False),
    sa.Column("body", sa.JSON(), nullable=False),
    sa.Column("received_at", UTCDateTime(), nullable=False),
    sa.Column("processed_at", UTCDateTime(), nullable=True),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("retry_at", UTCDateTime(), nullable=True),
    sa.Column("error", AutoString(), nullable=True),
    sa.PrimaryKeyConstraint("id"),
    sa.UniqueConstraint("source", "key")
    )
    with op.batch_alter_table("raw_request", schema=None) as batch_op:
        batch_op.create_index("raw_request_unprocessed", ["id"], unique=False, sqlite_where=sa.text("processed_at IS NULL"), postgresql_where=sa.text("processed_at IS NULL"))

    op.create_table("workspace",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("team_id", AutoString(), nullable=False),
    sa.Column("name", AutoString(), nullable=False),
    sa.Column("url", AutoString(), nullable=False),
    sa.Column("bot_user_id", AutoString(), nullable=False),
    sa.Column("created_at", UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint("id"),
    sa.UniqueConstraint("team_id")
    )
    op.create_table("channel",
    sa.Column("workspace_id", sa.Integer(), nullable=False),
    sa.Column("channel_id", AutoString(), nullable=False),
    sa.Column("name", AutoString(), nullable=False),
    sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"] ),
    sa.PrimaryKeyConstraint("workspace_id", "channel_id")
    )
    op.create_table("contact",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("workspace_id", sa.Integer(), nullable=False),
    sa.Column("address", AutoString(), nullable=False),
    sa.Column("label", AutoString(), nullable=False),
    sa.Column("name", AutoString(), nullable=True),
    sa.Column("can_reply", sa.Boolean(), nullable=False),
    sa.Column("created_at", UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"] ),
    sa.PrimaryKeyConstraint("id"),
    sa.UniqueConstraint("workspace_id", "address")
    )
    op.create_table("inbox",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("workspace_id", sa.Integer(), nullable=False),
    sa.Column("number", AutoString(), nullable=False),
    sa.Column("label", AutoString(), nullable=False),
    sa.Column("channel_id", AutoString(), nullable=False),
    sa.Column("hold_seconds", sa.Integer(), nullable=True),
    sa.Column("alert_count", sa.Integer(), nullable=False),
    sa.Column("alert_minutes", sa.Integer(), nullable=False),
    sa.Column("alert_again_count", sa.Integer(), nullable=False),
    sa.Column("alert_again_minutes", sa.Integer(), nullable=False),
    sa.Column("alert_clear", sa.Integer(), nullable=False),
    sa.Column("created_at", UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"] ),
    sa.PrimaryKeyConstraint("id"),
    sa.UniqueConstraint("number")
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inbox_channel_id"), ["channel_id"], unique=False)

    op.create_table("lane",
    sa.Column("key", AutoString(), nullable=False),
    sa.Column("workspace_id", sa.Integer(), nullable=False),
    sa.Column("ready_at", sa.Float(), nullable=False),
    sa.Column("lease_until", sa.Float(), nullable=False),
    sa.Column("owner", AutoString(), nullable=True),
    sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"] ),
    sa.PrimaryKeyConstraint("key")
    )
    op.create_table("membership",
    sa.Column("workspace_id", sa.Integer(), nullable=False),
    sa.Column("channel_id", AutoString(), nullable=False),
    sa.Column("user_id", AutoString(), nullable=False),
    sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"] ),
    sa.PrimaryKeyConstraint("workspace_id", "channel_id", "user_id")
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_user_id"), ["user_id"], unique=False)

    op.create_table("person",
    sa.Column("workspace_id", sa.Integer(), nullable=False),
    sa.Column("user_id", AutoString(), nullable=False),
    sa.Column("name", AutoString(), nullable=False),
    sa.Column("sought", AutoString(), nullable=False),
    sa.Column("is_bot", sa.Boolean(), nullable=False),
    sa.Column("is_guest", sa.Boolean(), nullable=False),
    sa.Column("is_stranger", sa.Boolean(), nullable=False),
    sa.Column("is_deactivated", sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"] ),
    sa.PrimaryKeyConstraint("workspace_id", "user_id")
    )
    op.create_table("rate_limit",
    sa.Column("workspace_id", sa.Integer(), nullable=False),
    sa.Column("method", AutoString(), nullable=False),
    sa.Column("spent_until", sa.Float(), nullable=False),
    sa.Column("blocked_until", sa.Float(), nullable=False),
    sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"] ),
    sa.PrimaryKeyConstraint("workspace_id", "method")
    )
    op.create_table("reply_change",
    sa.Column("workspace_id", sa.Integer(), nullable=False),
    sa.Column("channel_id", AutoString(), nullable=False),
    sa.Column("ts", AutoString(), nullable=False),
    sa.Column("edited_ts", AutoString(), nullable=False),
    sa.Column("text", AutoString(), nullable=False),
    sa.Column("is_deleted", sa.Boolean(), nullable=False),
    sa.Column("created_at", UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"] ),
    sa.PrimaryKeyConstraint("workspace_id", "channel_id", "ts")
    )
    op.create_table("backlog_alert",
    sa.Column("inbox_id", sa.Integer(), nullable=False),
    sa.Column("workspace_id", sa.Integer(), nullable=False),
    sa.Column("raised_at", UTCDateTime(), nullable=True),
    sa.Column("pinged_at", UTCDateTime(), nullable=True),
    sa.Column("pinged_count", sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"] ),
    sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"] ),
    sa.PrimaryKeyConstraint("inbox_id")
    )
    op.create_table("conversation",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("workspace_id", sa.Integer(), nullable=False),
    sa.Column("inbox_id", sa.Integer(), nullable=False),
    sa.Column("contact_id", sa.Integer(), nullable=False),
    sa.Column("status", AutoString(), nullable=False),
    sa.Column("assignee_id", AutoString(), nullable=True),
    sa.Column("counter", sa.Integer(), nullable=False),
    sa.Column("revision", sa.Integer(), nullable=False),
    sa.Column("face", AutoString(), nullable=False),
    sa.Column("read_to", sa.Integer(), nullable=False),
    sa.Column("cleared_to", sa.Integer(), nullable=False),
    sa.Column("unread", sa.Integer(), nullable=False),
    sa.Column("waiting_since", UTCDateTime(), nullable=True),
    sa.Column("unassigned_since", UTCDateTime(), nullable=True),
    sa.Column("seen_at", UTCDateTime(), nullable=True),
    sa.Column("closed_at", UTCDateTime(), nullable=True),
    sa.Column("opted_out_at", UTCDateTime(), nullable=True),
    sa.Column("last_activity_at", UTCDateTime(), nullable=False),
    sa.Column("last_text", AutoString(), nullable=False),
    sa.Column("created_at", UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(["contact_id"], ["contact.id"] ),
    sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"] ),
    sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"] ),
    sa.PrimaryKeyConstraint("id"),
    sa.UniqueConstraint("inbox_id", "contact_id")
    )
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.create_index("conversation_inbox", ["inbox_id", "status", "last_activity_at"], unique=False)
        batch_op.create_index("conversation_owner", ["workspace_id", "assignee_id", "status"], unique=False)
        batch_op.create_index("conversation_unassigned", ["inbox_id", "waiting_since"], unique=False, sqlite_where=sa.text("status = 'open' AND assignee_id IS NULL"), postgresql_where=sa.text("status = 'open' AND assignee_id IS NULL"))

    op.create_table("history",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("workspace_id", sa.Integer(), nullable=False),
    sa.Column("conversation_id", sa.Integer(), nullable=False),
    sa.Column("what", AutoString(), nullable=False),
    sa.Column("actor_id", AutoString(), nullable=True),
    sa.Column("before", AutoString(), nullable=True),
    sa.Column("after", AutoString(), nullable=True),
    sa.Column("created_at", UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"] ),
    sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"] ),
    sa.PrimaryKeyConstraint("id")
    )
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_history_conversation_id"), ["conversation_id"], unique=False)

    op.create_table("message",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("workspace_id", sa.Integer(), nullable=False),
    sa.Column("conversation_id", sa.Integer(), nullable=False),
    sa.Column("position", sa.Integer(), nullable=False),
    sa.Column("direction", AutoString(), nullable=False),
    sa.Column("status", AutoString(), nullable=False),
    sa.Column("body", AutoString(), nullable=False),
    sa.Column("sid", AutoString(), nullable=True),
    sa.Column("pictures", sa.Integer(), nullable=False),
    sa.Column("media", sa.JSON(), nullable=False),
    sa.Column("author_id", AutoString(), nullable=True),
    sa.Column("channel_id", AutoString(), nullable=True),
    sa.Column("ts", AutoString(), nullable=True),
    sa.Column("edited_ts", AutoString(), nullable=True),
    sa.Column("attempt", sa.Integer(), nullable=False),
    sa.Column("error_code", sa.Integer(), nullable=True),
    sa.Column("recovered", sa.Boolean(), nullable=False),
    sa.Column("created_at", UTCDateTime(), nullable=False),
    sa.Column("left_at", UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"] ),
    sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"] ),
    sa.PrimaryKeyConstraint("id"),
    sa.UniqueConstraint("workspace_id", "channel_id", "ts"),
    sa.UniqueConstraint("workspace_id", "sid")
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index("message_order", ["conversation_id", "position"], unique=False)

    op.create_table("thread",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("workspace_id", sa.Integer(), nullable=False),
    sa.Column("conversation_id", sa.Integer(), nullable=False),
    sa.Column("channel_id", AutoString(), nullable=False),
    sa.Column("root_ts", AutoString(), nullable=True),
    sa.Column("is_current", sa.Boolean(), nullable=False),
    sa.Column("revision", sa.Integer(), nullable=False),
    sa.Column("opening_id", sa.Integer(), nullable=True),
    sa.Column("created_at", UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"] ),
    sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"] ),
    sa.PrimaryKeyConstraint("id"),
    sa.UniqueConstraint("workspace_id", "channel_id", "root_ts")
    )
    with op.batch_alter_table("thread", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_thread_conversation_id"), ["conversation_id"], unique=False)

    op.create_table("delivery",
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("workspace_id", sa.Integer(), nullable=False),
    sa.Column("conversation_id", sa.Integer(), nullable=True),
    sa.Column("message_id", sa.Integer(), nullable=True),
    sa.Column("kind", AutoString(), nullable=False),
    sa.Column("stream", AutoString(), nullable=True),
    sa.Column("position", sa.BigInteger(), nullable=False),
    sa.Column("lane", AutoString(), nullable=True),
    sa.Column("payload", sa.JSON(), nullable=False),
    sa.Column("state", AutoString(), nullable=False),
    sa.Column("not_before", UTCDateTime(), nullable=True),
    sa.Column("ready_at", sa.Float(), nullable=False),
    sa.Column("started_at", sa.Float(), nullable=True),
    sa.Column("owner", AutoString(), nullable=True),
    sa.Column("lease_until", sa.Float(), nullable=False),
    sa.Column("attempt", sa.Integer(), nullable=False),
    sa.Column("looks", sa.Integer(), nullable=False),
    sa.Column("revision", sa.Integer(), nullable=False),
    sa.Column("post_id", sa.Uuid(), nullable=True),
    sa.Column("result_id", AutoString(), nullable=True),
    sa.Column("reason", AutoString(), nullable=True),
    sa.Column("created_at", UTCDateTime(), nullable=False),
    sa.Column("finished_at", UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"] ),
    sa.ForeignKeyConstraint(["message_id"], ["message.id"] ),
    sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"] ),
    sa.PrimaryKeyConstraint("id")
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index("delivery_head", ["stream", "position"], unique=False, sqlite_where=sa.text("state IN ('waiting', 'sending', 'unknown')"), postgresql_where=sa.text("state IN ('waiting', 'sending', 'unknown')"))
        batch_op.create_index("delivery_open", ["state", "ready_at"], unique=False, sqlite_where=sa.text("state IN ('waiting', 'sending', 'unknown')"), postgresql_where=sa.text("state IN ('waiting', 'sending', 'unknown')"))
        batch_op.create_index("delivery_post", ["post_id"], unique=False)
        batch_op.create_index("delivery_result", ["result_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_message_id"), ["message_id"], unique=False)



def downgrade() -> None:
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delivery_message_id"))
        batch_op.drop_index(batch_op.f("ix_delivery_conversation_id"))
        batch_op.drop_index("delivery_result")
        batch_op.drop_index("delivery_post")
        batch_op.drop_index("delivery_open", sqlite_where=sa.text("state IN ('waiting', 'sending', 'unknown')"), postgresql_where=sa.text("state IN ('waiting', 'sending', 'unknown')"))
        batch_op.drop_index("delivery_head", sqlite_where=sa.text("state IN ('waiting', 'sending', 'unknown')"), postgresql_where=sa.text("state IN ('waiting', 'sending', 'unknown')"))

    op.drop_table("delivery")
    with op.batch_alter_table("thread", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_thread_conversation_id"))

    op.drop_table("thread")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("message_order")

    op.drop_table("message")
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_history_conversation_id"))

    op.drop_table("history")
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.drop_index("conversation_unassigned", sqlite_where=sa.text("status = 'open' AND assignee_id IS NULL"), postgresql_where=sa.text("status = 'open' AND assignee_id IS NULL"))
        batch_op.drop_index("conversation_owner")
        batch_op.drop_index("conversation_inbox")

    op.drop_table("conversation")
    op.drop_table("backlog_alert")
    op.drop_table("reply_change")
    op.drop_table("rate_limit")
    op.drop_table("person")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_membership_user_id"))

    op.drop_table("membership")
    op.drop_table("lane")
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inbox_channel_id"))

    op.drop_table("inbox")
    op.drop_table("contact")
    op.drop_table("channel")
    op.drop_table("workspace")
    with op.batch_alter_table("raw_request", schema=None) as batch_op:
        batch_op.drop_index("raw_request_unprocessed", sqlite_where=sa.text("processed_at IS NULL"), postgresql_where=sa.text("processed_at IS NULL"))

    op.drop_table("raw_request")
    op.drop_table("job")
