"""What rules did to a conversation, as its row says it: only what still holds."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from listeners.model import Sentence
from listeners.rules.words import done_said

RULED = """(SELECT json_group_array(json_array(e.verb, json(e.before), json(e.after)))
            FROM event e WHERE e.subject_kind = 'conversation' AND e.subject_id = c.id
              AND e.undone = 0
              AND e.verb IN ('tag', 'assign', 'priority', 'ignore', 'promote', 'template')
              AND json_extract(e.after, '$.rule') IS NOT NULL)"""
"""A column for what rules did to conversation ``c``, read by ``ruled_said``."""

_FIELDS = {"assign": "assignee", "priority": "manual_priority", "ignore": "state"}


def ruled_said(text: str, now: Mapping[str, object], tags: Collection[str]) -> tuple[Sentence, ...]:
    """Return what rules did, in words; what a person has changed since is left out.

    ``now`` holds assignee, manual_priority and state as they are, ``tags`` the tags.
    """
    if text == "[]":
        return ()
    said: list[Sentence] = []
    for verb, before, after in json.loads(text):
        field = _FIELDS.get(verb)
        if field is not None and after.get(field) != now.get(field):
            continue
        added = [
            tag
            for tag in after.get("tags", ())
            if tag not in before.get("tags", ()) and tag in tags
        ]
        if verb == "tag" and not added:
            continue
        said.append(done_said(verb, str(after["rule"]), after, ", ".join(added)))
    return tuple(said)
