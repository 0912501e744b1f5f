"""What every column of text may hold of a person, and what forgetting does with it.

Each table stands here with all its columns of text and bytes: a test reads the schema and fails
where one is missing, so that nobody can add a place for names without deciding this.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

How = Literal["theirs", "ours", "ours json", "said", "said json", "id", "place", "fixed"]
"""What is done to a column.

``theirs``: its row goes with the person, or is about them alone. ``ours``: written by the team or
by hubbub, masked. ``said``: said by others in public, masked where it can mean nobody else. Both
may be JSON. ``id``: an identifier that may hold the name of an account; that part of it is
replaced by a hash. ``place``: where a listener stands; begun anew if it names the person.
``fixed``: words of hubbub's, names of members, brands, networks and sources: nobody's.
"""

# fmt: off
HOLDINGS: Final[Mapping[str, Mapping[str, How]]] = {
    "account": dict.fromkeys(("network", "key", "handle", "name", "url", "role"), "theirs"),
    "alert": {
        "class": "fixed", "rule": "fixed", "scope": "id", "fingerprint": "id", "state": "fixed",
        "title": "ours json", "explanation": "ours json", "figures": "ours json", "owner": "fixed",
        "dismissed_reason": "ours",
    },
    "alert_mention": {},
    "apart": {},
    "article": {"key": "id"},
    "away": {"member": "fixed"},
    "backfill": {
        "query": "ours", "place": "place", "state": "fixed", "detail": "ours json",
        "asked_by": "fixed",
    },
    "brand": {"name": "fixed"},
    "budget": {"key": "fixed"},
    "cadence": {"channel": "fixed"},
    "campaign": {
        "name": "ours", "aim": "fixed", "audience": "ours", "channels": "fixed", "terms": "ours",
        "tags": "ours json", "author": "fixed",
    },
    "campaign_again": {},
    "campaign_mention": {"why": "fixed"},
    "campaign_without": {},
    "charge": {
        "brand": "fixed", "kind": "fixed", "what": "ours", "member": "fixed", "author": "fixed",
    },
    "contact": dict.fromkeys(("kind", "network", "value"), "theirs"),
    "conversation": {
        "network": "fixed", "root": "id", "state": "fixed", "title": "said", "url": "said",
        "reasons": "ours json", "need": "ours json", "assignee": "fixed", "snooze_kind": "fixed",
        "last_part": "fixed",
    },
    "conversation_tag": {"tag": "ours"},
    "correction": {"author": "fixed", "scored_by": "fixed", "lang": "fixed"},
    "dead_letter": {"reason": "theirs", "record": "theirs"},
    "draft": {"author": "fixed", "text": "ours", "lang": "fixed", "in_reply_to": "id"},
    "duty": {"brand": "fixed", "member": "fixed", "note": "ours", "author": "fixed"},
    "edit": {"text": "said"},
    "event": {
        "actor": "fixed", "verb": "fixed", "subject_kind": "fixed", "before": "ours json",
        "after": "ours json",
    },
    "gap": {"reason": "ours json"},
    "maintenance": {"brand": "fixed", "reason": "ours", "author": "fixed"},
    "mention": {
        "network": "fixed", "key": "id", "native_id": "id", "url": "said", "title": "said",
        "text": "said", "raw_text": "said", "raw": "said", "links": "said json",
        "tags": "said json", "parent_id": "id", "root_id": "id", "lang": "fixed",
        "scorer": "fixed", "part": "fixed", "need": "ours json", "reasons": "ours json",
        "risk": "ours json", "fold": "said", "corrected_by": "fixed", "lang_by": "fixed",
    },
    "mute": {"kind": "theirs", "value": "theirs"},
    "note": {"subject_kind": "fixed", "author": "fixed", "text": "ours"},
    "note_mention": {"member": "fixed"},
    "notification": {"channel": "fixed", "state": "fixed", "detail": "ours json"},
    "outbox": {
        "source": "fixed", "network": "fixed", "in_reply_to": "id", "root": "id", "text": "ours",
        "lang": "fixed", "idempotency_key": "fixed", "state": "fixed", "native_id": "fixed",
        "url": "ours", "detail": "ours json", "author": "fixed", "instance": "fixed",
    },
    "owner": {"instance": "fixed", "host": "fixed"},
    "person": dict.fromkeys(("name", "role", "outlet", "beat"), "theirs"),
    "person_tag": {"tag": "theirs"},
    "place": {
        "network": "fixed", "key": "id", "native_id": "id", "root": "id", "url": "said",
        "fold": "fixed", "state": "fixed",
    },
    "planned": {
        "uid": "ours", "kind": "fixed", "title": "ours", "text": "ours", "channel": "fixed",
        "owner": "fixed", "state": "fixed", "author": "fixed",
    },
    "presence": {"instance": "fixed", "member": "fixed", "doing": "fixed"},
    "profile_link": dict.fromkeys(("url", "network", "handle"), "theirs"),
    "quota": {"key": "fixed", "day": "fixed"},
    "rescoring": {"word": "ours", "lang": "fixed", "state": "fixed", "asked_by": "fixed"},
    "rollup_hour": {"network": "fixed"},
    "rollup_minute": {"network": "fixed"},
    "rule": {
        "name": "ours", "conditions": "ours json", "effects": "ours json", "author": "fixed",
    },
    "saved_view": {"name": "ours", "pane": "fixed", "filter": "ours json"},
    # Vectors of hashes of words: no word can be read from them.
    "sentiment_model": {"lang": "fixed", "figures": "fixed", "weights": "fixed", "state": "fixed"},
    "setting": {"key": "fixed", "value": "ours json"},
    "source": {
        "key": "fixed", "network": "fixed", "label": "fixed", "cursor": "place", "state": "fixed",
        "detail": "ours json",
    },
    "source_use": {"key": "fixed"},
    "spend": dict.fromkeys(("account", "day", "kind"), "fixed"),
    "spend_account": {"account": "fixed"},
    "spend_item": {"account": "fixed", "day": "fixed", "kind": "fixed", "item": "id"},
    "stage_move": {
        "stage": "fixed", "was": "fixed", "reason": "ours json", "author": "fixed",
    },
    "standing": {"stage": "fixed"},
    "taught_word": {"word": "ours", "author": "fixed"},
    "template": {"name": "ours", "lang": "fixed", "brand": "fixed", "text": "ours"},
    # A person's stone is a salted hash; the stones of their posts go where they name them.
    "tombstone": {"network": "fixed", "key": "id", "kind": "fixed"},
    "turn": {"host": "fixed"},
}
# fmt: on
