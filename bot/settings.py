"""Every environment variable, in one class. A `.env` file beside the process is read too."""

import re
from typing import Annotated

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class StartError(Exception):
    """Why the bridge cannot start, as one sentence that says what to do."""


class Settings(BaseSettings):
    """What an admin sets; everything else is set in Slack and stored."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True, hide_input_in_errors=True)

    slack_bot_token: str = Field(repr=False)
    slack_signing_secret: str = Field(repr=False)
    slack_app_token: str | None = Field(default=None, repr=False)
    slack_api_url: str = "https://slack.com/api/"
    twilio_account_sid: str
    twilio_auth_token: str = Field(repr=False)
    twilio_api_url: str | None = None
    public_url: str
    database_url: str = Field(default="sqlite:///threadline.db", repr=False)
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    inboxes: Annotated[dict[str, str], NoDecode] = {}
    managers: Annotated[tuple[str, ...], NoDecode] = ()
    reply_hold_seconds: int = Field(default=5, ge=0, le=600)
    backlog_check_seconds: float = Field(default=60, gt=0)

    @field_validator("inboxes", mode="before")
    @classmethod
    def _inboxes(cls, text: object) -> object:
        if not isinstance(text, str):
            return text
        pairs = [pair.partition("=") for pair in text.replace(" ", "").split(",") if pair]
        if not all(number and re.fullmatch(r"[CG][A-Z0-9]{2,}", channel) for number, _, channel in pairs):
            raise ValueError("write it as +15550100000=C0123,… (our number = the id of its Slack channel)")
        return {number: channel for number, _, channel in pairs}

    @field_validator("managers", mode="before")
    @classmethod
    def _managers(cls, text: object) -> object:
        if not isinstance(text, str):
            return text
        ids = tuple(part for part in text.replace(" ", "").split(",") if part)
        if not all(re.fullmatch(r"[UWS][A-Z0-9]{2,}", id_) for id_ in ids):
            raise ValueError("give the ids of Slack users or of a user group, such as U0123,U0456")
        return ids

    @field_validator("slack_api_url")
    @classmethod
    def _api_url(cls, url: str) -> str:
        return url.rstrip("/") + "/"

    @field_validator("public_url")
    @classmethod
    def _public_url(cls, url: str) -> str:
        if not re.match(r"https?://[^/\s]+", url):
            raise ValueError("it must begin with https:// (or http:// on this machine)")
        return url.rstrip("/")


def load() -> Settings:
    """Read the settings; raises StartError naming every one that is missing or wrong, never its value."""
    try:
        return Settings()  # type: ignore[call-arg]
    except ValidationError as error:
        missing = [str(one["loc"][0]).upper() for one in error.errors() if one["type"] == "missing"]
        wrong = [
            f"{str(one['loc'][0]).upper()} is not right: {one['msg'].removeprefix('Value error, ')}"
            for one in error.errors()
            if one["type"] != "missing"
        ]
        if missing:
            wrong.insert(0, f"Set {', '.join(missing)} in the environment or in .env (see .env.example)")
        raise StartError(". ".join(wrong) + ".") from None
