"""A file for one person alone: into their direct messages with the bot, as Slack shows no file privately elsewhere.

The message that announces it opens the conversation, which asks for no further scope, and is posted once Slack has the
file: where files are off, nothing is.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from desk.errors import DeskError

log = structlog.get_logger(__name__)

_UPLOAD_TIMEOUT = aiohttp.ClientTimeout(total=60)
_OFF = "this workspace does not allow it to upload files. An admin can change that in the workspace's settings."
_NO_MESSAGES = "it may not write to you directly. Open its messages in Slack once, or ask an admin."
_WHY = {
    **dict.fromkeys(("not_allowed", "file_uploads_disabled", "file_upload_disabled", "restricted_action"), _OFF),
    **dict.fromkeys(("file_type_not_allowed", "file_uploads_except_images_disabled", "access_denied"), _OFF),
    **dict.fromkeys(("cannot_dm_bot", "messages_tab_disabled", "user_not_found", "user_disabled"), _NO_MESSAGES),
    "missing_scope": "it lacks the scope files:write. Ask an admin to paste its manifest again and to reinstall it.",
    "storage_limit_reached": "the workspace's storage for files is full. Ask an admin.",
    **dict.fromkeys(("ratelimited", "rate_limited"), "Slack asks for patience. Try again in a minute."),
}
_UNCLEAR = "Slack could not be reached, or did not answer. Try again in a moment."


class NotSent(DeskError):
    """Threadline could not send you {what}: {why}"""  # noqa: D400 - the reason is a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file to send. `what` it is, as in “could not send you the picture”; `says` announces it."""

    name: str
    what: str
    says: str
    size: int
    content: BinaryIO


async def send(client: AsyncWebClient, user_id: str, file: File) -> None:
    """Send a file to somebody's direct messages. Raises NotSent with the reason in words."""
    try:
        await _send(client, user_id, file)
    except SlackApiError as error:
        reason = str(error.response.get("error"))
        log.warning("file not sent", reason=reason)
        why = _WHY.get(reason, f"Slack says “{reason}”. Ask an admin to look.")
        raise NotSent(what=file.what, why=why) from None
    except (aiohttp.ClientError, TimeoutError) as error:
        log.warning("file not sent", reason=type(error).__name__)
        raise NotSent(what=file.what, why=_UNCLEAR) from None


async def _send(client: AsyncWebClient, user_id: str, file: File) -> None:
    upload = await client.files_getUploadURLExternal(filename=file.name, length=file.size)
    await _upload(client, str(upload["upload_url"]), file)
    posted = await client.chat_postMessage(channel=user_id, text=file.says)
    try:
        files: list[dict[str, str | None]] = [{"id": str(upload["file_id"]), "title": file.name}]
        await client.files_completeUploadExternal(files=files, channel_id=str(posted["channel"]))
    except (SlackApiError, aiohttp.ClientConnectorError):
        with suppress(SlackApiError, aiohttp.ClientError, TimeoutError):
            await client.chat_delete(channel=str(posted["channel"]), ts=str(posted["ts"]))
        raise


async def _upload(client: AsyncWebClient, url: str, file: File) -> None:
    if client.session is None:
        raise TypeError("files are uploaded over the client's own session")
    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(file.size)}
    async with client.session.post(url, data=file.content, headers=headers, timeout=_UPLOAD_TIMEOUT) as answer:
        answer.raise_for_status()
