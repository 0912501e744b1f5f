-- Version 2: answering from here, in a team.

-- What a member is writing, kept at every keystroke. One draft a conversation and member.
CREATE TABLE draft (
    conversation_id INTEGER NOT NULL REFERENCES conversation(id),
    author TEXT NOT NULL,
    text TEXT NOT NULL,
    lang TEXT NOT NULL DEFAULT '',
    in_reply_to TEXT NOT NULL DEFAULT '', -- native id of the post answered
    begun_at INTEGER NOT NULL,           -- who answers after this has answered meanwhile
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, author)
) STRICT, WITHOUT ROWID;

-- A reply on its way. The row is written and on disk before the network is called.
-- States: sending (the call may be under way, or was cut off), sent, refused (the network said no,
-- nothing is there), unknown (a person must say), by hand (copied, she said it is answered),
-- deleted (sent, then deleted at the source).
DROP TABLE outbox;
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    conversation_id INTEGER NOT NULL REFERENCES conversation(id),
    source TEXT NOT NULL,                -- key of the source that sends, empty by hand
    network TEXT NOT NULL,
    in_reply_to TEXT NOT NULL,           -- native id of the post answered
    root TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL,                  -- as sent, names of the network included
    lang TEXT NOT NULL DEFAULT '',
    idempotency_key TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    native_id TEXT,
    url TEXT NOT NULL DEFAULT '',
    detail TEXT,                         -- a Sentence as JSON: what happened
    author TEXT NOT NULL,                -- the member who sent it
    created_at INTEGER NOT NULL,
    tried_at INTEGER,
    sent_at INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    instance TEXT NOT NULL DEFAULT ''    -- the process that sends it
) STRICT;
CREATE INDEX outbox_conversation ON outbox (conversation_id, id);
CREATE INDEX outbox_open ON outbox (state, created_at) WHERE state IN ('sending', 'unknown');
CREATE INDEX outbox_native ON outbox (network, native_id) WHERE native_id IS NOT NULL;

-- Texts to begin a reply with; {name}, {brand}, {order} are filled in.
CREATE TABLE template (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    lang TEXT NOT NULL DEFAULT '',       -- empty: any
    brand TEXT NOT NULL DEFAULT '',      -- empty: every brand
    text TEXT NOT NULL,
    removed INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Who is here, and on what: a heartbeat a process and member.
CREATE TABLE presence (
    instance TEXT PRIMARY KEY,
    member TEXT NOT NULL,
    conversation_id INTEGER,
    doing TEXT NOT NULL DEFAULT '',      -- reading, drafting
    since INTEGER NOT NULL,              -- on this conversation, doing this
    active_at INTEGER NOT NULL,          -- the last key
    at INTEGER NOT NULL                  -- the last beat
) STRICT, WITHOUT ROWID;
CREATE INDEX presence_conversation ON presence (conversation_id) WHERE conversation_id IS NOT NULL;

CREATE TABLE away (
    member TEXT PRIMARY KEY,
    since INTEGER NOT NULL,
    until_at INTEGER
) STRICT, WITHOUT ROWID;

-- Who is named with @ in a note, and when they saw it.
CREATE TABLE note_mention (
    note_id INTEGER NOT NULL REFERENCES note(id),
    member TEXT NOT NULL,
    seen_at INTEGER,
    PRIMARY KEY (note_id, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX note_mention_unseen ON note_mention (member) WHERE seen_at IS NULL;

-- If this, then that: what hubbub does to conversations by itself, in order of position.
CREATE TABLE rule (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    enabled INTEGER NOT NULL DEFAULT 1,
    conditions TEXT NOT NULL,            -- JSON
    effects TEXT NOT NULL,               -- JSON
    author TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    removed INTEGER NOT NULL DEFAULT 0
) STRICT;

ALTER TABLE conversation ADD COLUMN template_id INTEGER REFERENCES template(id);
CREATE INDEX event_time ON event (at, id);
CREATE INDEX event_verb ON event (verb, at);
CREATE INDEX event_actor ON event (actor, at);
