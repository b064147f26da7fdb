"""Our ids in the metadata of posts, which every app of the workspace can read, and can put on posts of its own."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

EVENT_TYPE = "threadline_delivery"


def deliveries(message: Mapping[str, Any], bot_user_id: str) -> list[UUID]:
    """The deliveries that a post of ours shows; none for anybody else's, whatever its metadata says."""
    metadata = message.get("metadata") or {}
    if message.get("user") != bot_user_id or metadata.get("event_type") != EVENT_TYPE:
        return []
    ids = (metadata.get("event_payload") or {}).get("deliveries")
    return [found for one in ids if (found := _parse(one))] if isinstance(ids, list) else []


def _parse(text: Any) -> UUID | None:
    try:
        return UUID(text)
    except (AttributeError, TypeError, ValueError):
        return None
