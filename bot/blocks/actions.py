"""The ids of what people press, shared by those who draw it and those who answer it."""

import re

from desk.values import Filter

ASSIGN = "assign"
CLAIM = "claim"
CLOSE = "close"
CLOSE_ANYWAY = "close_anyway"
REOPEN = "reopen"
OPEN_THREAD = "open_thread"
MORE = "more"
RETRY = "retry"
SEND_AGAIN = "send_again"
IT_ARRIVED = "it_arrived"
SEND_NOW = "send_now"
DONT_SEND = "dont_send"
CANCEL = "cancel"
SEND_AT_ONCE = "send_at_once"
SEND_AS_SMS = "send_as_sms"
REFRESH = "refresh"
FIND_FURTHER = "find_further"
OPEN_QUEUE = "open_queue"
DISTRIBUTE = "distribute"
ON_IT = "on_it"
SNOOZE_ALERT = "snooze_alert"
TAKE_OVER = "take_over"
AWAY = "away"
BACK = "back"
HAND_OFF = "hand_off"
INBOX_SETTINGS = "inbox_settings"
ALERT_SETTINGS = "alert_settings"
PEOPLE_SETTINGS = "people_settings"
EXPORT = "export"

# Values of the entries in `…` (MORE).
RELEASE = "release"
MARK_READ = "mark_read"
MARK_UNREAD = "mark_unread"
HISTORY = "history"
RENAME = "rename"
DETAILS = "details"

# Slack wants the ids in one block to differ, so a filter's button is `filter:open` and a page's `page:2` (from 0).
# Handlers listen to the patterns and read the rest with `filter_of` and `page_of`.
FILTER = re.compile(r"^filter:(all|unread|open|snoozed|closed)\Z")
PAGE = re.compile(r"^page:(0|[1-9][0-9]{0,8})\Z")

# The modal that names a contact: its callback id, and where its one input is found in the view's state.
RENAME_MODAL = "rename_modal"
NAME_BLOCK = "name"
NAME_INPUT = "name"

# The modal behind `More`: its menu of labels, whose block's id is a place, its note, and what can be pressed in it.
MORE_MODAL = "more_modal"
LABELS = "labels"
ABOUT_BLOCK = "about"
ABOUT = "about_text"
SNOOZE = "snooze"
SAVED_REPLIES = "saved_replies"

# The modal that asks until when: a choice (seconds since 1970, or the next text), or a time of one's own.
SNOOZE_MODAL = "snooze_modal"
SNOOZE_BLOCK = "until"
SNOOZE_CHOICE = "until_choice"
SNOOZE_TIME_BLOCK = "time"
SNOOZE_TIME = "time_choice"
SNOOZE_TEXT = "text"

# The modal of saved replies: its menu, its text and its buttons; and the modal that saves one.
SAVED_MODAL = "saved_modal"
SAVED_REPLY = "saved_reply"
SAVED_TEXT = "saved_text"
SAVED_NEW = "saved_new"
SAVED_EDIT = "saved_edit"
SAVED_DELETE = "saved_delete"
SAVING_MODAL = "saving_modal"
SAVING_NAME = "saving_name"
SAVING_TEXT = "saving_text"

# Message shortcuts, and the modals that they open.
ASSIGN_MESSAGE = "assign_message"
CLOSE_MESSAGE = "close_message"
NOTE_MESSAGE = "note_message"
ASSIGN_MODAL = "assign_modal"
CLOSE_MODAL = "close_modal"
NOTE_MODAL = "note_modal"
NOTE_BLOCK = "note"
NOTE = "note_text"

# The modal in which managers give out what nobody owns.
DISTRIBUTE_MODAL = "distribute_modal"
DISTRIBUTE_WAY = "distribute_way"
DISTRIBUTE_AMONG = "distribute_among"
DISTRIBUTE_TO = "distribute_to"

# The modals in which managers set up an inbox.
INBOX_MODAL = "inbox_modal"
ALERT_MODAL = "alert_modal"
ESCALATE_TO = "escalate_to"

# The modal in which managers say what reps are, and its menus.
PEOPLE_MODAL = "people_modal"
PICK_MEMBER = "pick_member"
PICK_SKILLS = "pick_skills"

# The modal that asks until when somebody is away.
AWAY_MODAL = "away_modal"
AWAY_BLOCK = "away_until"

# The modal that texts a number: its callback id, and its inputs, each alone in a block of the same name.
NEW_MODAL = "new_modal"
NEW_NUMBER = "new_number"
NEW_INBOX = "new_inbox"
NEW_TEXT = "new_text"
NEW_NAME = "new_name"

# The modal that hands off conversations: its callback id, and its inputs, each alone in a block of the same name.
HANDOFF_MODAL = "handoff_modal"
HANDOFF_WHOSE = "handoff_whose"
HANDOFF_TO = "handoff_to"
HANDOFF_ONLY = "handoff_only"
HANDOFF_MOST = "handoff_most"
HANDOFF_NOTE = "handoff_note"


def filter_id(which: Filter) -> str:
    return f"filter:{which.value}"


def filter_of(action_id: str) -> Filter:
    found = FILTER.match(action_id)
    if found is None:
        raise ValueError(f"Not a filter's button: {action_id!r}")
    return Filter(found[1])


def page_id(number: int) -> str:
    return f"page:{number}"


def page_of(action_id: str) -> int:
    found = PAGE.match(action_id)
    if found is None:
        raise ValueError(f"Not a page's button: {action_id!r}")
    return int(found[1])
