"""What a page may change: verdicts, what stands beside an article, saved searches. POST only, each with its audit row.

In      a form of our own pages, or of a program with a token; the right to write is taken when first needed
Out     back to the page the form came from; as JSON under /api
Raises  BadRequest, Denied, Missing: handled as everywhere
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from monitor import review, saved
from monitor.persons import PersonsError
from monitor.review import ReviewError
from monitor.saved import SavedError
from monitor.watches import WatchError
from monitor.web import answers, changing, doors
from monitor.web.access import Who
from monitor.web.params import BadRequest
from monitor.web.views import Denied
from pipelines.store.batch import writing

if TYPE_CHECKING:
    from monitor.web.app import Site

WRITTEN = frozenset({"name", "value", "note", "other", "to", "remove", "at", "rate", "links", "alert_threshold"})
"""Fields that a person fills in; the others belong to the form."""

LOCAL = "local"
"""Who decided, where nobody has to log in."""


def routes(site: Site) -> list[BaseRoute]:
    """Every address that changes something."""
    table: tuple[tuple[str, str, Act], ...] = (
        ("/review/{key}", "editor", judge),
        ("/beside/{key}", "editor", beside),
        ("/searches", "researcher", save),
        ("/searches/{key}/remove", "researcher", remove),
        ("/searches/{key}/watch", "editor", watch),
        ("/watch/{key}/edit", "editor", changing.watch),
        ("/figure/{key}/merge", "editor", changing.merge),
        ("/figure/{key}/split", "editor", changing.split),
    )
    made: list[BaseRoute] = []
    for path, role, act in table:
        endpoint = _endpoint(site, role, act)
        made += [
            Route(path, endpoint, methods=["POST"], name=f"act:{path}"),
            Route(f"/api{path}", endpoint, methods=["POST"], name=f"act:api{path}"),
        ]
    return made


Act = Callable[["Site", Session, str, Mapping[str, str], Who, datetime], dict[str, Any]]


def _endpoint(site: Site, role: str, act: Act) -> Any:
    async def endpoint(request: Request) -> Response:
        fields = await doors.form(request)
        return await run_in_threadpool(_do, site, role, act, request, fields)

    return endpoint


def _do(site: Site, role: str, act: Act, request: Request, fields: list[tuple[str, str]]) -> Response:
    who: Who = request.state.who
    if not who.may(role):
        raise Denied(f"this is for the role {role} and above")
    try:
        with writing(site.writer()) as opened:
            done = act(site, opened, request.path_params.get("key", ""), dict(fields), who, datetime.now(UTC))
    except (ReviewError, SavedError, PersonsError, changing.ChangeError) as error:
        words = error.plain if isinstance(error, SavedError) else _plain(error)
        return _again(request, fields, words, who)
    except WatchError:
        return _again(request, fields, "no watch can be made of it; `monitor watches` says what is missing", who)
    if request.url.path.startswith("/api/"):
        return answers.Json(done)
    return RedirectResponse(doors.inside(dict(fields).get("next", "/review")), 303)


def _again(request: Request, fields: list[tuple[str, str]], words: str, who: Who) -> Response:
    """The form as it was sent, to be mended: nothing that somebody wrote is lost. Raises BadRequest under /api."""
    if request.url.path.startswith("/api/"):
        raise BadRequest(words)
    shown = [(name, value) for name, value in fields if name in WRITTEN or name.startswith("value.")]
    hidden = [pair for pair in fields if pair not in shown]
    values = {"words": words, "shown": shown, "hidden": hidden, "action": request.url.path, "who": who}
    return answers.html("again.html", 400, **values, back=doors.inside(dict(fields).get("next", "/")), base="")


def _plain(error: Exception) -> str:
    """What is wrong, without the words that were written."""
    words = str(error).split("'")
    return "".join(part if number % 2 == 0 else "that" for number, part in enumerate(words))


def judge(_site: Site, session: Session, key: str, form: Mapping[str, str], who: Who, now: datetime) -> dict[str, Any]:
    """Confirm, correct, reject or reopen a reading. Every field that was changed in the form is one correction."""
    verdict, note = form.get("verdict", ""), form.get("note", "").strip() or None
    name = who.name or LOCAL
    if verdict != "correct":
        field = form.get("field", "")
        return review.decide(session, key, verdict, name, now, field=field, note=note)
    changed = {
        field.removeprefix("value."): value
        for field, value in form.items()
        if field.startswith("value.") and value.strip() != form.get(f"was.{field.removeprefix('value.')}", "").strip()
    }
    if not changed:
        raise ReviewError("nothing was changed: write what is right, or confirm it")
    done: dict[str, Any] = {}
    for field, value in changed.items():
        gone = not value.strip() and field not in ("name", "low", "bound", "kind", "value")
        said = "reject" if gone else "correct"
        done = review.decide(session, key, said, name, now, field=field, value=None if gone else value, note=note)
    return done


def beside(_site: Site, session: Session, key: str, form: Mapping[str, str], who: Who, now: datetime) -> dict[str, Any]:
    """A note, tag, case folder or assignment, set or taken back."""
    what, value = form.get("what", ""), form.get("value", "")
    return review.annotate(session, key, what, value, who.name or LOCAL, now, unset=form.get("unset") == "1")


def save(_site: Site, session: Session, _key: str, form: Mapping[str, str], who: Who, now: datetime) -> dict[str, Any]:
    """Keep a search under a name."""
    return saved.save(session, form.get("name", ""), saved.from_query(form.get("query", "")), who.name or LOCAL, now)


def remove(
    _site: Site, session: Session, key: str, _form: Mapping[str, str], who: Who, now: datetime
) -> dict[str, Any]:
    """Take a saved search away: one's own, an editor every one."""
    return saved.remove(session, key, who.name or LOCAL, now, anybodys=who.may("editor") or not who.name)


def watch(site: Site, session: Session, key: str, _form: Mapping[str, str], who: Who, now: datetime) -> dict[str, Any]:
    """Make a watch of a saved search."""
    done = saved.to_watch(session, key, site.config.workspace, who.name or LOCAL, now)
    site.forget_declared()
    return done
