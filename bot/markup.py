"""Slack markup to plain text for an SMS, and a stranger's plain text to harmless Slack markup.

Slack stores what a rep typed as *mrkdwn*: `&`, `<` and `>` escaped, mentions and links in angle brackets, emoji by
name. A contact reads what the rep saw. Everything here runs in time linear in the text and raises for no input.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from unicodedata import category

from bot import emoji_names


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the ids in a message are called: user id, channel id and user group id to name, without `@` or `#`."""

    people: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)


_TAG = re.compile(r"<([@#!][^<>]+|[A-Za-z][A-Za-z0-9+.-]{0,20}:[^<>]+)>")
_TOKEN = re.compile(
    rf"""
      ```(?P<block>.+?)```
    | (?<![\w`])`(?P<code>[^`\n]+)`(?![\w`])
    | (?P<tag>{_TAG.pattern})
    | (?P<url>https?://[^\s<>`]+)
    | :(?P<emoji>[\w+'-]{{1,100}}):(?::skin-tone-(?P<tone>[2-6](?:-[2-6])?):)?
    | (?P<mark>[*_~])
    | (?P<line>\n)
    """,
    re.VERBOSE | re.DOTALL,
)
_ENTITY = re.compile(r"&(amp|lt|gt);")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">"}
_BULLET = re.compile(r"([ \t]*)[•◦▪]\ufe0e? ")
_AFTER_URL = "*_~.,:!?'\")]}"
_NO_BOUNDARY = frozenset("/\\@#%&")
_TELLING_DIGITS = 5

_MENTION = re.compile(r"<(?:@[^<>]|!subteam\^|!(?:here|channel|everyone)[|>])|(?<![\w./])@(?:here|channel|everyone)\b")
_PERSON = re.compile(r"<@([^<>|]+)")
_CHANNEL = re.compile(r"<#([^<>|]+)")
_GROUP = re.compile(r"<!subteam\^([^<>|]+)")
_UNSEEN = r"\s\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # spaces and signs without a shape
_PREFIX = re.compile(
    rf"(?:[{_UNSEEN}•◦▪]|&gt;)*(?P<before>[*_~`]*)"  # of a quote and a list, too
    rf"(?:(?:[/\uff0f]{{2,}}|note[:\uff1a]|private[:\uff1a])[{_UNSEEN}]*)+",
    re.IGNORECASE,
)


def to_plain(text: str, names: Names) -> str:
    """Return a Slack message the way its writer saw it, as the plain text of an SMS."""
    pieces = list(_pieces(text.replace("\r\n", "\n").replace("\r", "\n"), names))
    formatting = _formatting(pieces)
    return "".join(piece.text for index, piece in enumerate(pieces) if index not in formatting)


def storable(text: str) -> str:
    """Return a text without what no phone shows and PostgreSQL refuses: NUL, and halves of characters."""
    return text.replace("\0", "").encode(errors="replace").decode()


def typed(text: str) -> str:
    """Return what somebody typed in a modal as plain text: nothing is escaped there, but emoji come by their names."""
    return _with_emoji(storable(text).replace("\r\n", "\n").replace("\r", "\n")).strip()


def people_in(text: str) -> set[str]:
    """Return the ids of the people a Slack message mentions."""
    return set(_PERSON.findall(text))


def channels_in(text: str) -> set[str]:
    """Return the ids of the channels a Slack message names."""
    return set(_CHANNEL.findall(text))


def mentions(text: str) -> bool:
    """Tell whether a message speaks to colleagues: a person, a group, @here, @channel or @everyone, anywhere.

    Slack leaves `@here` as plain text where it may not be used, for example in threads; it was meant all the same.
    """
    return _MENTION.search(text) is not None


def note_prefix(text: str) -> bool:
    """Tell whether a message begins, as its writer sees it, with `//`, `note:` or `private:`."""
    return _PREFIX.match(text) is not None


def is_note(text: str) -> bool:
    """Tell whether a message stays inside: it is marked as a note, or it mentions a colleague."""
    return note_prefix(text) or mentions(text)


