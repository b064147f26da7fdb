"""The HTTP routes, and the server in front of them. Twilio's routes are handed over by `app.py`."""

import asyncio
import json
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

_LARGEST_BODY = 1024 * 1024
_STOP_SECONDS = 3


def routes(
    bolt: AsyncApp,
    signing_secret: str,
    twilio: Sequence[Route],
    is_ready: Callable[[], Awaitable[bool]],
    scrape: Callable[[], Awaitable[bytes]],
) -> Starlette:
    """The application that uvicorn serves."""
    verifier = SignatureVerifier(signing_secret)

    async def slack_events(request: Request) -> Response:
        if int(request.headers.get("Content-Length") or 0) > _LARGEST_BODY:
            return PlainTextResponse("Too large", status_code=413)
        body = await request.body()
        if not _is_signed(verifier, body, request):
            return PlainTextResponse("Unauthorized", status_code=401)
        return Response() if _is_echo(body) else await _answer(bolt, body, request)

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok")

    async def readyz(_request: Request) -> Response:
        ready = await is_ready()
        return PlainTextResponse("ready" if ready else "not ready", status_code=200 if ready else 503)

    async def metrics(_request: Request) -> Response:
        return Response(await scrape(), media_type=CONTENT_TYPE_LATEST)

    return Starlette(
        routes=[
            Route("/slack/events", slack_events, methods=["POST"]),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", metrics),
            *twilio,
        ],
        exception_handlers={404: _empty, 405: _empty, 500: _empty},
    )


async def _answer(bolt: AsyncApp, body: bytes, request: Request) -> Response:
    """What Bolt answers, after its listener has run."""
    answer = await bolt.async_dispatch(AsyncBoltRequest(body=_readable(body.decode()), headers=dict(request.headers)))
    response = Response(answer.body, status_code=answer.status)
    for name, values in answer.headers.items():
        if name.lower() != "content-length":
            for value in values:
                response.headers.append(name, value)
    return response


async def _empty(_request: Request, error: Exception) -> Response:
    """Nothing to read: Twilio may text to the customer whatever an answer to its webhook says, an error page too."""
    return Response(status_code=getattr(error, "status_code", 500))


def _is_signed(verifier: SignatureVerifier, body: bytes, request: Request) -> bool:
    """Whether Slack has signed it. A time that is no number, or a body that is no text, makes the verifier raise."""
    try:
        return verifier.is_valid_request(body, dict(request.headers))
    except ValueError:
        return False


def _is_echo(body: bytes) -> bool:
    """Whether an event tells of what an app has posted or redrawn, which is nobody's reply: half of all that comes.

    A deleted card is not among them: it is missed.
    """
    try:
        event = json.loads(body)["event"]
        posted = event["message"] if event.get("subtype") == "message_changed" else event
        return event["type"] == "message" and bool(posted.get("bot_id")) and posted.get("subtype") != "tombstone"
    except (ValueError, TypeError, KeyError):  # a form, or something that Bolt answers
        return False


class _Server(uvicorn.Server):
    """A server that leaves signals to whoever started it, so that the workers behind it can finish too."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(app: Starlette, bound: socket.socket) -> AsyncIterator[None]:
    """Serve on a socket until the block ends: then stop accepting, and finish what is in flight."""
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # asyncio does so only for sockets that it makes itself
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=_STOP_SECONDS
    )
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[bound]))
    while not server.started and not running.done():  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.005)
    try:
        yield
    finally:
        server.should_exit = True
        await running


def interruption() -> asyncio.Event:
    """What SIGTERM or Ctrl-C sets, from now on."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    return stop


def _readable(body: str) -> str:
    """Bolt takes any form that contains `payload`, even within what a person typed, for an interaction, and drops it.

    So where it is no field's name it is percent-encoded, after the signature was checked over the body as it came.
    """
    if body.startswith(("{", "payload=")) or "&payload=" in body:
        return body
    return body.replace("payload", "%70ayload")
