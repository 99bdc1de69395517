"""The application: routes from the table of views, one way from a request to HTML, JSON or CSV.

In      a workspace's `Config` (database, folder, secret)
Out     a Starlette application; every GET reads over a connection that refuses writes
Way     who asks → parameters → view → veil → form; errors never repeat what was asked
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from anyio import to_thread
from sqlalchemy import Engine, select
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
from monitor.web import acts, answers, doors, feeds, openapi, share, stop
from monitor.web.access import Who
from monitor.web.found import Kept
from monitor.web.guard import Door, Guard
from monitor.web.params import BadRequest, number_of, read
from monitor.web.table import VIEWS
from monitor.web.veil import policy_of, veil_of
from monitor.web.views import Ask, Denied, Missing, Page, View, require_known
from pipelines.store.batch import writing
from pipelines.store.schema import AuditRow, OutletRow
from pipelines.store.session import READERS, describe, make_engine, session

log = logging.getLogger(__name__)

FRESH_SECONDS = 60
THREADS = READERS + 1
UNMASKING = ("figure", "person", "named", "cite")
"""Pages about one person: that somebody looked is kept, not whom."""
FORMS = ("html", "json", "csv")


class Site:
    """What the requests share: the engine, the door, what the workspace declares (read again every minute)."""

    def __init__(self, config: Config, door: Door | None = None) -> None:
        self.config = config
        self.engine: Engine = make_engine(config.database, read_only=True)
        self.secret = workspace_secret(config.workspace)
        self.kept = Kept()
        self.door = door or Door(config.workspace, self.secret)
        self._declared: tuple[Mapping[str, Any], Mapping[str, Any]] | None = None
        self._until = 0.0
        self._lock = threading.Lock()
        self._writer: Engine | None = None

    def writer(self) -> Engine:
        """The one engine that may write; made when something is first to be changed."""
        with self._lock:
            if self._writer is None:
                self._writer = make_engine(self.config.database)
        return self._writer

    def warm(self) -> None:
        """Read what searches hold in memory before the first one asks for it. Meant for a thread of its own."""
        try:
            with session(self.engine) as opened:
                self.kept.columns.table(opened)
        except SQLAlchemyError as error:
            log.warning("the articles' columns could not be read yet: %s", describe(error))

    def forget_declared(self) -> None:
        """Read outlets and watches again with the next request: one was just written."""
        self._declared = None

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
            asked_by = Ask(
                opened,
                params,
                who.named,
                outlets,
                watches,
                now,
                key,
                self.kept,
                self.config.workspace,
                who,
                self.secret,
            )
            found = view.read(asked_by)
            require_known(asked_by, found)
            veil = veil_of(opened, policy, found.articles)
            if not who.named:
                known = opened.execute(select(OutletRow.id, OutletRow.share)).all()
                found = replace(found, data=share.limit(found.data, {row.id: row.share for row in known}))
            title = str(veil.over(found.title, "title"))
            data = {**veil.over(found.data), **found.passed}
        shown = Page(title, data, found.rows, found.columns, (), found.extra)
        return shown, {k: v for k, v in params.items() if v is not None}

    def note(self, view: View, key: str, who: Who, form: str, rows: int) -> None:
        """The audit rows of reading: an export, and that names of persons were looked at by somebody who logged in."""
        now = datetime.now(UTC)
        named = view.name in UNMASKING and who.named and who.name
        exported = form == "csv" or (form == "json" and who.name)
        if not (named or exported):
            return
        action = ("export with names" if who.named else "export") if exported else "unmask"
        target = f"{view.name}:{key}" if key.isdigit() else view.name
        hour = (who.name, action, target, now.replace(minute=0, second=0, microsecond=0))
        if form != "csv" and self.kept.get(hour, 3600):  # a program asks by the thousand: one row an hour says it
            return
        with writing(self.writer()) as opened:
            detail = {"form": form, "rows": rows, "role": who.role}
            opened.add(AuditRow(at=now, actor=who.name or acts.LOCAL, action=action, target=target, detail=detail))
        self.kept.put(hour, True)


@asynccontextmanager
async def _few_threads(_app: Starlette) -> AsyncIterator[None]:
    """No more threads than work at once: each that ever worked keeps its memory."""
    to_thread.current_default_thread_limiter().total_tokens = THREADS
    yield


def make_app(config: Config, door: Door | None = None) -> Starlette:
    """The application of one workspace."""
    site = Site(config, door)
    routes: list[BaseRoute] = [
        Mount("/static", StaticFiles(packages=[("monitor.web", "static")])),
        Route("/healthz", lambda _request: PlainTextResponse("ok")),
        *doors.routes(site.door),
        *acts.routes(site),
        *stop.routes(site),
        *feeds.routes(site),
        Route("/api/openapi.json", lambda _request: answers.Json(openapi.document(VIEWS))),
    ]
    for view in VIEWS:
        routes += _routes(site, view)
    app = Starlette(
        routes=routes,
        lifespan=_few_threads,
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
    site.note(view, key, who, form, len(page.data.get(page.rows) or ()))
    if form == "json":
        return answers.Json({"title": page.title, **page.data})
    if form == "csv":
        return answers.table(page.data.get(page.rows) or [], page.columns, view.name)
    return answers.html(
        f"{view.name}.html", page=page, data=page.data, asked=params, view=view, extra=page.extra,
        base="" if view.posted else _base(request), who=who, strict=site.door.strict, here=_here(request),
    )  # fmt: skip


def _here(request: Request) -> str:
    """The address of this page with what was asked, to come back to."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


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
