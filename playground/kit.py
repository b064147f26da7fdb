"""Block Kit as tables: which blocks and elements there are, their keys, lengths, counts (Block Kit reference)."""

from __future__ import annotations

from dataclasses import dataclass, field

TEXT_KEYS = {"plain_text": {"type", "text", "emoji"}, "mrkdwn": {"type", "text", "verbatim"}}
OPTION_KEYS = {"text", "value", "description", "url"}
CONFIRM_LENGTHS = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
CONFIRM_KEYS = {*CONFIRM_LENGTHS, "style"}

_PICKER = {"action_id", "confirm", "focus_on_load", "placeholder"}
_FIELD = {"action_id", "dispatch_action_config", "focus_on_load", "initial_value", "placeholder"}
_MULTI = {*_PICKER, "max_selected_items"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Element:
    """An element's keys. `texts` are plain_text objects and `strings` bare strings, with their lengths."""

    required: set[str] = field(default_factory=set)
    optional: set[str] = field(default_factory=set)
    texts: dict[str, int] = field(default_factory=dict)
    strings: dict[str, int] = field(default_factory=dict)
    options: tuple[int, int] | None = None

    @property
    def keys(self) -> set[str]:
        return {"type", *self.required, *self.optional}


_LABEL = {"placeholder": 150}
_ACTION = {"action_id": 255}

ELEMENTS = {
    "button": Element(
        required={"text"},
        optional={"action_id", "url", "value", "style", "confirm", "accessibility_label"},
        texts={"text": 75},
        strings={"action_id": 255, "url": 3000, "value": 2000, "accessibility_label": 75},
    ),
    "overflow": Element(required={"options"}, optional={"action_id", "confirm"}, strings=_ACTION, options=(1, 5)),
    "static_select": Element(
        optional={*_PICKER, "options", "option_groups", "initial_option"},
        texts=_LABEL,
        strings=_ACTION,
        options=(1, 100),
    ),
    "multi_static_select": Element(
        optional={*_MULTI, "options", "option_groups", "initial_options"},
        texts=_LABEL,
        strings=_ACTION,
        options=(1, 100),
    ),
    "external_select": Element(
        optional={*_PICKER, "initial_option", "min_query_length"}, texts=_LABEL, strings=_ACTION
    ),
    "multi_external_select": Element(
        optional={*_MULTI, "initial_options", "min_query_length"}, texts=_LABEL, strings=_ACTION
    ),
    "users_select": Element(optional={*_PICKER, "initial_user"}, texts=_LABEL, strings=_ACTION),
    "multi_users_select": Element(optional={*_MULTI, "initial_users"}, texts=_LABEL, strings=_ACTION),
    "channels_select": Element(
        optional={*_PICKER, "initial_channel", "response_url_enabled"}, texts=_LABEL, strings=_ACTION
    ),
    "multi_channels_select": Element(optional={*_MULTI, "initial_channels"}, texts=_LABEL, strings=_ACTION),
    "conversations_select": Element(
        optional={
            *_PICKER,
            "initial_conversation",
            "default_to_current_conversation",
            "response_url_enabled",
            "filter",
        },
        texts=_LABEL,
        strings=_ACTION,
    ),
    "multi_conversations_select": Element(
        optional={*_MULTI, "initial_conversations", "default_to_current_conversation", "filter"},
        texts=_LABEL,
        strings=_ACTION,
    ),
    "radio_buttons": Element(
        required={"options"},
        optional={"action_id", "confirm", "focus_on_load", "initial_option"},
        strings=_ACTION,
        options=(1, 10),
    ),
    "checkboxes": Element(
        required={"options"},
        optional={"action_id", "confirm", "focus_on_load", "initial_options"},
        strings=_ACTION,
        options=(1, 10),
    ),
    "datepicker": Element(optional={*_PICKER, "initial_date"}, texts=_LABEL, strings=_ACTION),
    "timepicker": Element(optional={*_PICKER, "initial_time", "timezone"}, texts=_LABEL, strings=_ACTION),
    "datetimepicker": Element(optional={"action_id", "confirm", "focus_on_load", "initial_date_time"}, strings=_ACTION),
    "plain_text_input": Element(
        optional={*_FIELD, "multiline", "min_length", "max_length"},
        texts=_LABEL,
        strings={**_ACTION, "initial_value": 3000},
    ),
    "email_text_input": Element(optional=_FIELD, texts=_LABEL, strings=_ACTION),
    "url_text_input": Element(optional=_FIELD, texts=_LABEL, strings=_ACTION),
    "number_input": Element(
        required={"is_decimal_allowed"}, optional={*_FIELD, "min_value", "max_value"}, texts=_LABEL, strings=_ACTION
    ),
    "rich_text_input": Element(optional={*_FIELD, "min_lines", "max_lines"}, texts=_LABEL, strings=_ACTION),
    "file_input": Element(optional={"action_id", "filetypes", "max_files"}, strings=_ACTION),
    "image": Element(
        required={"alt_text"}, optional={"image_url", "slack_file"}, strings={"image_url": 3000, "alt_text": 2000}
    ),
}

_SELECTS = {name for name in ELEMENTS if name.endswith("_select")}
_CHOICES = {*_SELECTS, "radio_buttons", "checkboxes", "datepicker", "timepicker"}
IN_ACTIONS = {*_CHOICES, "button", "overflow", "datetimepicker", "rich_text_input"}
IN_SECTION = {*_CHOICES, "button", "overflow", "image"}
IN_INPUT = {
    *_CHOICES,
    "datetimepicker",
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "rich_text_input",
    "file_input",
}
STATEFUL = {*IN_INPUT}
IN_CONTEXT = {"image", "plain_text", "mrkdwn"}
# Slack refuses these in a message (reference of each element and of the input block).
NOT_IN_MESSAGE = {"file_input"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A block's keys, beside `type` and `block_id`, and the surfaces that take it."""

    required: set[str] = field(default_factory=set)
    optional: set[str] = field(default_factory=set)
    surfaces: frozenset[str] = frozenset({"message", "modal", "home"})

    @property
    def keys(self) -> set[str]:
        return {"type", "block_id", *self.required, *self.optional}


_MESSAGE = frozenset({"message"})

BLOCKS = {
    "section": Block(optional={"text", "fields", "accessory", "expand"}),
    "divider": Block(),
    "header": Block(required={"text"}),
    "context": Block(required={"elements"}),
    "actions": Block(required={"elements"}),
    "input": Block(required={"label", "element"}, optional={"hint", "optional", "dispatch_action"}),
    "image": Block(required={"alt_text"}, optional={"image_url", "slack_file", "title"}),
    "rich_text": Block(required={"elements"}),
    "markdown": Block(required={"text"}, surfaces=_MESSAGE),
    "video": Block(
        required={"alt_text", "thumbnail_url", "title", "video_url"},
        optional={"author_name", "description", "provider_icon_url", "provider_name", "title_url"},
    ),
    "table": Block(required={"rows"}, optional={"column_settings"}, surfaces=_MESSAGE),
    "context_actions": Block(required={"elements"}, surfaces=_MESSAGE),
    "alert": Block(required={"text"}, optional={"level"}),
    "card": Block(optional={"actions", "body", "hero_image", "icon", "subtitle", "title"}),
    "carousel": Block(required={"elements"}),
    "container": Block(
        required={"child_blocks"},
        optional={
            "default_collapsed",
            "has_header_divider",
            "icon",
            "is_collapsible",
            "rich_text_title",
            "subtitle",
            "title",
            "width",
        },
    ),
    "plan": Block(required={"title"}, optional={"tasks"}, surfaces=_MESSAGE),
    "task_card": Block(
        required={"status", "task_id", "title"}, optional={"details", "output", "sources"}, surfaces=_MESSAGE
    ),
}

MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}
