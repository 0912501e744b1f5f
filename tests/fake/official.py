"""What is wrong with a request by the network's own published document; nothing where all is well.

Small checks of what such documents say: methods, names, required fields, types, enums, lengths. The
documents are among the recorded payloads (``HUBBUB_RECORDED``) and are not copied here.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.fake.http_server import Request

ROOT = Path(__file__).parents[2]
RECORDED = Path(os.environ.get("HUBBUB_RECORDED", ROOT.parent / "shared" / "recorded"))

TELEGRAM = RECORDED / "telegram" / "telegram-bot-api-spec__api.json"
DISCORD = RECORDED / "discord" / "openapi.json"
YOUTUBE = RECORDED / "youtube" / "google-discovery__youtube.v3.json"

Table = Mapping[str, Any]


@cache
def _document(path: Path) -> Table:
    found: Table = json.loads(path.read_text(encoding="utf-8"))
    return found


# --- Telegram ----------------------------------------------------------------------------------


def telegram_faults(request: Request) -> list[str]:
    """Return what the Bot API's document does not allow in a request."""
    method = _document(TELEGRAM)["methods"].get(request.path.rpartition("/")[2])
    if method is None:
        return [f"no method {request.path}"]
    if request.method == "GET":
        sent: dict[str, Any] = {name: _parsed(found[0]) for name, found in request.query.items()}
    else:
        sent = json.loads(request.body)
    return _fields(sent, method.get("fields", []), request.path.rpartition("/")[2])


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _fields(sent: Table, fields: Iterable[Table], where: str) -> list[str]:
    known = {field["name"]: field for field in fields}
    faults = [f"{where}: no field {name}" for name in sent if name not in known]
    for name, field in known.items():
        if name in sent:
            kinds = field["types"]
            if not any(_is(sent[name], kind, f"{where}.{name}", faults) for kind in kinds):
                faults.append(f"{where}.{name}: {sent[name]!r} is none of {kinds}")
        elif field["required"]:
            faults.append(f"{where}: {name} is missing")
    return faults


def _is(value: Any, kind: str, where: str, faults: list[str]) -> bool:
    if kind == "Integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind in ("String", "Boolean"):
        return isinstance(value, str if kind == "String" else bool)
    if kind.startswith("Array of "):
        inner = kind.removeprefix("Array of ")
        return isinstance(value, list) and all(_is(one, inner, where, faults) for one in value)
    made = _document(TELEGRAM)["types"].get(kind)
    if made is None or not isinstance(value, dict):
        return False
    faults += _fields(value, made.get("fields", []), where)
    return True


# --- OpenAPI (Discord) -------------------------------------------------------------------------


def discord_faults(request: Request, base: str = "/api/v10") -> list[str]:
    """Return what Discord's OpenAPI document does not allow in a request."""
    document = _document(DISCORD)
    path = request.path.removeprefix(base)
    found = [(known, one) for known, one in document["paths"].items() if _fits(known, path)]
    if not found:
        return [f"no path {path}"]
    known, methods = min(found, key=lambda one: one[0].count("{"))
    method = methods.get(request.method.lower())
    if method is None:
        return [f"no {request.method} {known}"]
    allowed = {one["name"]: one for one in method.get("parameters", []) if "name" in one}
    faults = [f"{known}: no parameter {name}" for name in request.query if name not in allowed]
    for name, values in request.query.items():
        if name in allowed:
            schema = allowed[name]["schema"]
            many = _resolved(schema).get("type") == "array"
            # An address has no types: what looks like a number may be meant as a text.
            tried = [
                _schema([read(one) for one in values] if many else read(values[0]), schema, name)
                for read in (_number, str)
            ]
            faults += [f"{known}?{fault}" for fault in min(tried, key=len)]
    if request.body:
        content = method["requestBody"]["content"]["application/json"]["schema"]
        faults += _schema(json.loads(request.body), content, known)
    return faults


