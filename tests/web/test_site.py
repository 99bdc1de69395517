"""The site: every route for every role, hostile texts, any text in every parameter. All names are invented."""

from __future__ import annotations

from functools import cache
from urllib.parse import quote

import pytest

pytest.importorskip("httpx2", reason="httpx2 is not installed: starlette's test client needs it")
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from monitor.config import Config
from monitor.web import access
from monitor.web.app import make_app
from monitor.web.table import VIEWS
from tests.alerts.conftest import World, engine, world  # noqa: F401

NAME = "Anping Zhousmil"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"
ROLES = (None, *access.ROLES)


@pytest.fixture
def workspace(tmp_path, world: World):  # noqa: F811
    world.article(
        title=f"{NAME} captured near the river",
        quote=f"{NAME} was captured. {HOSTILE}",
        figures=({"name": NAME, "role": "captive", "status": "captured", "quote": f"{NAME} was captured"},),
        counts=({"low": 155, "quote": "155 fighters", "bound": "at_least", "nationality": "CN"},),
        url="javascript:alert(3)",
    )
    return tmp_path


@cache
def client(workspace) -> TestClient:  # one site a workspace: making one reads every outlet and watch
    return TestClient(make_app(Config(workspace=workspace)), base_url="http://localhost", follow_redirects=False)


def path_of(view) -> str:
    keys = {"reading": "figure:1", "cite": "article:1", "watch": "volunteers", "story": "7"}
    return view.path.replace("{key}", keys.get(view.name, "1"))


@pytest.mark.parametrize("role", ROLES)
def test_every_route_for_every_role(workspace, role):
    accounts = access.with_user(access.Accounts(), "anna", "a long password", "viewer")
    token = "mon_wrong"
    if role:
        accounts, token = access.with_token(accounts, "machine", role)
    access.save(workspace, accounts)
    asked = client(workspace)
    for view in VIEWS:
        path = "/today" if view.path == "/" else path_of(view)
        got = asked.request(
            "POST" if view.posted else "GET", f"/api{path}", headers={"authorization": f"Bearer {token}"}
        )
        may = role is not None and access.ROLES.index(role) >= access.ROLES.index(view.role)
        fine = 404 if view.name in ("story", "person") else 200
        assert got.status_code == (401 if role is None else fine if may else 403), (view.name, role)
        if role in (None, "viewer"):
            assert "zhousmil" not in got.text.lower(), view.name


def test_loopback_sees_names_and_no_hostile_markup(workspace):
    asked = client(workspace)
    for view in (v for v in VIEWS if not v.posted):
        got = asked.get(path_of(view))
        assert "<script>alert" not in got.text and "<img" not in got.text
        assert 'href="javascript' not in got.text
        assert "default-src 'none'" in got.headers["content-security-policy"]
    page = asked.get("/article/1").text
    assert NAME in page and "&lt;script&gt;" in page


def test_a_name_is_found_by_post_only(workspace):
    asked = client(workspace)
    assert NAME in asked.post("/persons/search", data={"name": NAME}).text
    assert asked.get("/persons/search").status_code == 405


def test_another_host_or_site_is_refused(workspace):
    asked = client(workspace)
    assert asked.get("/", headers={"host": "evil.example"}).status_code == 421
    assert asked.post("/persons/search", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert asked.post("/persons/search", headers={"origin": "https://evil.example"}).status_code == 403


def test_login_and_its_brake(workspace):
    access.save(workspace, access.with_user(access.Accounts(), "anna", "a long password", "researcher"))
    asked = client(workspace)
    assert asked.get("/search").headers["location"].startswith("/login")
    got = asked.post("/login", data={"name": "anna", "password": "a long password", "next": "//evil.example"})
    assert got.status_code == 303 and got.headers["location"] == "/" and "HttpOnly" in got.headers["set-cookie"]
    assert NAME in asked.get("/article/1").text
    access.save(workspace, access.with_user(access.load(workspace), "anna", "another password", "researcher"))
    assert asked.get("/search").status_code == 303
    tries = [asked.post("/login", data={"name": "anna", "password": "wrong"}).status_code for _ in range(6)]
    assert tries == [401] * 5 + [429]


def test_the_viewer_does_not_search_for_names(workspace):
    accounts, token = access.with_token(access.Accounts(), "machine", "viewer")
    access.save(workspace, accounts)
    got = client(workspace).get(
        "/search.json", params={"q": NAME.lower()}, headers={"authorization": f"Bearer {token}"}
    )
    assert got.status_code == 403


UNKNOWN = (  # nothing found for a word that nobody knows is no "no news": address, the word, what is said of it
    ("/search", "language", "qq", "no ISO 639-1 language"),
    ("/search", "language", "ua", "meant is uk"),
    ("/search", "outlet", "exampel-post", "did you mean &#34;example-post&#34;"),
    ("/search", "watch", "volunters", "did you mean &#34;volunteers&#34;"),
    ("/search", "tag", "nobodys", "there is none of this name"),
    ("/search", "ownership", "stat", "did you mean &#34;state&#34;"),
    ("/search", "role", "captiv", "did you mean &#34;captive&#34;"),
    ("/search", "status", "capturd", "did you mean &#34;captured&#34;"),
    ("/persons", "country", "UK", "meant is GB"),
    ("/counts", "nationality", "NPL", "no ISO 3166 country"),
    ("/review", "outlet", "nobody", "there is none of this name"),
)


def test_a_word_that_nobody_knows_is_said(workspace):
    asked = client(workspace)
    for path, name, word, said in UNKNOWN:
        page, api = asked.get(path, params={name: word}), asked.get(f"/api{path}", params={name: word})
        assert (page.status_code, api.status_code) == (400, 400), (name, word)
        assert f"{name}: " in page.text and said in page.text and f">{word}<" not in page.text, (name, word)
        assert api.json()["error"].startswith(f"{name}: "), (name, word)
    slip = asked.get("/api/search", params={"nationalty": "NP"})
    assert (slip.status_code, 'did you mean "nationality"?' in slip.json()["error"]) == (400, True)
    for known in (
        {"utm_source": "x", "language": "fr"},
        {"language": "FR"},
        {"country": "np"},
        {"watch": "volunteers", "language": "uk"},
    ):
        assert asked.get("/api/search", params=known).json()["articles"] == [], known


ASKED = [(view, param.name) for view in VIEWS for param in view.params]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.sampled_from(ASKED), text=st.text(max_size=60))
def test_any_text_in_every_parameter(workspace, asked, text):
    view, name = asked
    given_text = {name: text.encode("utf-8", "replace").decode()}
    site = client(workspace)
    got = site.post(path_of(view), data=given_text) if view.posted else site.get(path_of(view), params=given_text)
    assert got.status_code < 500, (view.name, name)


NASTY = ("\x00%00%0d%0a", "'\"<>&NEAR(*", "9" * 17, "\u202e😀" * 40)


@pytest.mark.parametrize("text", NASTY)
def test_nasty_text_in_all_parameters_at_once_and_in_addresses(workspace, text):
    site = client(workspace)
    for view in VIEWS:
        for names in ([p.name for p in view.params], [p.name for p in view.params if p.kind == "text"]):
            given_text = dict.fromkeys(names, text)
            got = (
                site.post(path_of(view), data=given_text) if view.posted else site.get(path_of(view), params=given_text)
            )
            assert got.status_code < 500, view.name
        if "{key}" in view.path:
            assert site.get(view.path.replace("{key}", quote(text[:300], safe=""))).status_code < 500, view.name
