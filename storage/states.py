"""The states and kinds that columns hold, as words."""

from enum import StrEnum


class Status(StrEnum):
    """Where a conversation stands; one that is snoozed is open again by itself, and until then in no open queue."""

    OPEN = "open"
    SNOOZED = "snoozed"
    CLOSED = "closed"


class Model(StrEnum):
    """Who gives out the conversations of an inbox that nobody owns."""

    SELF_SERVICE = "self_service"
    MANAGER_ASSIGNED = "manager_assigned"
    HYBRID = "hybrid"


class Direction(StrEnum):
    """Which way a message went; a note stays inside."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    NOTE = "note"


class MessageStatus(StrEnum):
    """What became of a message, in Twilio's words; `held`, `stale` (its author is asked) and `uncertain` are ours."""

    RECEIVED = "received"
    HELD = "held"
    STALE = "stale"
    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    CANCELED = "canceled"
    UNCERTAIN = "uncertain"


FAILED = (MessageStatus.UNDELIVERED, MessageStatus.FAILED)
UNSENT = (*FAILED, MessageStatus.STALE)
NO_ANSWER = (*UNSENT, MessageStatus.CANCELED)


class DeliveryState(StrEnum):
    """Where an effect on the outside stands; all but the first three count as finished for order."""

    WAITING = "waiting"
    SENDING = "sending"
    UNKNOWN = "unknown"
    DONE = "done"
    PARKED = "parked"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"


UNFINISHED = (DeliveryState.WAITING, DeliveryState.SENDING, DeliveryState.UNKNOWN)


class Kind(StrEnum):
    """What a delivery does on the outside."""

    CARD = "card"
    TEXT = "text"
    LINE = "line"
    ALERT = "alert"
    ALERT_REDRAW = "alert_redraw"
    REPLY = "reply"
    REDRAW = "redraw"
    MARK = "mark"
    WHISPER = "whisper"
    DELETION = "deletion"
    NOTICE = "notice"
    HOME = "home"
