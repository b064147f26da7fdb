"""Slack's Web API: the request, its token, faults, limits, the log. The methods are in the `methods_*` files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from playground import methods_chat, methods_directory, methods_files, methods_views
from playground.core import Call
from playground.slack import SlackError

if TYPE_CHECKING:
    from playground.slack import Method, Slack
    from playground.world import Json

METHODS: dict[str, Method] = {
    **methods_chat.METHODS,
    **methods_directory.METHODS,
    **methods_views.METHODS,
    **methods_files.METHODS,
}


class SlackApi:
    """Serves `/api/{method}`."""

    def __init__(self, slack: Slack) -> None:
        self.slack = slack

    async def serve(self, request: web.Request) -> web.Response:
        """Answer one Web API request."""
        core = self.slack.core
        method = request.match_info["method"]
        params = await _params(request)
        token = _token(request, params)
        call = Call(method=method, params={} if params is None else params)
        core.record(call)

        async def effect() -> web.Response:
            return await self._answer(method, params, token)

        response = await core.faults.around(method, request, effect)
        call.status, call.answer = response.status, _read(response)
        core.changed()
        return response

    async def _answer(self, method: str, params: Json | None, token: str) -> web.Response:
        core = self.slack.core
        refusal = self._refuse(method, params, token)
        if refusal is not None or params is None:
            return refusal or _error("invalid_json")
        wait = core.faults.limited(method, params)
        if wait is not None:
            return web.json_response(
                {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": str(wait)}
            )
        try:
            answer = await METHODS[method](self.slack, params)
        except SlackError as error:
            return _error(error.code, **error.extra)
        return web.json_response({"ok": True, **answer})

    def _refuse(self, method: str, params: Json | None, token: str) -> web.Response | None:
        settings = self.slack.core.settings
        wanted = settings.app_token if method == "apps.connections.open" else settings.bot_token
        if params is None:
            return _error("invalid_json")
        if method not in METHODS:
            return _error("unknown_method", req_method=method)
        if not token:
            return _error("not_authed")
        if token != wanted:
            return _error(
                "not_allowed_token_type" if token in {settings.app_token, settings.bot_token} else "invalid_auth"
            )
        return None


def _error(code: str, **extra: Any) -> web.Response:
    return web.json_response({"ok": False, "error": code, **extra})


async def _params(request: web.Request) -> Json | None:
    """Merge query and body: JSON or a form, None when the JSON is broken."""
    params: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError:
            return None
        return {**params, **body} if isinstance(body, dict) else None
    form = await request.post()
    return {**params, **{key: value for key, value in form.items() if isinstance(value, str)}}


def _token(request: web.Request, params: Json | None) -> str:
    in_form = str(params.pop("token", "")) if params else ""
    return request.headers.get("Authorization", "").removeprefix("Bearer ").strip() or in_form


def _read(response: web.Response) -> Any:
    text = response.text or ""
    try:
        return json.loads(text)
    except ValueError:
        return text
