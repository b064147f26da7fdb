"""What is said about being away: to who is, and in the channel about what waits for them."""

from collections.abc import Callable
from datetime import datetime

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, SectionBlock

from bot.blocks import actions, said, words
from bot.blocks.place import Place
from bot.blocks.post import Post
from desk.team_values import Away


def away(away: Away) -> Post:
    """Tells somebody what it means that they are away."""
    until = f"until {words.date(away.until)}" if away.until else "until you say `/sms back`"
    return said.line(
        f"You are away {until}. You are offered last in menus, and what waits for you for too long is offered to the "
        "channel."
    )


def back() -> Post:
    return said.line("Welcome back. Colleagues see that you are here.")


def _offered(
    *, conversation_id: int, owner: str, waiting_since: str, until: str | None = None, actor: str | None, **_: object
) -> Post:
    """In the channel: what waits for an owner who is away. Their name is a mention, since it is theirs."""
    del actor
    back_at = f" until {words.date(datetime.fromisoformat(until))}" if until else ""
    text = (
        f"The customer has waited since {words.date(datetime.fromisoformat(waiting_since))}, and {said.who(owner)}, "
        f"who owns this, is away{back_at}. Who takes it?"
    )
    blocks: list[Block] = [
        SectionBlock(text=words.markup(text)),
        ActionsBlock(
            block_id=Place(conversation_id=conversation_id).encode("offered"),
            elements=[
                ButtonElement(text=words.plain("Claim"), action_id=actions.TAKE_OVER, value=owner, style="primary")
            ],
        ),
    ]
    return Post.of(text, blocks)


LINES: dict[str, Callable[..., Post]] = {"offered": _offered}