def _fits(known: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", known), path) is not None


def _number(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    return int(text) if text.isdigit() and len(text) < 10 else text


def _resolved(schema: Table) -> Table:
    while "$ref" in schema:
        schema = _document(DISCORD)["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


_TYPES: Mapping[str, type] = {
    "string": str, "integer": int, "boolean": bool, "array": list, "object": dict,
    "null": type(None), "number": float,
}  # fmt: skip


def _schema(value: Any, schema: Table, where: str) -> list[str]:
    schema = _resolved(schema)
    choices = [one for key in ("oneOf", "anyOf") for one in schema.get(key, [])]
    if choices and all("const" in one for one in choices):
        allowed = [one["const"] for one in choices]
        return [] if value in allowed else [f"{where}: {value!r} is none of {allowed}"]
    if choices:
        tried = [_schema(value, one, where) for one in choices]
        return [] if any(not faults for faults in tried) else min(tried, key=len)
    named = schema.get("type")
    kinds = [named] if isinstance(named, str) else list(named or [])
    if kinds and not any(isinstance(value, _TYPES[kind]) for kind in kinds):
        return [f"{where}: {value!r} is no {named}"]
    faults: list[str] = []
    if isinstance(value, str) and len(value) > schema.get("maxLength", len(value)):
        faults.append(f"{where}: longer than {schema['maxLength']}")
    if isinstance(value, int) and not schema.get("minimum", value) <= value:
        faults.append(f"{where}: below {schema['minimum']}")
    if isinstance(value, int) and not value <= schema.get("maximum", value):
        faults.append(f"{where}: above {schema['maximum']}")
    if isinstance(value, dict) and (known := schema.get("properties")):
        faults += [f"{where}: no field {name}" for name in value if name not in known]
        faults += [f"{where}: {n} is missing" for n in schema.get("required", []) if n not in value]
        for name in value.keys() & known.keys():
            faults += _schema(value[name], known[name], f"{where}.{name}")
    if isinstance(value, list) and "items" in schema:
        faults += [fault for one in value for fault in _schema(one, schema["items"], where)]
    return faults


# --- Google discovery (YouTube) ----------------------------------------------------------------


def youtube_faults(request: Request) -> list[str]:
    """Return what YouTube's discovery document does not allow in a request."""
    document = _document(YOUTUBE)
    path = request.path.lstrip("/")
    method = next(
        (
            method
            for resource in document["resources"].values()
            for method in resource.get("methods", {}).values()
            if (method["path"], method["httpMethod"]) == (path, request.method)
        ),
        None,
    )
    if method is None:
        return [f"no {request.method} {path}"]
    allowed = {**document["parameters"], **method["parameters"]}
    faults = [f"{path}: no parameter {name}" for name in request.query if name not in allowed]
    for name, one in method["parameters"].items():
        if one.get("required") and name not in request.query:
            faults.append(f"{path}: {name} is missing")
    for name, values in request.query.items():
        faults += _parameter(values[0], allowed.get(name, {}), f"{path}?{name}")
    if request.body:
        faults += _google(json.loads(request.body), method["request"]["$ref"], path)
    return faults


def _parameter(value: str, one: Table, where: str) -> list[str]:
    if "enum" in one and value not in one["enum"]:
        return [f"{where}: {value} is none of {one['enum']}"]
    if one.get("type") == "integer":
        low, high = int(one.get("minimum", 0)), int(one.get("maximum", 2**32))
        return [] if low <= int(value) <= high else [f"{where}: {value} is not {low} to {high}"]
    if one.get("format") == "google-datetime":
        right = re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", value)
        return [] if right else [f"{where}: {value} is no time"]
    return []


def _google(value: Any, name: str, where: str) -> list[str]:
    known = _document(YOUTUBE)["schemas"][name]["properties"]
    faults = [f"{where}: no field {field}" for field in value if field not in known]
    for field in value.keys() & known.keys():
        if "$ref" in known[field]:
            faults += _google(value[field], known[field]["$ref"], f"{where}.{field}")
        elif known[field].get("type") == "string" and not isinstance(value[field], str):
            faults.append(f"{where}.{field}: {value[field]!r} is no string")
    return faults
