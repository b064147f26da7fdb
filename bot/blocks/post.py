"""What goes to Slack: a text for notifications and screen readers, and the blocks that are drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import Block


@dataclass(frozen=True, slots=True)
class Post:
    """A message as `chat.postMessage` and its kin take it: top-level text, and at most 50 blocks (Slack's limit)."""

    text: str
    blocks: tuple[dict[str, Any], ...] = ()

    @classmethod
    def of(cls, text: str, blocks: Sequence[Block] = ()) -> "Post":
        """Build from slack_sdk's models, which raise SlackObjectFormationError for what Slack would refuse."""
        return cls(text, tuple(block.to_dict() for block in blocks))