def without_prefix(text: str) -> str:
    """Return a message without what marked it as a note, for sending it after all."""
    prefix = _PREFIX.match(text)
    if prefix is None:
        return text
    marks, rest = prefix["before"], text[prefix.end() :]
    if marks and rest.startswith(marks[::-1]):
        return rest[len(marks) :].lstrip()
    return marks + rest


class _Kind(Enum):
    WORDS = auto()
    MARK = auto()
    LINE = auto()
    FIXED = auto()


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of plain text; only a MARK may turn out to be formatting, and FIXED is never looked into."""

    kind: _Kind
    text: str


def _pieces(text: str, names: Names) -> Iterator[_Piece]:
    """Cut a message into what is plain text already, what has been put into words, and possible formatting."""
    done, fresh = 0, True
    while token := _TOKEN.search(text, done):
        if token.start() > done:
            yield _words(text[done : token.start()], fresh=fresh)
            fresh = False
        done = token.end()
        if token["line"]:
            yield _Piece(_Kind.LINE, "\n")
        elif token["mark"]:
            yield _Piece(_Kind.MARK, token["mark"])
        elif token["block"]:
            yield from _block(token, names, fresh=fresh)
        elif token["emoji"]:
            words, done = _emoji(token)
            yield _Piece(_Kind.FIXED, words)
        elif token["url"]:
            url = token["url"].rstrip(_AFTER_URL)
            done = token.start() + len(url)
            yield _Piece(_Kind.FIXED, _decode(url))
        else:
            yield _Piece(_Kind.FIXED, _verbatim(token["code"], names) if token["code"] else _tag(token["tag"], names))
        fresh = token["line"] is not None
    if done < len(text):
        yield _words(text[done:], fresh=fresh)


def _words(text: str, *, fresh: bool) -> _Piece:
    """Take plain words; Slack's bullets at the start of a line become dashes, which cost no Unicode SMS."""
    bullet = _BULLET.match(text) if fresh else None
    if bullet:
        text = f"{bullet[1]}- {text[bullet.end() :]}"
    return _Piece(_Kind.WORDS, _decode(text))


def _block(token: re.Match[str], names: Names, *, fresh: bool) -> Iterator[_Piece]:
    """Drop the fences of a code block and put it on lines of its own, as Slack shows it."""
    if not fresh:
        yield _Piece(_Kind.LINE, "\n")
    yield _Piece(_Kind.FIXED, _verbatim(token["block"].removeprefix("\n").removesuffix("\n"), names))
    if token.end() < len(token.string) and token.string[token.end()] != "\n":
        yield _Piece(_Kind.LINE, "\n")


def _emoji(token: re.Match[str]) -> tuple[str, int]:
    """Return the emoji, or the words as they stand, and where to read on: a last colon may begin the next."""
    name, text = token["emoji"], token.string
    around = text[token.start() - 1 : token.start()] + text[token.end() : token.end() + 1]
    known = None if _part_of_a_word(name, around) else emoji_names.character(name, token["tone"])
    if known is not None:
        return known, token.end()
    if token["tone"] is not None:
        return f":{name}:", token.end()
    return f":{name}", token.end() - 1


def _part_of_a_word(name: str, around: str) -> bool:
    """Tell `10:100:00` and `a:b:c` from the emoji of these names."""
    short = name.isdigit() or (name.isalnum() and len(name) <= len("ok"))
    return short and any(char.isalnum() for char in around)


def _decode(text: str) -> str:
    return _ENTITY.sub(lambda entity: _ENTITIES[entity[1]], text)


def _verbatim(text: str, names: Names) -> str:
    """Read code as it was typed: Slack stores links and mentions in it like anywhere else, but formats nothing."""
    done, words = 0, []
    for tag in _TAG.finditer(text):
        words += [_decode(text[done : tag.start()]), _tag(tag[0], names)]
        done = tag.end()
    return "".join([*words, _decode(text[done:])])


