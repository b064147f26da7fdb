"""Signed requests, built before the clock starts, and sent over raw connections that are kept alive.

The generator must cost much less than the server it measures: a request is bytes, and of an answer only the status
line and the length are read.
"""

import asyncio
import base64
import hashlib
import hmac
import re
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from urllib.parse import urlencode
from uuid import uuid4

CONNECTIONS = 32
PUBLIC_URL = "https://bench.example.com"  # what is signed; every process of a run believes to be it

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_BODY = "Good morning, is there any news about order %d? It was to be here by Friday, thank you."


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a load: how long it took, each answer's latency in seconds, and how many were not 2xx."""

    seconds: float
    latencies: tuple[float, ...]
    refused: int

    @property
    def rate(self) -> float:
        """Answers in a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, percent: int) -> float:
        """The latency in milliseconds that so many of a hundred answers were within."""
        return percentile(self.latencies, percent)


def percentile(seconds: Sequence[float], percent: int) -> float:
    """A percentile of some seconds, in milliseconds."""
    return statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1] * 1000


def texts(auth_token: str, account_sid: str, numbers: Sequence[str], *, contacts: int, count: int) -> list[bytes]:
    """Webhooks of texts that Twilio signed, no two alike: the contacts take turns, each texting one of our numbers."""
    return [
        _text(auth_token, account_sid, number=numbers[place % contacts % len(numbers)], contact=place % contacts)
        for place in range(count)
    ]


def _text(auth_token: str, account_sid: str, *, number: str, contact: int) -> bytes:
    sid = f"SM{uuid4().hex}"
    sender = f"+1555{2_000_000 + contact}"
    form = {
        "ToCountry": "US",
        "ToState": "CA",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "ToCity": "SAN FRANCISCO",
        "FromZip": "94103",
        "SmsSid": sid,
        "FromState": "CA",
        "SmsStatus": "received",
        "FromCity": "SAN FRANCISCO",
        "Body": _BODY % contact,
        "FromCountry": "US",
        "To": number,
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": account_sid,
        "From": sender,
        "ApiVersion": "2010-04-01",
    }
    signed = f"{PUBLIC_URL}/twilio/inbound" + "".join(f"{key}{form[key]}" for key in sorted(form))
    digest = hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest()
    return post("/twilio/inbound", form, {"X-Twilio-Signature": base64.b64encode(digest).decode()})


def post(path: str, form: Mapping[str, str], headers: Mapping[str, str]) -> bytes:
    """A request that posts a form."""
    body = urlencode(form).encode()
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: bench.example.com",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass(eq=False)
class _Connection(asyncio.Protocol):
    """Sends the next request as soon as the one before is answered, until there is none or the time is over."""

    requests: Iterator[bytes]
    stop_at: float
    done: asyncio.Future[None]
    latencies: list[float] = field(default_factory=list)
    refused: int = 0
    _transport: asyncio.WriteTransport | None = None
    _sent_at: float = 0.0
    _answer: bytes = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        self._send()

    def _send(self) -> None:
        assert self._transport is not None
        now = perf_counter()
        request = next(self.requests, None) if now < self.stop_at else None
        if request is None:
            self._transport.close()
            return
        self._sent_at = now
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._answer += data
        end = self._answer.find(b"\r\n\r\n")
        if end < 0:
            return
        length = _LENGTH.search(self._answer, 0, end)
        if len(self._answer) < end + 4 + int(length[1] if length else 0):
            return
        self.latencies.append(perf_counter() - self._sent_at)
        self.refused += self._answer[9:10] != b"2"
        self._answer = b""
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)
        del exc


async def send(
    requests: Iterator[bytes], ports: Sequence[int], *, seconds: float = 3600.0, connections: int = CONNECTIONS
) -> Run:
    """Send them one after the other on each connection, spread over these ports, until they or the seconds are over."""
    loop = asyncio.get_running_loop()
    began = perf_counter()
    open_ = [
        _Connection(requests=requests, stop_at=began + seconds, done=loop.create_future()) for _ in range(connections)
    ]
    for place, connection in enumerate(open_):
        await loop.create_connection(lambda one=connection: one, "127.0.0.1", ports[place % len(ports)])  # type: ignore[misc]
    await asyncio.gather(*(connection.done for connection in open_))
    return Run(
        seconds=perf_counter() - began,
        latencies=tuple(latency for connection in open_ for latency in connection.latencies),
        refused=sum(connection.refused for connection in open_),
    )
