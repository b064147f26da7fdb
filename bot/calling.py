"""One call to Slack that shows something, and what became of it, as far as anybody can know."""

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from desk.delivery import Done, Outcome, Refused, Retry, Unknown
from desk.health import UNAUTHORIZED
from storage.claims import Claimed

log = structlog.get_logger(__name__)

CHANNEL_AWAY = ("channel_not_found", "not_in_channel", "is_archived", "restricted_action")
TOKEN_REFUSED = ("invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive")
AWAY_SECONDS = 30.0
RETRY_SECONDS = 2.0

_UNSURE = ("internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org")


async def call(claimed: Claimed, make: Callable[[], Awaitable[Any]]) -> Outcome:
    """One call. Refused by Slack, or failed before it was sent, is certain; anything else is unknown.

    Raises LeaseOver when it is too late to make it.
    """
    claimed.lease.require()
    try:
        answer = await make()
    except aiohttp.ClientConnectorError as error:
        return Retry(seconds=RETRY_SECONDS, reason=type(error).__name__)
    except (TimeoutError, aiohttp.ClientError) as error:
        return Unknown(type(error).__name__)
    except SlackApiError as error:
        if not isinstance(error.response, AsyncSlackResponse) or not isinstance(error.response.data, dict):
            return Unknown("an answer that nobody can read")
        return _refusal(error)
    return Done(answer.get("ts") or answer.get("message_ts"))


def patience(error: SlackApiError) -> float:
    """The seconds for which Slack asks to be left alone; none when it does not."""
    return float(getattr(error.response, "headers", {}).get("Retry-After") or 0)


def _refusal(error: SlackApiError) -> Outcome:
    reason = str(error.response.get("error"))
    if reason in {"ratelimited", "rate_limited"}:
        return Retry(seconds=patience(error), reason=reason, blocks=True)
    if reason in CHANNEL_AWAY:
        return Retry(seconds=AWAY_SECONDS, reason=reason)
    if reason in TOKEN_REFUSED:
        log.error("token refused", reason=reason)
        return Retry(seconds=AWAY_SECONDS, reason=UNAUTHORIZED)
    if reason in _UNSURE or error.response.status_code >= 500:  # noqa: PLR2004 - HTTP's server errors
        return Unknown(reason)
    if reason in {"already_reacted", "no_reaction"}:
        return Done()
    return Refused(reason=reason)
