"""What a rep writes in the thread is texted to the customer, once."""

import asyncio

from playground.seed import CHANNEL, GUEST, NUMBER
from tests.conftest import Eventually, World
from tests.journeys.scene import lines, marks, opened, pass_time, quoted, received, reply, sms, unheard, waits
from tests.journeys.screen import ALICE, ANA, BEN, BOB, CHLOE
from tests.journeys.team import owner


async def test_any_rep_answers_from_the_inbox_number(world: World, eventually: Eventually) -> None:
    """A reply is one text from our number to that customer alone; owner or not; the customer waits no longer."""
    card, other = await opened(world), await opened(world, BOB)
    assert waits(card)
    await reply(world, card, "Yes, it is.")
    await eventually(lambda: received(world) == ["Yes, it is."])
    await eventually(lambda: not waits(card))
    pass_time(world, minutes=1)
    await reply(world, card, "Come by any time.", BEN)
    await eventually(lambda: received(world)[1:] == ["Come by any time."])
    assert {(text.from_, text.to) for text in sms(world)} == {(NUMBER, ALICE)}
    assert received(world, BOB) == []
    assert waits(other)


MARKUP = {
    "Hello *Alice*, _see_ ~this~ `code`": "Hello Alice, see this code",
    "Look at <https://example.com/a?b=1&amp;c=2|our site> or <https://example.com/x>": (
        "Look at our site (https://example.com/a?b=1&c=2) or https://example.com/x"
    ),
    "5 &lt; 6 &amp; 7 &gt; 2, at &amp;lt;": "5 < 6 & 7 > 2, at &lt;",
    ":wave: :+1::skin-tone-3: :no-such-emoji:": "👋 👍🏼 :no-such-emoji:",
    "All of <#C0CUSTOMERS>, write to <mailto:a@example.com|a@example.com>": "All of #customers, write to a@example.com",
    "Bring:\n• a pen\n• paper": "Bring:\n- a pen\n- paper",
    "```\nline one\n  *line* two\n```": "line one\n  *line* two",
    "שלום 👋🏽 ça va ? 你好": "שלום 👋🏽 ça va ? 你好",
}


async def test_slacks_markup_becomes_plain_text(world: World, eventually: Eventually) -> None:
    """The customer reads what the rep saw: links, channels, emoji, lists and code, without Slack's signs."""
    card = await opened(world)
    for text in MARKUP:
        await reply(world, card, text)
    await eventually(lambda: received(world) == list(MARKUP.values()))


async def test_slack_telling_twice_sends_once(world: World, eventually: Eventually) -> None:
    """The same event again, the same message under another event id, or both at once: one text."""
    card = await opened(world)
    post = await reply(world, card, "Once")
    event = world.play.slack.message_event(post)
    again = await world.play.event(event)
    assert again is not None
    await world.play.redeliver_event(again)
    await asyncio.gather(*(world.play.event(event) for _ in range(4)), world.play.redeliver_event(again, 2))
    await reply(world, card, "And then")
    await eventually(lambda: received(world) == ["Once", "And then"])
    await eventually(lambda: "white_check_mark" in marks(post))
    await world.play.event(event)
    await world.play.quiet()
    assert received(world) == ["Once", "And then"]


async def test_a_reply_that_is_also_sent_to_the_channel_goes_once(world: World, eventually: Eventually) -> None:
    """With "Also send to channel" ticked it is one text, however often Slack tells of it."""
    card = await opened(world)
    post = await reply(world, card, "To you and the team", broadcast=True)
    plain = {**world.play.slack.message_event(post), "subtype": None}
    await world.play.event(plain)
    await reply(world, card, "Next")
    await eventually(lambda: received(world) == ["To you and the team", "Next"])


