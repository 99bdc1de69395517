"""The OpenAPI document of the JSON API, made from the table of views, so that it cannot say another thing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from monitor.web.params import Param
from monitor.web.views import View

_ERRORS = {"400": "A parameter cannot be read", "401": "A login or a token is needed", "403": "Not for this role",
           "404": "Nothing by this number", "503": "The database does not answer"}  # fmt: skip


def document(views: Iterable[View]) -> dict[str, Any]:
    """The document, version 3.1."""
    paths = {f"/api{view.path if view.path != '/' else '/' + view.name}": _path(view) for view in views}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "News monitor for foreign fighters and prisoners of war",
            "version": "1",
            "description": "Everything is a machine reading of what sources say, until a person reviewed it.",
        },
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Error": {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
            },
        },
        "security": [{"token": []}, {}],
    }


def _path(view: View) -> dict[str, Any]:
    answer = {"type": "object", "required": ["title"], "properties": {"title": {"type": "string"}}}
    failure = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    operation: dict[str, Any] = {
        "operationId": view.name,
        "summary": view.about,
        "description": f"For the role {view.role} and above.",
        "responses": {
            "200": {"description": "Found", "content": {"application/json": {"schema": answer}}},
            **{code: {"description": words, "content": failure} for code, words in _ERRORS.items()},
        },
    }
    properties = {one.name: _schema(one) for one in view.params}
    if view.posted:
        schema = {"type": "object", "properties": properties}
        operation["requestBody"] = {"content": {"application/x-www-form-urlencoded": {"schema": schema}}}
        return {"post": operation}
    operation["parameters"] = [
        {"name": one.name, "in": "query", "required": False, "description": one.about, "schema": _schema(one)}
        for one in view.params
    ]
    if "{key}" in view.path:
        kind = {"type": "integer", "minimum": 0} if view.numbered else {"type": "string"}
        operation["parameters"].insert(0, {"name": "key", "in": "path", "required": True, "schema": kind})
    return {"get": operation}


def _schema(one: Param) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "string"}
    if one.kind == "number":
        made = {"type": "integer", "minimum": one.least, "maximum": one.most}
    if one.kind == "choice":
        made = {"type": "string", "enum": list(one.choices)}
    if one.default is not None:
        made["default"] = one.default
    return made
