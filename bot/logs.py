"""Logs: one line an event, as JSON. Ids of conversations and messages; never bodies, whole numbers or tokens."""

import json
import logging
import sys

import structlog

_TOLD = ("alembic", "apscheduler", "uvicorn")


def configure(*, stream: bool = True) -> None:
    """Send the bridge's events, and the libraries' warnings, to standard error; nowhere when `stream` is False."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_LibraryLine())
    logging.basicConfig(level=logging.WARNING, handlers=[handler] if stream else [logging.NullHandler()], force=True)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_values,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr) if stream else structlog.ReturnLoggerFactory(),
        cache_logger_on_first_use=False,
    )


class _LibraryLine(logging.Formatter):
    """A library's warning as JSON. Slack's and Twilio's may quote whole requests: of theirs only the source is told."""

    def format(self, record: logging.LogRecord) -> str:
        line = {"event": "library", "level": record.levelname.lower(), "logger": record.name}
        if record.name.split(".")[0] in _TOLD:
            line["message"] = record.getMessage()
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False)


def _without_values(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Say where an exception came from without its message, which may hold a body or a token."""
    if event.pop("exc_info", None):
        _, error, trace = sys.exc_info()
        frames = []
        while trace is not None:
            frames.append(f"{trace.tb_frame.f_code.co_filename.rsplit('/', 2)[-1]}:{trace.tb_lineno}")
            trace = trace.tb_next
        event["error"] = type(error).__name__
        event["at"] = frames[-6:]
    return event
