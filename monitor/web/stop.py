"""The page behind a mail's stop link: a GET shows a button and changes nothing, a POST stops (RFC 8058 one-click too).

In      the token of the address: it is the right to stop, so nobody logs in
Out     a page that names the watch as mails do, never the recipient; 404 for a token that stands for nothing
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from monitor.alerts import stops
from monitor.alerts.called import public_label
from monitor.caseload import CaseloadError, person_watches
from monitor.catalogue import CatalogueError
from monitor.watches import WatchError, load_watches
from monitor.web import answers
from pipelines.records import Watch
from pipelines.store.batch import writing

if TYPE_CHECKING:
    from monitor.web.app import Site


def routes(site: Site) -> list[BaseRoute]:
    """The one address of every stop link."""

    def act(request: Request) -> Response:
        watches = watches_of(site)
        asked = stops.asked_by(request.path_params["token"], watches, site.secret)
        if asked is None:
            return _page(404, "gone")
        labels = [public_label(watches[one], site.secret) for one in asked.watch_ids if one in watches]
        if request.method != "POST":
            return _page(200, "ask", labels)
        with writing(site.writer()) as opened:
            stops.stop(opened, asked, watches, datetime.now(UTC), "recipient")
        return _page(200, "done", labels)

    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(act, request)

    return [Route("/stop/{token}", endpoint, methods=["GET", "POST"], name="stop")]


def watches_of(site: Site) -> Mapping[str, Watch]:
    """Every watch that somebody may be told of, those for persons too; a broken caseload hides only its own."""
    watches: Mapping[str, Watch]
    try:
        watches = site.declared()[1]
    except (WatchError, CatalogueError):
        watches = _sound(site)  # a file that somebody broke must not keep anybody from stopping
    try:
        return {**watches, **person_watches(site.config.workspace)}
    except CaseloadError:
        return watches


def _sound(site: Site) -> Mapping[str, Watch]:
    try:
        return load_watches(site.config.workspace)
    except WatchError as error:
        return error.watches


def _page(status: int, state: str, labels: list[str] | None = None) -> Response:
    return answers.html("stop.html", status, state=state, labels=labels or [], who=None, strict=True, base="")