def _tag(tag: str, names: Names) -> str:
    """Put what stands in angle brackets into words."""
    target, _, label = tag[1:-1].partition("|")
    label = _decode(label)
    match target[0], target[1:]:
        case "@", person:
            return _at(names.people.get(person) or label, "someone")
        case "#", channel:
            name = names.channels.get(channel) or label
            return f"#{name.removeprefix('#')}" if name else "a channel"
        case "!", special:
            return _special(special, label, names)
        case _:
            return _link(_decode(target), _with_emoji(label))


def _at(name: str, nobody: str) -> str:
    return f"@{name.removeprefix('@')}" if name else nobody


def _special(special: str, label: str, names: Names) -> str:
    command, _, rest = special.partition("^")
    match command:
        case "subteam":
            return _at(names.groups.get(rest) or label, "a group")
        case "date":
            return label or "a date"
        case "here" | "channel" | "everyone":
            return f"@{command}"
        case _:
            return label or command


def _link(url: str, label: str) -> str:
    """Say the label and where it leads, once if both are the same."""
    scheme, _, rest = url.partition(":")
    address = {"mailto": rest.partition("?")[0], "tel": rest}.get(scheme.lower(), url)
    if not label:
        return address
    if scheme.lower() == "tel":
        same = bool(_digits(label)) and _digits(address).endswith(_digits(label)[-_TELLING_DIGITS:])
    else:
        same = _bare(label) == _bare(address)
    return label if same else f"{label} ({address})"


def _bare(url: str) -> str:
    return re.sub(r"^[a-z]{1,20}:(//)?", "", url.casefold()).rstrip("/")


def _digits(text: str) -> str:
    digits = "".join(char for char in text if char.isdecimal())
    return digits if len(digits) >= _TELLING_DIGITS else ""


def _with_emoji(label: str) -> str:
    done, words = 0, []
    while token := _TOKEN.search(label, done):
        words.append(label[done : token.start()])
        if token["emoji"]:
            emoji, done = _emoji(token)
            words.append(emoji)
        else:
            words.append(token[0])
            done = token.end()
    return "".join([*words, label[done:]])


def _formatting(pieces: list[_Piece]) -> set[int]:
    """Find the marks that Slack shows as bold, italic or struck text: the indexes of their pieces.

    They come in pairs on one line, with word boundaries outside, no space inside, and something to read between.
    """
    found: set[int] = set()
    opened: dict[str, tuple[int, int]] = {}
    readable = 0
    for index, piece in enumerate(pieces):
        if piece.kind is _Kind.LINE:
            opened.clear()
        elif piece.kind is not _Kind.MARK:
            readable += piece.kind is _Kind.FIXED or any(char.isalnum() for char in piece.text)
        else:
            before = pieces[index - 1] if index else None
            after = pieces[index + 1] if index + 1 < len(pieces) else None
            start, seen = opened.get(piece.text, (index, readable))
            if seen < readable and _touches(before, -1, piece.text) and _is_boundary(after, 0, piece.text):
                found |= {start, index}
                opened = {mark: at for mark, at in opened.items() if at[0] < start}
            elif _touches(after, 0, piece.text) and _is_boundary(before, -1, piece.text):
                opened[piece.text] = index, readable
    return found


def _touches(neighbour: _Piece | None, end: int, mark: str) -> bool:
    """Tell whether a mark stands directly at something that it could format."""
    if neighbour is None or neighbour.kind is _Kind.LINE:
        return False
    return neighbour.kind is _Kind.FIXED or not (neighbour.text[end].isspace() or neighbour.text[end] == mark)


def _is_boundary(neighbour: _Piece | None, end: int, mark: str) -> bool:
    """Tell whether a formatted stretch can end here: at a space, at punctuation, at another mark."""
    if neighbour is None or neighbour.kind in (_Kind.LINE, _Kind.FIXED):
        return True
    char = neighbour.text[end]
    if char == mark or char in _NO_BOUNDARY:
        return False
    return char.isspace() or char in "~<>" or category(char)[0] == "P" or category(char) == "So"
