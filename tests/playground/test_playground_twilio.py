"""The local Twilio: what it posts, what it refuses, and what becomes of a text."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp import web
from twilio.base.exceptions import TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from playground.texting import segments

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playground import Playground
    from tests.playground.conftest import App

OURS = "+15550100000"
PHONE = "+15550100001"

# Twilio's own client still makes its credentials this way.
pytestmark = [
    pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The 'auth' parameter is deprecated:DeprecationWarning"),
]


@pytest.fixture
async def twilio(play: Playground) -> AsyncIterator[Any]:
    async with AsyncTwilioHttpClient() as http:
        client = Client(play.settings.account_sid, play.settings.auth_token, http_client=http)
        client.api.base_url = play.twilio_api_url
        yield client


async def test_a_text_is_posted_and_signed(play: Playground, app: App) -> None:
    sent = await play.text(PHONE, OURS, "hello & <you>", OptOutType="HELP")
    form = app.twilio[0]
    assert (form["MessageSid"], form["From"], form["To"], form["Body"]) == (sent.sid, PHONE, OURS, "hello & <you>")
    assert (form["NumMedia"], form["OptOutType"], form["path"]) == ("0", "HELP", "/twilio/inbound")
    assert sent.answer is not None
    assert sent.answer.status == 200
    await play.redeliver(sent)
    assert app.twilio[0] == app.twilio[1]
    assert [text.body for text in play.phone(PHONE)] == ["hello & <you>"]


async def test_the_query_is_signed_and_the_fragment_is_not(play: Playground, app: App) -> None:
    play.add_number("+15550100002", sms_url=f"{app.url}/twilio/in?team=a%20b#rc=2&rp=all")
    app.on_twilio = lambda _: web.Response(status=503)
    play.twilio_out.retry_delay = 0.01
    await play.text(PHONE, "+15550100002", "hi")
    assert [one["path"] for one in app.twilio] == ["/twilio/in?team=a%20b"] * 3


async def test_by_default_a_5xx_is_not_tried_again_and_a_lost_connection_once(
    play: Playground, app: App, unused_tcp_port: int
) -> None:
    app.on_twilio = lambda _: web.Response(status=503)
    assert len((await play.text(PHONE, OURS, "gone")).attempts) == 1
    play.add_number("+15550100003", sms_url=f"http://127.0.0.1:{unused_tcp_port}/", fallback_url=f"{app.url}/twilio/b")
    app.on_twilio = lambda _: web.Response()
    sent = await play.text(PHONE, "+15550100003", "kept")
    assert [one.status for one in sent.attempts] == [None, None, 200]
    assert app.twilio[-1]["ErrorCode"] == "11205"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (("<Response/>", "text/xml", 200), []),
        (("", "text/plain", 204), []),
        (("<Response><Message>Hi</Message></Response>", "text/xml", 200), ["Hi"]),
        (("<Response><Message><Body>Hi</Body></Message></Response>", "application/xml", 200), ["Hi"]),
        (("ok", "text/plain", 200), ["ok"]),
        (("Internal Server Error", "text/plain", 500), ["Internal Server Error"]),
        (('{"a": 1}', "application/json", 200), []),
    ],
)
async def test_what_the_webhook_says_is_texted(
    play: Playground, app: App, answer: tuple[str, str, int], told: list[str]
) -> None:
    body, kind, status = answer
    app.on_twilio = lambda _: web.Response(text=body, content_type=kind, status=status)
    await play.text(PHONE, OURS, "hello")
    assert [text.body for text in play.phone(PHONE) if text.by == "answer"] == told


async def test_a_text_goes_out_and_is_delivered(play: Playground, app: App, twilio: Any) -> None:
    sent = await twilio.messages.create_async(
        to=PHONE, from_=OURS, body="hi", status_callback=f"{app.url}/twilio/status?m=1"
    )
    assert (sent.status, sent.direction, sent.num_segments, sent.error_code) == ("queued", "outbound-api", "1", None)
    await play.until(lambda: [one["MessageStatus"] for one in app.twilio] == ["queued", "sent", "delivered"])
    assert app.twilio[0]["path"] == "/twilio/status?m=1"
    assert [(text.body, text.status) for text in play.phone(PHONE)] == [("hi", "delivered")]
    assert (await twilio.messages(sent.sid).fetch_async()).status == "delivered"


async def test_receipts_fail_wait_or_come_in_any_order(play: Playground, app: App, twilio: Any) -> None:
    callback = f"{app.url}/twilio/status"
    play.receipts.plan(PHONE, "undelivered", 30007)
    await twilio.messages.create_async(to=PHONE, from_=OURS, body="a", status_callback=callback)
    await play.until(lambda: len(app.twilio) == 3)
    assert (app.twilio[-1]["MessageStatus"], app.twilio[-1]["ErrorCode"]) == ("undelivered", "30007")
    play.receipts.hold = True
    held = await twilio.messages.create_async(to=PHONE, from_=OURS, body="b", status_callback=callback)
    assert held.date_sent is None
    await play.receipt(held.sid, "delivered")
    assert app.twilio[-1]["MessageStatus"] == "delivered"
    play.receipts.hold, play.receipts.order = False, "shuffled"
    await twilio.messages.create_async(to="+15550100009", from_=OURS, body="c", status_callback=callback)
    await play.until(lambda: len(app.twilio) == 7)
    assert {one["MessageStatus"] for one in app.twilio[-3:]} == {"queued", "sent", "delivered"}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"to": ""}, 21604),
        ({"to": "+1555"}, 21211),
        ({"to": OURS}, 21266),
        ({"body": ""}, 21602),
        ({"body": "x" * 1601}, 21617),
        ({"from_": "+15559999999"}, 21659),
        ({"from_": "nobody"}, 21212),
        ({"from_": ""}, 21603),
        ({"media_url": ["file:///etc/hosts"]}, 21620),
        ({"status_callback": "nowhere"}, 21609),
    ],
)
async def test_a_bad_text_is_refused(play: Playground, twilio: Any, given: dict[str, Any], code: int) -> None:
    with pytest.raises(TwilioRestException) as caught:
        await twilio.messages.create_async(**{"to": PHONE, "from_": OURS, "body": "hi", **given})
    assert (caught.value.code, caught.value.status) == (code, 400)
    assert play.phone(PHONE) == []


async def test_the_password_is_checked(play: Playground) -> None:
    async with AsyncTwilioHttpClient() as http:
        client = Client(play.settings.account_sid, "wrong", http_client=http)
        client.api.base_url = play.twilio_api_url
        with pytest.raises(TwilioRestException) as caught:
            await client.messages.create_async(to=PHONE, from_=OURS, body="hi")
    assert (caught.value.code, caught.value.status) == (20003, 401)


async def test_stop_and_start(play: Playground, app: App, twilio: Any) -> None:
    await play.text(PHONE, OURS, " stop ")
    with pytest.raises(TwilioRestException) as caught:
        await twilio.messages.create_async(to=PHONE, from_=OURS, body="hi")
    assert caught.value.code == 21610
    await play.text(PHONE, OURS, "START")
    await twilio.messages.create_async(to=PHONE, from_=OURS, body="hi")
    assert [text.by for text in play.phone(PHONE)] == ["person", "twilio", "person", "twilio", "app"]
    assert len(app.twilio) == 2


async def test_the_list_is_newest_first_in_pages_both_ways(play: Playground, app: App, twilio: Any) -> None:
    play.receipts.hold = True
    for number in range(3):
        await play.text(PHONE, OURS, str(number))
    await twilio.messages.create_async(to=PHONE, from_=OURS, body="out")
    listed = await twilio.messages.list_async(page_size=2)
    assert [one.body for one in listed] == ["out", "2", "1", "0"]
    assert [one.body for one in await twilio.messages.list_async(from_=PHONE, to=OURS, limit=2)] == ["2", "1"]
    today = dt.datetime.now(dt.UTC)
    assert len(await twilio.messages.list_async(date_sent_after=today)) == 3
    assert await twilio.messages.list_async(date_sent_before=today - dt.timedelta(days=2)) == []


async def test_a_text_can_be_cancelled_and_emptied(play: Playground, twilio: Any) -> None:
    play.receipts.hold = True
    sent = await twilio.messages.create_async(to=PHONE, from_=OURS, body="hi")
    assert (await twilio.messages(sent.sid).update_async(status="canceled")).status == "canceled"
    assert (await twilio.messages(sent.sid).update_async(body="")).body == ""
    with pytest.raises(TwilioRestException) as caught:
        await twilio.messages("SM" + "0" * 32).fetch_async()
    assert caught.value.status == 404


async def test_pictures_want_the_password(play: Playground, app: App, session: aiohttp.ClientSession) -> None:
    await play.text(PHONE, OURS, "", media=[("image/png", b"png!")])
    form = app.twilio[0]
    assert (form["NumMedia"], form["MediaContentType0"], form["MessageSid"][:2]) == ("1", "image/png", "MM")
    async with session.get(form["MediaUrl0"]) as response:
        assert response.status == 401
    basic = aiohttp.encode_basic_auth(play.settings.account_sid, play.settings.auth_token)
    headers = {"Authorization": basic}
    async with session.get(form["MediaUrl0"], headers=headers) as response:
        assert await response.read() == b"png!"
    async with session.delete(form["MediaUrl0"], headers=headers) as response:
        assert response.status == 204
    async with session.get(form["MediaUrl0"], headers=headers) as response:
        assert response.status == 404


async def test_a_picture_of_ours_is_fetched(play: Playground, app: App, twilio: Any) -> None:
    await twilio.messages.create_async(to=PHONE, from_=OURS, media_url=[f"{play.url}/playground/state"])
    await play.until(lambda: play.phone(PHONE)[0].status == "delivered")
    assert play.phone(PHONE)[0].media[0].content_type == "application/json"
    await twilio.messages.create_async(to=PHONE, from_=OURS, media_url=[f"{play.url}/nowhere"])
    await play.until(lambda: play.phone(PHONE)[1].status == "failed")


async def test_the_webhook_of_a_number_can_be_set(play: Playground, app: App, twilio: Any) -> None:
    number = (await twilio.incoming_phone_numbers.list_async())[0]
    assert (number.phone_number, number.sms_url) == (OURS, f"{app.url}/twilio/inbound")
    await twilio.incoming_phone_numbers(number.sid).update_async(sms_url=f"{app.url}/twilio/new")
    await play.text(PHONE, OURS, "hi")
    assert app.twilio[0]["path"] == "/twilio/new"


async def test_a_dropped_answer_after_the_text_went_out(play: Playground, twilio: Any) -> None:
    play.faults.drop("twilio.messages.create", after_effect=True)
    with pytest.raises(aiohttp.ClientError):
        await twilio.messages.create_async(to=PHONE, from_=OURS, body="hi")
    assert [text.body for text in play.phone(PHONE)] == ["hi"]
    play.faults.answer("twilio.*", 500, {"code": 20500, "message": "Internal", "status": 500})
    with pytest.raises(TwilioRestException):
        await twilio.messages.create_async(to=PHONE, from_=OURS, body="hi")
    await asyncio.sleep(0)
    assert len(play.phone(PHONE)) == 1


def test_segments() -> None:
    assert [segments(text) for text in ("", "x" * 160, "x" * 161, "€" * 81, "é" * 160, "😀" * 35, "😀" * 36)] == [
        1,
        1,
        2,
        2,
        1,
        1,
        2,
    ]
