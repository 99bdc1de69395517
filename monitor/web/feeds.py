"""The Atom feed of a watch: its address is the right to read it, since feed readers cannot log in.

In      the token of the address (`monitor alerts feed WATCH --address` prints it)
Out     the feed, names masked whatever the watch says; 404 for a token that stands for no watch
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from monitor.alerts import feed
from monitor.alerts.settings import plan_config
from monitor.web.stop import watches_of
from pipelines.store.session import session

if TYPE_CHECKING:
    from monitor.web.app import Site


def routes(site: Site) -> list[BaseRoute]:
    """The one address of every feed."""

    def read(request: Request) -> Response:
        token, watches = request.path_params["token"], watches_of(site)
        with session(site.engine) as opened:
            watch_id = feed.watch_of(opened, token, site.secret, watches)
            if watch_id is None:
                return PlainTextResponse("There is no such feed.\n", 404)
            outlets = site.declared()[0]
            content = feed.atom(opened, watch_id, watches, outlets, datetime.now(UTC), plan_config(site.config))
        return Response(content, media_type="application/atom+xml")

    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(read, request)

    return [Route("/feed/{token}.atom", endpoint, methods=["GET"], name="feed")]
