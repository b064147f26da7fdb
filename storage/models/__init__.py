"""The rows, as SQLModel tables. Every row that a person or an effect belongs to names its workspace.

Times that people care about are `datetime` in UTC, handed over by the desk's clock. Leases, pace and back-off are
`float` seconds since 1970 on the database's own clock, so that replicas agree without trusting each other's.
"""

from storage.models.conversations import (
    Contact,
    Conversation,
    ConversationLabel,
    History,
    Message,
    ReplyChange,
    Thread,
    Transfer,
    TransferItem,
)
from storage.models.deliveries import Alarm, Delivery, Job, Lane, RateLimit, RawRequest
from storage.models.inboxes import BacklogAlert, BacklogSample, Inbox, SavedReply, Workspace
from storage.models.people import Channel, ChannelAway, Home, Manager, Membership, Person, Rep

__all__ = [
    "Alarm",
    "BacklogAlert",
    "BacklogSample",
    "Channel",
    "ChannelAway",
    "Contact",
    "Conversation",
    "ConversationLabel",
    "Delivery",
    "History",
    "Home",
    "Inbox",
    "Job",
    "Lane",
    "Manager",
    "Membership",
    "Message",
    "Person",
    "RateLimit",
    "RawRequest",
    "Rep",
    "ReplyChange",
    "SavedReply",
    "Thread",
    "Transfer",
    "TransferItem",
    "Workspace",
]
