"""The JSON API keeps what its OpenAPI document says, whatever it is asked; run where schemathesis is installed."""

from __future__ import annotations

import pytest

pytest.importorskip("schemathesis", reason="schemathesis is not installed (.ci/run installs it)")
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from monitor.config import Config
from monitor.web import access
from monitor.web.app import make_app
from monitor.web.table import VIEWS
from tests.alerts.conftest import World, engine, world  # noqa: F401

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def test_the_api_keeps_its_word(tmp_path, world: World):  # noqa: F811
    world.article(figures=({"name": "Anping Zhousmil", "role": "captive"},), counts=({"low": 5, "quote": "five"},))
    accounts, token = access.with_token(access.Accounts(), "tester", "administrator")
    access.save(tmp_path, accounts)
    headers = {"authorization": f"Bearer {token}"}
    app = make_app(Config(workspace=tmp_path))
    document = schemathesis.openapi.from_asgi("/api/openapi.json", app, headers=headers)
    operations = [one.ok() for one in document.get_all_operations()]
    assert len(operations) == len(VIEWS)
    for operation in operations:

        @settings(max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def check(case):
            case.call_and_validate(checks=CHECKS, headers=headers)

        check()
