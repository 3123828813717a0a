"""The server's HTTP: the Open Inference Protocol v2 with its index of models, `/version` and `/metrics`.

Predictions are answered on plain ASGI, for their path is the hot one; all that is asked rarely is Starlette's.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any, Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mlops_spec import __version__
from mlops_spec.regex import regex
from mlops_spec.targets.local.serve.metrics import LogCollector, MemoryCollector, VersionCollector, exposition
from mlops_spec.targets.local.serve.remote import Answer, Remote, problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

    from mlops_spec.targets.live import Served
    from mlops_spec.targets.local.serve.hosted import Hosted
    from mlops_spec.targets.local.serve.limits import Limits
    from mlops_spec.targets.local.serve.log import PredictionLog
    from mlops_spec.targets.local.serve.memory import Memory

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_INFER = regex(r"^/v2/models/([^/]+)(?:/versions/([^/]+))?/infer$")
_JSON = (b"content-type", b"application/json")
_SHOWN = 5


class Live(Protocol):
    """What the HTTP side needs to know of the front."""

    limits: Limits
    log: PredictionLog | None
    memory: Memory

    @property
    def hosted(self) -> tuple[Hosted, ...]:
        """All models."""
        ...

    def find(self, model: str) -> Hosted | None:
        """The model of this name."""
        ...

    def describe(self, model: str | None) -> dict[str, Any]:
        """What `/version` says."""
        ...


def application(live: Live) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """The ASGI application of one server."""
    rest = _all_but_predictions(live)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST":
            found = _INFER.match(scope["path"])
            if found is not None:
                await _reply(send, *await _infer(live, found[1], found[2], _body(scope, receive, live.limits)))
                return
        await rest(scope, receive, send)

    return app


async def _infer(
    live: Live, name: str, version: str | None, incoming: Awaitable[bytes | Answer]
) -> tuple[Answer, Remote | None]:
    body = await incoming
    if isinstance(body, Answer):
        return body, None
    hosted = live.find(name)
    if hosted is None:
        return problem(404, _no_model(live, name)), None
    hosted.use.asked()
    routed = await (hosted.router.answer(body) if version is None else hosted.pinned(body, version))
    if routed is None:
        return problem(404, _no_version(name, version)), None
    if live.log is not None and routed.answer.status == 200:
        live.log.add(body, routed, hosted.name)
    return routed.answer, routed.by


async def _body(scope: Scope, receive: Receive, limits: Limits) -> bytes | Answer:
    too_large = problem(413, f"the body is larger than {limits.body_bytes:,} bytes; send fewer rows at once")
    declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    if int(declared) > limits.body_bytes:
        return too_large
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        whole: bytes = message.get("body", b"")
        return whole if len(whole) <= limits.body_bytes else too_large
    parts, size = [], 0
    try:
        async with asyncio.timeout(limits.body_seconds):
            while True:
                if message["type"] == "http.disconnect":
                    return problem(400, "the client went away before its request was whole")
                size += len(message.get("body", b""))
                if size > limits.body_bytes:
                    return too_large
                parts.append(message.get("body", b""))
                if not message.get("more_body"):
                    return b"".join(parts)
                message = await receive()
    except TimeoutError:
        return problem(408, f"the body did not arrive within {limits.body_seconds:g} s")


async def _reply(send: Send, answer: Answer, by: Remote | None) -> None:
    headers = [_JSON, (b"content-length", str(len(answer.payload)).encode())]
    if by is not None:
        served = by.served
        headers += [(b"x-model-version", served.version.encode()), (b"x-model-digest", served.digest.encode())]
    if answer.status == 503:
        headers.append((b"retry-after", str(answer.retry_after).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.payload})


def _all_but_predictions(live: Live) -> Starlette:
    async def server(_: Request) -> Response:
        return JSONResponse({"name": "mlops-spec", "version": __version__, "extensions": []})

    async def is_live(_: Request) -> Response:
        return JSONResponse({"live": True})

    async def is_ready(_: Request) -> Response:
        return _readiness(any(each.is_ready() for each in live.hosted))

    async def metadata(request: Request) -> Response:
        hosted, served = _find(live, **request.path_params)
        versions = [each.version for each in hosted.answering()]
        return JSONResponse({"name": hosted.model, "versions": versions, **await hosted.metadata(served)})

    async def model_is_ready(request: Request) -> Response:
        hosted, served = _find(live, **request.path_params)
        return _readiness(hosted.is_ready(served))

    async def index(_: Request) -> Response:
        return JSONResponse([line for each in live.hosted for line in _indexed(each)])

    async def version(request: Request) -> Response:
        return JSONResponse(live.describe(request.query_params.get("model")))

    async def metrics(_: Request) -> Response:
        log = live.log
        dropped = LogCollector(lambda: log.dropped if log is not None else 0)
        text = exposition(VersionCollector(live.hosted), MemoryCollector(live.hosted, live.memory), dropped)
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    answering = {
        "/v2": server,
        "/v2/health/live": is_live,
        "/v2/health/ready": is_ready,
        "/v2/models/{name}": metadata,
        "/v2/models/{name}/versions/{version}": metadata,
        "/v2/models/{name}/ready": model_is_ready,
        "/v2/models/{name}/versions/{version}/ready": model_is_ready,
        "/version": version,
        "/metrics": metrics,
    }
    routes = [Route(path, endpoint, methods=["GET"]) for path, endpoint in answering.items()]
    routes.append(Route("/v2/repository/index", index, methods=["POST"]))
    return Starlette(routes=routes, exception_handlers={HTTPException: _refuse})


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    said = error.detail if error.status_code != 404 or error.detail != "Not Found" else "there is no such page"
    return JSONResponse({"error": f"{request.method} {request.url.path}: {said}"}, error.status_code)


def _find(live: Live, name: str, version: str | None = None) -> tuple[Hosted, Served]:
    hosted = live.find(name)
    if hosted is None:
        raise HTTPException(404, _no_model(live, name))
    served = hosted.answers_as(version)
    if served is None:
        raise HTTPException(404, _no_version(name, version))
    return hosted, served


def _no_model(live: Live, name: str) -> str:
    known = [f"`{each.model}`" for each in live.hosted] or ["``"]
    here = ", ".join(known[:_SHOWN]) + ", …" * (len(known) > _SHOWN)
    return f"there is no model `{name}` here; {'this is' if len(known) == 1 else 'here are'} {here}"


def _no_version(name: str, version: str | None) -> str:
    return f"version {version} of `{name}` does not run here"


def _indexed(hosted: Hosted) -> Iterator[dict[str, str]]:
    """A model's versions as the protocol's index of a repository has them."""
    for status in hosted.statuses():
        ready = status.state in {"ready", "draining"}
        reason = status.reason or ("" if ready else status.state)
        state = "READY" if ready else "LOADING" if status.state in {"loading", "warming"} else "UNAVAILABLE"
        yield {"name": hosted.model, "version": status.version, "state": state, "reason": reason}


def _readiness(ready: bool) -> Response:
    return Response(json.dumps({"ready": ready}), 200 if ready else 503, media_type="application/json")
