"""What is wrong with a request to X by its own OpenAPI document; nothing where all is well.

Small checks: paths, methods, names of parameters, enums, lengths, patterns, bodies. The document
stands beside the recorded payloads (``HUBBUB_X_OPENAPI`` names another) and is not copied here.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.fake.http_server import Request
from tests.fake.official import RECORDED

BESIDE = RECORDED.parent / "servers" / "prism" / "specs" / "x.json"
X_OPENAPI = Path(os.environ.get("HUBBUB_X_OPENAPI", BESIDE))

Table = Mapping[str, Any]


@cache
def _document() -> Table:
    found: Table = json.loads(X_OPENAPI.read_text(encoding="utf-8"))
    return found


def x_faults(request: Request) -> list[str]:
    """Return what X's document does not allow in a request."""
    paths = _document()["paths"]
    fitting = [known for known in paths if _fits(known, request.path)]
    if not fitting:
        return [f"no path {request.path}"]
    known = min(fitting, key=lambda one: one.count("{"))
    method = paths[known].get(request.method.lower())
    if method is None:
        return [f"no {request.method} {known}"]
    allowed = {one["name"]: one for one in map(_resolved, method.get("parameters", []))}
    faults = [f"{known}: no parameter {name}" for name in request.query if name not in allowed]
    faults += [
        f"{known}: {name} is missing"
        for name, one in allowed.items()
        if one.get("required") and one["in"] == "query" and name not in request.query
    ]
    for name, values in request.query.items():
        if name in allowed:
            faults += _value(values[0], _resolved(allowed[name]["schema"]), f"{known}?{name}")
    if request.body and "requestBody" in method:
        schema = method["requestBody"]["content"]["application/json"]["schema"]
        faults += _body(json.loads(request.body), schema, known)
    return faults


def _fits(known: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", known), path) is not None


def _resolved(schema: Table) -> Table:
    while "$ref" in schema:
        found: Any = _document()
        for step in schema["$ref"].split("/")[1:]:
            found = found[step]
        schema = found
    return schema


def _value(text: str, schema: Table, where: str) -> list[str]:
    """Check a parameter, which an address holds as text; lists are joined by commas."""
    if schema.get("type") == "array":
        items = _resolved(schema["items"])
        found = text.split(",")
        faults = [fault for one in found for fault in _value(one, items, where)]
        return faults + (["too many"] if len(found) > schema.get("maxItems", len(found)) else [])
    if schema.get("type") == "integer":
        low, high = schema.get("minimum", 0), schema.get("maximum", 2**31)
        return [] if text.isdigit() and low <= int(text) <= high else [f"{where}: {text}"]
    if "enum" in schema and text not in schema["enum"]:
        return [f"{where}: {text} is none of {schema['enum']}"]
    if "pattern" in schema and not re.search(schema["pattern"], text):
        return [f"{where}: {text} is not {schema['pattern']}"]
    if schema.get("type") == "boolean" and text not in ("true", "false"):
        return [f"{where}: {text} is neither true nor false"]
    return [] if len(text) <= schema.get("maxLength", len(text)) else [f"{where}: too long"]


def _body(value: Any, schema: Table, where: str) -> list[str]:
    schema = _resolved(schema)
    choices = [one for key in ("oneOf", "anyOf") for one in schema.get(key, [])]
    if choices:
        tried = [_body(value, one, where) for one in choices]
        return [] if any(not faults for faults in tried) else min(tried, key=len)
    if isinstance(value, dict):
        known = schema.get("properties", {})
        faults = [f"{where}: no field {name}" for name in value if name not in known]
        faults += [
            f"{where}: no {name}" for name in schema.get("required", []) if name not in value
        ]
        for name in value.keys() & known.keys():
            faults += _body(value[name], known[name], f"{where}.{name}")
        return faults
    if isinstance(value, list):
        return [fault for one in value for fault in _body(one, schema["items"], where)]
    kinds = {"string": str, "boolean": bool, "integer": int}
    if not isinstance(value, kinds.get(schema.get("type", ""), object)):
        return [f"{where}: {value!r} is no {schema.get('type')}"]
    return [] if not isinstance(value, str) else _value(value, schema, where)
