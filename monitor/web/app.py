"""The application: routes from the table of views, one way from a request to HTML, JSON or CSV.

In      a workspace's `Config` (database, folder, secret)
Out     a Starlette application; every GET reads over a connection that refuses writes
Way     who asks → parameters → view → veil → form; errors never repeat what was asked
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from monitor.catalogue import load_outlets
from monitor.config import Config
from monitor.protection import workspace_secret
from monitor.watches import load_watches
from monitor.web import answers, doors, feeds, openapi, stop
from monitor.web.access import Who
from monitor.web.guard import Door, Guard
from monitor.web.params import BadRequest, number_of, read
from monitor.web.table import VIEWS
from monitor.web.veil import policy_of, veil_of
from monitor.web.views import Ask, Denied, Missing, Page, View
from pipelines.store.session import make_engine, session

FRESH_SECONDS = 60
FORMS = ("html", "json", "csv")


class Site:
    """What the requests share: the engine, the door, what the workspace declares (read again every minute)."""

    def __init__(self, config: Config, door: Door | None = None) -> None:
        self.config = config
        self.engine: Engine = make_engine(config.database, read_only=True)
        self.secret = workspace_secret(config.workspace)
        self.door = door or Door(config.workspace, self.secret)
        self._declared: tuple[Mapping[str, Any], Mapping[str, Any]] | None = None
        self._until = 0.0

    def declared(self) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Outlets and watches as the workspace declares them."""
        if self._declared is None or time.monotonic() > self._until:
            folder = self.config.workspace
            self._declared = (load_outlets(folder), load_watches(folder))
            self._until = time.monotonic() + FRESH_SECONDS
        return self._declared

    def page(self, view: View, key: str, asked: list[tuple[str, str]], who: Who) -> tuple[Page, dict[str, Any]]:
        """A view's page as this reader may see it, and the parameters that were read."""
        if not who.may(view.role):
            raise Denied(f"this page is for the role {view.role} and above")
        now = datetime.now(UTC)
        params = read(view.params, asked, now)
        outlets, watches = self.declared()
        with session(self.engine) as opened:
            policy = policy_of(opened, self.secret, named=who.named)
            found = view.read(Ask(opened, params, who.named, outlets, watches, now, key))
            veil = veil_of(opened, policy, found.articles)
            title = str(veil.over(found.title, "title"))
            data = veil.over(found.data)
        shown = Page(title, data, found.rows, found.columns, (), found.extra)
        return shown, {k: v for k, v in params.items() if v is not None}


def make_app(config: Config, door: Door | None = None) -> Starlette:
    """The application of one workspace."""
    site = Site(config, door)
    routes: list[BaseRoute] = [
        Mount("/static", StaticFiles(packages=[("monitor.web", "static")])),
        Route("/healthz", lambda _request: PlainTextResponse("ok")),
        *doors.routes(site.door),
        *stop.routes(site),
        *feeds.routes(site),
        Route("/api/openapi.json", lambda _request: answers.Json(openapi.document(VIEWS))),
    ]
    for view in VIEWS:
        routes += _routes(site, view)
    app = Starlette(
        routes=routes,
        middleware=[Middleware(GZipMiddleware, minimum_size=1000), Middleware(Guard, door=site.door)],
        exception_handlers={
            HTTPException: _http_error,
            BadRequest: _known_error,
            Missing: _known_error,
            Denied: _known_error,
            SQLAlchemyError: _known_error,
            Exception: _known_error,
        },
    )
    app.state.site = site
    return app


def _routes(site: Site, view: View) -> list[BaseRoute]:
    path = "" if view.path == "/" else view.path
    bare = path or f"/{view.name}"
    method = "POST" if view.posted else "GET"
    endpoint = _endpoint(site, view)
    return [
        Route(f"/api{bare}", endpoint, methods=[method], name=f"{view.name}:api"),
        Route(f"{bare}.json", endpoint, methods=[method], name=f"{view.name}:json"),
        Route(f"{bare}.csv", endpoint, methods=[method], name=f"{view.name}:csv"),
        Route(view.path, endpoint, methods=[method], name=f"{view.name}:html"),
    ]


def _endpoint(site: Site, view: View) -> Any:
    async def endpoint(request: Request) -> Response:
        asked = await doors.form(request) if view.posted else request.query_params.multi_items()
        return await run_in_threadpool(_answer, site, view, request, asked)

    return endpoint


def _answer(site: Site, view: View, request: Request, asked: list[tuple[str, str]]) -> Response:
    who: Who = request.state.who
    key = request.path_params.get("key", "")
    if view.numbered and number_of(key) is None:
        raise Missing("there is nothing by this number")
    page, params = site.page(view, key, asked, who)
    form = form_of(request)
    if form == "json":
        return answers.Json({"title": page.title, **page.data})
    if form == "csv":
        return answers.table(page.data.get(page.rows) or [], page.columns, view.name)
    return answers.html(
        f"{view.name}.html", page=page, data=page.data, asked=params, view=view, extra=page.extra,
        base="" if view.posted else _base(request), who=who, strict=site.door.strict,
    )  # fmt: skip


def _base(request: Request) -> str:
    """The address of this page, to which `.json` and `.csv` are added."""
    return request.url.path if request.url.path != "/" else "/today"


def form_of(request: Request) -> str:
    """html, json or csv, as the address says."""
    path = request.url.path
    if path.endswith(".csv"):
        return "csv"
    return "json" if path.startswith("/api/") or path.endswith(".json") else "html"


def _http_error(request: Request, error: Exception) -> Response:
    code = error.status_code if isinstance(error, HTTPException) else 500
    words = {404: "there is no such page", 405: "this page is not asked that way"}.get(code, "this cannot be done")
    return _error(request, code, words)


def _known_error(request: Request, error: Exception) -> Response:
    codes = {BadRequest: 400, Missing: 404, Denied: 403}
    code = next((code for kind, code in codes.items() if isinstance(error, kind)), 0)
    if code:
        return _error(request, code, str(error))
    if isinstance(error, SQLAlchemyError):
        return _error(request, 503, "the database does not answer now; `monitor doctor` says more")
    return _error(request, 500, "something went wrong here; the server's log says what")


def _error(request: Request, code: int, words: str) -> Response:
    if form_of(request) != "html":
        return answers.Json({"error": words}, code)
    who = getattr(request.state, "who", None)
    return answers.html("error.html", code, code=code, words=words, who=who, strict=True, base="")