async def test_only_what_a_person_says_in_the_thread_is_sent(world: World, eventually: Eventually) -> None:
    """Apps, joins, topics, link previews, edits of nothing, the channel itself and other threads send nothing."""
    play = world.play
    play.add_person("U0ZAP", "Zap", is_bot=True)
    play.add_person("U0NEW", "Nina New")
    play.world.channels[CHANNEL].members.append("U0ZAP")
    card = await opened(world)
    await reply(world, card, "A robot speaks", "U0ZAP")
    await play.join("U0NEW", CHANNEL)
    await reply(world, card, "set the topic", subtype="channel_topic")
    await reply(world, card, "I am a bot", subtype="bot_message", bot_id="B0ELSE")
    talk = await play.post(ANA, CHANNEL, "Who takes Alice?")
    await play.post(BEN, CHANNEL, "Me", thread_ts=talk.ts)
    await play.edit(ANA, CHANNEL, talk.ts, "Who takes her?")
    linked = await reply(world, card, "See <https://example.com>")
    await play.unfurl(CHANNEL, linked.ts, "An example")
    await reply(world, card, "Done")
    await eventually(lambda: received(world) == ["See https://example.com", "Done"])
    await play.unfurl(CHANNEL, linked.ts, "An example")
    await play.quiet()
    assert received(world) == ["See https://example.com", "Done"]
    assert lines(world, card) == []


async def test_a_file_is_not_sent_and_not_silently_so(world: World, eventually: Eventually) -> None:
    """A picture, with words or without: nothing goes out, and the thread says so."""
    card = await opened(world)
    picture = [("map.png", "image/png", b"png")]
    await reply(world, card, "", files=picture)
    await eventually(lambda: lines(world, card) == ["Pictures are not sent yet; nothing went out"])
    await reply(world, card, "Here is the map", files=picture)
    await eventually(lambda: lines(world, card) == ["Pictures are not sent yet; nothing went out"] * 2)
    await reply(world, card, "Second street on the left")
    await eventually(lambda: received(world) == ["Second street on the left"])


async def test_guests_and_strangers_do_not_speak_for_us(world: World, eventually: Eventually) -> None:
    """What a guest or somebody of another organisation writes is not sent, and the thread says so."""
    world.play.add_person("U0XENA", "Xena Other", team="T0OTHER")
    await world.play.join("U0XENA", CHANNEL)
    card = await opened(world)
    await reply(world, card, "I am only a guest", GUEST)
    await eventually(lambda: any(GUEST in line and "not sent" in line for line in lines(world, card)))
    await reply(world, card, "I am from elsewhere", "U0XENA")
    await eventually(lambda: any("U0XENA" in line and "not sent" in line for line in lines(world, card)))
    await reply(world, card, "I work here")
    await eventually(lambda: received(world) == ["I work here"])
    await eventually(lambda: not waits(card))


async def test_a_rep_whom_the_directory_does_not_know_yet_is_heard(world: World, eventually: Eventually) -> None:
    """Slack's word of a new colleague was lost: their reply goes out all the same; a new guest's does not."""
    card = await opened(world)
    world.play.add_person("U0NEW", "Nina New")
    world.play.add_person("U0GIL", "Gil Guest", guest=True)
    world.play.world.channels[CHANNEL].members += ["U0NEW", "U0GIL"]
    await reply(world, card, "Hello, I am new", "U0NEW")
    await eventually(lambda: received(world) == ["Hello, I am new"])
    await reply(world, card, "So am I", "U0GIL")
    await eventually(lambda: any("U0GIL" in line and "not sent" in line for line in lines(world, card)))
    assert received(world) == ["Hello, I am new"]


async def test_a_known_colleague_whose_joining_was_not_heard_is_a_rep(world: World, eventually: Eventually) -> None:
    """Somebody of the workspace joined the channel and Slack's word of it is late: their reply goes out."""
    card = await opened(world)
    world.play.add_person("U0NEW", "Nina New")
    await world.play.change_person("U0NEW", name="Nina Known")
    world.play.world.channels[CHANNEL].members.append("U0NEW")
    await reply(world, card, "Just in time", "U0NEW")
    await eventually(lambda: received(world) == ["Just in time"])


async def test_a_reply_that_is_too_long_says_so(world: World, eventually: Eventually) -> None:
    """1,600 characters go out as one text; one more is not sent, and the thread says by how much."""
    card = await opened(world)
    longest = "x" * 1599 + "!"
    await reply(world, card, longest)
    await eventually(lambda: received(world) == [longest])
    await reply(world, card, longest + "!")
    await eventually(lambda: any("1,601 characters" in line and "not sent" in line for line in lines(world, card)))
    assert received(world) == [longest]


