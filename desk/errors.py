"""What the desk refuses, as sentences that the person who asked can act on. An exception's docstring is its message."""

from collections.abc import Mapping


class DeskError(Exception):
    """That did not work."""

    def __init__(self, **details: object) -> None:
        super().__init__((type(self).__doc__ or "").format(**details))


class Unfit(Exception):
    """What was filled in cannot be taken: a sentence for each field that is wrong, by its name."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(problems)
        self.problems = dict(problems)


class NotInChannel(DeskError):
    """You are not in this inbox's channel. Join it to work on its conversations."""


class GuestsDoNotOwn(DeskError):
    """Guests and people from other organisations can read along, but only members of this workspace can do this."""


class CannotOwn(DeskError):
    """{name} cannot own this conversation: {reason}. Pick someone who is a full member of its channel."""


class Taken(DeskError):
    """{name} has it already. Use the menu to reassign it."""


class AlreadyYours(DeskError):
    """It is yours already."""


class GivenOutByManagers(DeskError):
    """Managers give out the conversations of this inbox. Ask {who}."""


class OwnersAndManagers(DeskError):
    """In this inbox only its owner or a manager changes who owns a conversation. Ask {who}."""


class NewHere(DeskError):
    """You are marked as new, so you are given conversations and do not take them. Ask {who}."""


class NotAWhile(DeskError):
    """That is no time I know. Write: until 14:00, until tomorrow, until mon 9:00, until 2026-12-24, or for 2h."""


class NotAway(DeskError):
    """You are not away."""


class NotAManager(DeskError):
    """Only managers can do this. Ask {who}."""


class BacklogIsOver(DeskError):
    """This backlog is back to normal, so there is nothing to do about it. If it grows again, it is told anew."""


class NothingToHandOff(DeskError):
    """{name} has no open conversation in your inboxes, so there is nothing to hand off."""


class TheirsAlready(DeskError):
    """{name} has them already. Pick somebody else."""


class NobodyCalled(DeskError):
    """“{name}” is nobody in your inboxes' channels, or several people. Pick them in the form of `/sms handoff`."""


class NobodyOwnsIt(DeskError):
    """Nobody owns this conversation, so there is nothing to release."""


class NobodyToWake(DeskError):
    """Nobody owns this conversation. Claim it or give it to someone before you snooze it."""


class ClosedAlready(DeskError):
    """It is closed, so there is nothing to snooze. Reopen it first."""


class NotInFuture(DeskError):
    """Pick a time that is still to come, and within a year."""


class LabelTooLong(DeskError):
    """A label has at most {limit} characters, and “{label}” has {length}."""


class TooManyLabels(DeskError):
    """A conversation has at most {limit} labels. Take some away first."""


class NoteTooLong(DeskError):
    """A note has at most {limit:,} characters, and this one has {length:,}."""


class NothingWritten(DeskError):
    """Write something for your colleagues first."""


class NoConversation(DeskError):
    """This message belongs to no conversation with a customer. Use it on a card, or on a message in a card's thread."""


class NotOwner(DeskError):
    """Only the owner has a read mark here. Claim the conversation first."""


class AlreadyClosed(DeskError):
    """It is closed already."""


class AlreadyOpen(DeskError):
    """It is open already."""


class CustomerWaits(DeskError):
    """The customer still waits for an answer."""


class Decided(DeskError):
    """{name} was first: “{choice}”. Nothing more was done."""


class SentAlready(DeskError):
    """This note was sent already. Nothing more was done."""


class NoteDeleted(DeskError):
    """You deleted this note, so it was not sent."""


class TakenBack(DeskError):
    """This reply was taken back, so nothing more is sent."""


class LeftAlready(DeskError):
    """This text is on its way already, so it was not stopped. Nothing was done."""


class NotYours(DeskError):
    """Only the author of this note can send it."""


class Unsendable(DeskError):
    """This contact cannot be texted: they opted out, or their number takes no replies. Nothing was sent."""


class SavedReplyGone(DeskError):
    """This saved reply was deleted meanwhile. Save it as a new one if it is still needed."""


class SavedReplyUnnamed(DeskError):
    """Give it a name to find it by."""


class SavedReplyNameTaken(DeskError):
    """This inbox has a saved reply “{name}” already. Choose another name, or edit that one."""


class SavedReplyEmpty(DeskError):
    """Write the text that is to be saved."""


class TooManySavedReplies(DeskError):
    """This inbox has {limit:,} saved replies, which is as many as it holds. Delete one first."""


class NothingToFind(DeskError):
    """You are not in the channel of any inbox, so there is nothing to find. Join an inbox's channel first."""


class NoInboxToTextFrom(DeskError):
    """You are not in the channel of any inbox, so you cannot text anybody. Join an inbox's channel first."""


class NotANumber(DeskError):
    """{sentence}."""


class OwnNumber(DeskError):
    """This is one of our own numbers. Give the number of the person whom you want to text."""


class NothingToSend(DeskError):
    """There is nothing to send yet: write a text first."""


class MeantAsNote(DeskError):
    """This begins as a note to colleagues does, and the customer would read it. Notes are written in the thread."""


class TooLong(DeskError):
    """This text has {length:,} characters and a message holds {limit:,}. Shorten it, or send it in parts."""


class OutOfDate(DeskError):
    """What you pressed is being brought up to date, so nothing was done. Try again in a moment."""


class NotAQueue(DeskError):
    """You are not in the channel of any inbox, so there is no queue to show. Join an inbox's channel first."""


class NothingToTell(DeskError):
    """You are not in the channel of any inbox, so there is nothing to tell. Join an inbox's channel first."""


class WhichInbox(DeskError):
    """You work in several inboxes: write this in the channel of the one that you mean."""


class NothingUnassigned(DeskError):
    """Every open conversation of this inbox has an owner or is being given one, so there is nothing to distribute."""


class NobodyToGive(DeskError):
    """There is nobody to give any to: pick somebody who is in the channel and takes more than they have."""


class OwnSettings(DeskError):
    """Another manager has to take this from you, so that somebody is left who can give it back."""


class NothingToCount(DeskError):
    """You are not in the channel of any inbox, so there is nothing to count. Join an inbox's channel first."""


class NotOurs(Exception):
    """A request is about no conversation of ours: what it says is forgotten."""


class NotYet(Exception):
    """A request came before what it is about; it is kept and tried again."""


class NoInbox(NotYet):
    """The number has no inbox yet; its texts are kept until it is connected."""


class UnknownPerson(NotYet):
    """Somebody whom the directory does not know yet."""
