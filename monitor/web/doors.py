"""Logging in and out, and reading a form. The only routes that set a cookie.

In      POST of name and password; at most `MOST_FORM` bytes
Out     a cookie that scripts cannot read; 429 after too many wrong passwords
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from monitor.web import answers, logins
from monitor.web.guard import Door
from monitor.web.params import BadRequest

MOST_FORM = 16_384


async def form(request: Request) -> list[tuple[str, str]]:
    """The fields of a form, sent as browsers send them. Raises BadRequest."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_FORM:
            raise BadRequest("the form is too long")
    try:
        return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=50)
    except ValueError as error:
        raise BadRequest("the form cannot be read") from error


def inside(path: str) -> str:
    """Where to go after the login: a page of ours, or the first one.

    >>> inside("/search"), inside("//elsewhere.example"), inside("https://elsewhere.example")
    ('/search', '/', '/')
    """
    fit = path.startswith("/") and not path.startswith("//") and path.isprintable() and "\\" not in path
    return path if fit else "/"


def routes(door: Door) -> list[BaseRoute]:
    """The login page, the login, the logout."""

    async def show(request: Request) -> Response:
        return _page(request, inside(request.query_params.get("next", "/")))

    async def login(request: Request) -> Response:
        fields = dict(await form(request))
        name, goal = fields.get("name", ""), inside(fields.get("next", "/"))
        peer = request.client.host if request.client else ""
        keys = (f"address {door.client(request.headers, peer)}", f"name {name[:200]}")
        wait = door.brake.wait(keys, door.clock())
        if wait:
            answer = _page(request, goal, f"Too many wrong passwords; try again in {wait} seconds.", 429)
            answer.headers["retry-after"] = str(wait)
            return answer
        accounts = door.accounts()
        who = await run_in_threadpool(accounts.by_password, name, fields.get("password", ""))
        if who is None:
            door.brake.failed(keys, door.clock())
            return _page(request, goal, "Name or password is not right.", 401)
        answer = RedirectResponse(goal, 303)
        cookie = logins.sign(door.secret, accounts, name, door.clock())
        answer.set_cookie(logins.COOKIE, cookie, max_age=logins.LIFE, httponly=True, samesite="lax",
                          secure=door.secure(request.headers, peer, request.url.scheme), path="/")  # fmt: skip
        return answer

    async def logout(_request: Request) -> Response:
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(logins.COOKIE, path="/", httponly=True, samesite="lax")
        return answer

    return [
        Route("/login", show, methods=["GET"]),
        Route("/login", login, methods=["POST"]),
        Route("/logout", logout, methods=["POST"]),
    ]


def _page(request: Request, goal: str, words: str = "", status: int = 200) -> Response:
    who = request.state.who
    return answers.html("login.html", status, goal=goal, words=words, who=who, strict=True, base="")
