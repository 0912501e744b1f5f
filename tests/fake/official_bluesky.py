"""What is wrong with a request by AT Protocol's own lexicons; nothing where all is well.

The lexicons are among the recorded payloads (``HUBBUB_RECORDED``) and are not copied here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.fake.http_server import Request

ROOT = Path(__file__).parents[2]
RECORDED = Path(os.environ.get("HUBBUB_RECORDED", ROOT.parent / "shared" / "recorded"))
LEXICONS = RECORDED / "bluesky" / "lexicons"

Table = Mapping[str, Any]


@cache
def _lexicon(name: str) -> Table | None:
    path = LEXICONS.joinpath(*name.split(".")).with_suffix(".json")
    found: Table | None = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    return found


def lexicon_faults(request: Request) -> list[str]:
    """Return what the lexicon of its method does not allow in a request."""
    name = request.path.removeprefix("/xrpc/")
    lexicon = _lexicon(name)
    if lexicon is None:
        return [f"no method {name}"]
    main = lexicon["defs"]["main"]
    if {"query": "GET", "procedure": "POST"}[main["type"]] != request.method:
        return [f"{name}: not by {request.method}"]
    faults = list(_parameters(request, main.get("parameters", {}), name))
    if "input" in main:
        body = json.loads(request.body)
        faults += _faults(body, main["input"]["schema"], name, name)
        record = body.get("record")
        if isinstance(record, dict):
            faults += record_faults(record)
    return faults


def record_faults(record: Table) -> list[str]:
    """Return what the lexicon of its type does not allow in a record."""
    name = str(record.get("$type"))
    lexicon = _lexicon(name)
    if lexicon is None:
        return [f"no record {name}"]
    return list(_faults(record, lexicon["defs"]["main"]["record"], name, name))


def _parameters(request: Request, parameters: Table, where: str) -> Iterator[str]:
    known = parameters.get("properties", {})
    for name in parameters.get("required", ()):
        if name not in request.query:
            yield f"{where}: {name} is missing"
    for name, found in request.query.items():
        schema = known.get(name)
        if schema is None:
            yield f"{where}: no parameter {name}"
            continue
        many = schema["type"] == "array"
        if len(found) > 1 and not many:
            yield f"{where}.{name}: given {len(found)} times"
        one = schema["items"] if many else schema
        values = [int(v) if one["type"] == "integer" and v.isdigit() else v for v in found]
        yield from _faults(values if many else values[0], schema, where, f"{where}.{name}")


def _faults(value: Any, schema: Table, home: str, where: str) -> Iterator[str]:
    """Yield where a value differs from a schema of the lexicon ``home``."""
    match schema["type"]:
        case "ref":
            yield from _by_name(value, schema["ref"], home, where)
        case "union":
            kind = value.get("$type") if isinstance(value, dict) else None
            names = {_whole(ref, home): ref for ref in schema["refs"]}
            if kind in names:
                yield from _by_name(value, names[kind], home, where)
            elif schema.get("closed") or kind is None:
                yield f"{where}: {kind} is none of {sorted(names)}"
        case "object":
            if not isinstance(value, dict):
                yield f"{where}: no object"
                return
            yield from (f"{where}: {one} is missing" for one in schema.get("required", ())
                        if one not in value)  # fmt: skip
            for name, inner in schema.get("properties", {}).items():
                if name in value:
                    yield from _faults(value[name], inner, home, f"{where}.{name}")
            strange = set(value) - set(schema.get("properties", ())) - {"$type"}
            yield from (f"{where}: no field {one}" for one in sorted(strange))
        case "array":
            if not isinstance(value, list) or len(value) > schema.get("maxLength", len(value)):
                yield f"{where}: no list, or too long a one"
                return
            for number, one in enumerate(value):
                yield from _faults(one, schema["items"], home, f"{where}[{number}]")
        case "integer":
            whole = isinstance(value, int) and not isinstance(value, bool)
            if not whole or not schema.get("minimum", value) <= value <= schema.get(
                "maximum", value
            ):
                yield f"{where}: {value!r} is out of range"
        case "string":
            length = len(value.encode()) if isinstance(value, str) else -1
            if not schema.get("minLength", 0) <= length <= schema.get("maxLength", 10**9):
                yield f"{where}: {value!r} is no text, or too long"
            elif "enum" in schema and value not in schema["enum"]:
                yield f"{where}: {value!r} is none of {schema['enum']}"
        case "boolean":
            if not isinstance(value, bool):
                yield f"{where}: {value!r} is neither true nor false"


def _by_name(value: Any, ref: str, home: str, where: str) -> Iterator[str]:
    name, _, fragment = ref.partition("#")
    lexicon = _lexicon(name or home)
    if lexicon is None:
        yield f"{where}: no lexicon {name}"
        return
    yield from _faults(value, lexicon["defs"][fragment or "main"], name or home, where)


def _whole(ref: str, home: str) -> str:
    """Return a reference as ``$type`` writes it."""
    return f"{home}{ref}" if ref.startswith("#") else ref