async def test_a_reply_that_was_too_long_goes_out_once_it_is_shortened(world: World, eventually: Eventually) -> None:
    """Editing it is enough, as the line asks; a deletion before that takes it off the table for good."""
    card = await opened(world)
    post = await reply(world, card, "x" * 1601)
    gone = await reply(world, card, "y" * 1700)
    await eventually(lambda: sum("not sent" in line for line in lines(world, card)) == 2)
    await world.play.delete(ANA, CHANNEL, gone.ts)
    await world.play.edit(ANA, CHANNEL, post.ts, "x" * 1700)
    await eventually(lambda: any("1,700 characters" in line for line in lines(world, card)))
    await world.play.edit(ANA, CHANNEL, post.ts, "Short and sweet")
    await eventually(lambda: received(world) == ["Short and sweet"])
    await eventually(lambda: not waits(card))
    await world.play.quiet()
    assert received(world) == ["Short and sweet"]


async def test_who_became_a_guest_since_they_wrote_sends_nothing_by_an_edit(
    world: World, eventually: Eventually
) -> None:
    """What had been too long is not sent as they shorten it, and does not become theirs."""
    card = await opened(world)
    post = await reply(world, card, "x" * 1601)
    await eventually(lambda: any("1,601 characters" in line for line in lines(world, card)))
    await world.play.change_person(ANA, guest=True)
    await world.play.edit(ANA, CHANNEL, post.ts, "Short and sweet")
    await eventually(lambda: any("is a guest" in line and "not sent" in line for line in lines(world, card)))
    await world.play.quiet()
    assert received(world) == []
    assert waits(card)
    assert owner(card) == ""


async def test_who_left_the_channel_since_they_wrote_is_not_let_in_again(world: World, eventually: Eventually) -> None:
    """Their leaving was heard before their last message: it is not sent, they are told, and the queue stays closed."""
    card = await opened(world)
    with unheard(world):
        post = await reply(world, card, "One last word", BEN)
        written = world.play.slack.message_event(post)
    await world.play.leave(BEN, CHANNEL)
    await world.play.event(written)
    await eventually(lambda: any(BEN in line and "not sent" in line for line in lines(world, card)))
    assert received(world) == []
    await world.play.join(BEN, CHANNEL)
    await reply(world, card, "Back again", BEN)
    await eventually(lambda: received(world) == ["Back again"])


async def test_a_reply_to_a_card_that_slack_has_not_confirmed_yet(world: World, eventually: Eventually) -> None:
    """The card stands in Slack but its answer hangs: who replies at once is heard when the answer has come."""
    held = world.play.faults.hold("chat.postMessage", times=1)
    card = await opened(world, confirmed=False)
    await reply(world, card, "I was quick", CHLOE)
    held.release()
    await eventually(lambda: received(world) == ["I was quick"])
    await world.play.text(ALICE, NUMBER, "You were")
    await eventually(lambda: quoted(world.thread(card.ts)[-1]) == ["You were"])


async def test_stop_and_start(world: World, eventually: Eventually) -> None:
    """STOP is shown like any text; replies are refused with the reason until START; the card says so meanwhile."""
    card = await opened(world)
    await world.play.text(ALICE, NUMBER, " Stop ")
    await eventually(lambda: "Texted STOP" in str(card.blocks))
    await eventually(lambda: any("texted STOP" in line for line in lines(world, card)))
    await reply(world, card, "Sorry to see you go")
    await eventually(lambda: any("so the reply was not sent" in line for line in lines(world, card)))
    assert received(world) == []
    await reply(world, card, "// they left", BEN)
    await world.play.text(ALICE, NUMBER, "yes")
    await eventually(lambda: "Texted STOP" not in str(card.blocks))
    await reply(world, card, "Welcome back")
    await eventually(lambda: received(world) == ["Welcome back"])
    await world.play.text(ALICE, NUMBER, "yes")
    await eventually(lambda: sum("yes" in quoted(post) for post in world.thread(card.ts)) == 2)
    assert sum("texted START" in line for line in lines(world, card)) == 1
