-- hubbub's store, version 1. Times are INTEGER UTC microseconds. Text columns named `text`,
-- `title`, `handle`, `name` hold cleaned text; `raw_text` holds the original where it differs.

CREATE TABLE brand (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,           -- id 0, name '' is "no brand"
    competitor_of INTEGER REFERENCES brand(id)
) STRICT;
INSERT INTO brand (id, name) VALUES (0, '');

CREATE TABLE source (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,            -- network:what, as in the configuration
    network TEXT NOT NULL,
    label TEXT NOT NULL,
    cursor TEXT,
    state TEXT NOT NULL DEFAULT 'starting',
    detail TEXT,                         -- a Sentence as JSON
    state_since INTEGER NOT NULL,
    until_at INTEGER,
    last_ok_at INTEGER,
    next_at INTEGER,
    lag REAL NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0, -- in a row
    fetched INTEGER NOT NULL DEFAULT 0,
    new INTEGER NOT NULL DEFAULT 0,
    updated INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0,
    bad INTEGER NOT NULL DEFAULT 0,
    gapless INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE gap (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES source(id),
    from_at INTEGER,
    to_at INTEGER,
    reason TEXT NOT NULL,                -- a Sentence as JSON
    seen_at INTEGER NOT NULL,
    filled_at INTEGER
) STRICT;
CREATE INDEX gap_open ON gap (source_id, seen_at) WHERE filled_at IS NULL;

CREATE TABLE dead_letter (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES source(id),
    at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    record TEXT NOT NULL
) STRICT;

-- What a host told us of its limits, kept across restarts.
CREATE TABLE budget (
    key TEXT PRIMARY KEY,                -- host, or host and credential name
    remaining INTEGER,
    reset_at INTEGER,
    blocked_until INTEGER,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE person (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL DEFAULT '',
    role TEXT NOT NULL DEFAULT '',       -- journalist, vip, influencer, customer, partner, staff, competitor
    note TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    network TEXT NOT NULL,
    key TEXT NOT NULL,
    handle TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL DEFAULT '',
    url TEXT NOT NULL DEFAULT '',
    followers INTEGER,
    automated INTEGER NOT NULL DEFAULT 0,
    ours INTEGER NOT NULL DEFAULT 0,
    role TEXT NOT NULL DEFAULT '',
    person_id INTEGER REFERENCES person(id),
    first_seen_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    UNIQUE (network, key)
) STRICT;
CREATE INDEX account_person ON account (person_id) WHERE person_id IS NOT NULL;

CREATE TABLE mention (
    id INTEGER PRIMARY KEY,
    brand_id INTEGER NOT NULL REFERENCES brand(id),
    source_id INTEGER NOT NULL REFERENCES source(id),
    network TEXT NOT NULL,
    key TEXT NOT NULL,                   -- native id, rearranged so that it sorts by time where it can
    native_id TEXT NOT NULL,
    account_id INTEGER NOT NULL REFERENCES account(id),
    conversation_id INTEGER REFERENCES conversation(id),
    url TEXT NOT NULL DEFAULT '',
    title TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL,
    raw_text TEXT,
    raw BLOB,                            -- the network's own record, zlib
    links TEXT NOT NULL DEFAULT '[]',
    tags TEXT NOT NULL DEFAULT '[]',
    created_at INTEGER,
    seen_at INTEGER NOT NULL,
    sort_at INTEGER NOT NULL,            -- the earlier of the two
    edited_at INTEGER,
    deleted_at INTEGER,
    parent_id TEXT,
    root_id TEXT,
    lang TEXT,
    scorer TEXT,
    compound REAL,
    label INTEGER NOT NULL DEFAULT 3,    -- 0 negative, 1 neutral, 2 positive, 3 unscored
    part TEXT NOT NULL DEFAULT 'outside',
    asks INTEGER NOT NULL DEFAULT 0,     -- 1: this message asks for a reply
    need TEXT,                           -- a Reason as JSON: code and sentence
    reasons TEXT NOT NULL DEFAULT '[]',  -- Sentences as JSON: why it matched
    risk TEXT NOT NULL DEFAULT '[]',     -- risk findings as JSON: class, rule, span
    likes INTEGER,
    shares INTEGER,
    replies INTEGER,
    rating INTEGER,
    private INTEGER NOT NULL DEFAULT 0,
    history INTEGER NOT NULL DEFAULT 0,
    repost INTEGER NOT NULL DEFAULT 0,
    fold TEXT NOT NULL DEFAULT '',       -- hash of the folded text, finds cross-posts
    UNIQUE (network, key, brand_id)
) STRICT;
CREATE INDEX mention_stream ON mention (brand_id, sort_at DESC, id DESC);
CREATE INDEX mention_stream_label ON mention (brand_id, label, sort_at DESC, id DESC);
CREATE INDEX mention_stream_network ON mention (brand_id, network, sort_at DESC, id DESC);
CREATE INDEX mention_thread ON mention (conversation_id, sort_at, id) WHERE conversation_id IS NOT NULL;
CREATE INDEX mention_asked ON mention (fold, sort_at) WHERE asks = 1 AND fold != '';
CREATE INDEX mention_account ON mention (account_id, sort_at DESC);

CREATE TABLE edit (
    id INTEGER PRIMARY KEY,
    mention_id INTEGER NOT NULL REFERENCES mention(id),
    at INTEGER NOT NULL,
    text TEXT NOT NULL                   -- the text before the edit
) STRICT;
CREATE INDEX edit_mention ON edit (mention_id);

-- A deletion heard before its post, or an author who asked to be forgotten: never stored again.
CREATE TABLE tombstone (
    network TEXT NOT NULL,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,                  -- post, account
    at INTEGER NOT NULL,
    PRIMARY KEY (network, kind, key)
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE mention_fts USING fts5 (
    title, text, content='mention', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
);

CREATE TABLE conversation (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    brand_id INTEGER NOT NULL REFERENCES brand(id),
    network TEXT NOT NULL,
    root TEXT NOT NULL,                  -- thread root id, canonical url, or source:author
    generation INTEGER NOT NULL DEFAULT 0, -- rises when a late message opens a new one
    state TEXT NOT NULL,
    in_queue INTEGER NOT NULL DEFAULT 0, -- 1: asked at least once, or promoted by hand
    title TEXT NOT NULL DEFAULT '',
    url TEXT NOT NULL DEFAULT '',
    opener_id INTEGER REFERENCES account(id),
    waiting_since INTEGER,
    due_at INTEGER,
    tier INTEGER NOT NULL DEFAULT 5,
    score REAL NOT NULL DEFAULT 0,
    manual_priority INTEGER,
    rank INTEGER NOT NULL DEFAULT 5,     -- manual_priority, else tier
    reasons TEXT NOT NULL DEFAULT '[]',
    need TEXT,
    assignee TEXT NOT NULL DEFAULT '',
    snoozed_until INTEGER,
    snooze_kind TEXT NOT NULL DEFAULT '', -- time, reply
    reopened INTEGER NOT NULL DEFAULT 0,
    messages INTEGER NOT NULL DEFAULT 0,
    notes INTEGER NOT NULL DEFAULT 0,
    opened_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    state_since INTEGER NOT NULL,
    last_outside_id INTEGER,
    last_part TEXT NOT NULL DEFAULT '',
    first_response_at INTEGER,
    answered_by_hand INTEGER NOT NULL DEFAULT 0,
    linked_to INTEGER REFERENCES conversation(id),
    merged_into INTEGER REFERENCES conversation(id),
    thread_read_at INTEGER,              -- when the network was last asked for the whole thread
    UNIQUE (brand_id, network, root, generation)
) STRICT;
CREATE INDEX conversation_queue ON conversation (brand_id, rank, due_at, score DESC, waiting_since, id)
    WHERE state = 'open' AND in_queue = 1 AND merged_into IS NULL;
CREATE INDEX conversation_state ON conversation (brand_id, state, last_at DESC, id DESC);
CREATE INDEX conversation_wake ON conversation (snoozed_until) WHERE state = 'snoozed';
CREATE INDEX conversation_merged ON conversation (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX conversation_linked ON conversation (linked_to) WHERE linked_to IS NOT NULL;
CREATE INDEX conversation_opener ON conversation (opener_id) WHERE opener_id IS NOT NULL;
CREATE INDEX conversation_idle ON conversation (last_at) WHERE state = 'waiting';

CREATE TABLE conversation_tag (
    conversation_id INTEGER NOT NULL REFERENCES conversation(id),
    tag TEXT NOT NULL,
    PRIMARY KEY (conversation_id, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX tag_conversations ON conversation_tag (tag, conversation_id);

CREATE TABLE note (
    id INTEGER PRIMARY KEY,
    subject_kind TEXT NOT NULL,          -- conversation, alert
    subject_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    author TEXT NOT NULL,
    text TEXT NOT NULL,
    removed INTEGER NOT NULL DEFAULT 0   -- 1: undone
) STRICT;
CREATE INDEX note_subject ON note (subject_kind, subject_id, at);

CREATE TABLE mute (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,                  -- account, conversation, word, rule
    value TEXT NOT NULL,
    at INTEGER NOT NULL,
    until_at INTEGER,
    removed INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE alert (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    brand_id INTEGER NOT NULL REFERENCES brand(id),
    class TEXT NOT NULL,
    rule TEXT NOT NULL,
    scope TEXT NOT NULL DEFAULT '',
    fingerprint TEXT NOT NULL,
    severity INTEGER NOT NULL,
    state TEXT NOT NULL,
    title TEXT NOT NULL,                 -- a Sentence as JSON
    explanation TEXT NOT NULL DEFAULT '[]', -- Sentences as JSON
    figures TEXT NOT NULL DEFAULT '{}',  -- x, mu, p, window, baseline … as JSON
    thin_baseline INTEGER NOT NULL DEFAULT 0,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    fired_at INTEGER NOT NULL,           -- when it last began to fire, first or again
    count INTEGER NOT NULL DEFAULT 1,
    owner TEXT NOT NULL DEFAULT '',
    acked_at INTEGER,
    snoozed_until INTEGER,
    closed_at INTEGER,
    holding INTEGER NOT NULL DEFAULT 1,  -- 1: the condition is still true
    calm_checks INTEGER NOT NULL DEFAULT 0,
    flaps INTEGER NOT NULL DEFAULT 0,
    escalated INTEGER NOT NULL DEFAULT 0,
    dismissed_reason TEXT NOT NULL DEFAULT '',
    merged_into INTEGER REFERENCES alert(id)
) STRICT;
CREATE UNIQUE INDEX alert_live ON alert (fingerprint) WHERE state IN ('firing', 'acked', 'snoozed');
CREATE INDEX alert_latest ON alert (fingerprint, id);
CREATE INDEX alert_list ON alert (brand_id, state, severity DESC, last_at DESC, id DESC);

CREATE TABLE alert_mention (
    alert_id INTEGER NOT NULL REFERENCES alert(id),
    mention_id INTEGER NOT NULL REFERENCES mention(id),
    PRIMARY KEY (alert_id, mention_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mention_alerts ON alert_mention (mention_id);

-- Counts by brand and network. `fresh` leaves out history and reposts, for the detectors.
CREATE TABLE rollup_minute (
    brand_id INTEGER NOT NULL,
    network TEXT NOT NULL,
    start INTEGER NOT NULL,
    total INTEGER NOT NULL DEFAULT 0,
    negative INTEGER NOT NULL DEFAULT 0,
    neutral INTEGER NOT NULL DEFAULT 0,
    positive INTEGER NOT NULL DEFAULT 0,
    unscored INTEGER NOT NULL DEFAULT 0,
    compound_sum REAL NOT NULL DEFAULT 0,
    fresh INTEGER NOT NULL DEFAULT 0,
    fresh_negative INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (brand_id, start, network)
) STRICT, WITHOUT ROWID;
CREATE TABLE rollup_hour (
    brand_id INTEGER NOT NULL,
    network TEXT NOT NULL,
    start INTEGER NOT NULL,
    total INTEGER NOT NULL DEFAULT 0,
    negative INTEGER NOT NULL DEFAULT 0,
    neutral INTEGER NOT NULL DEFAULT 0,
    positive INTEGER NOT NULL DEFAULT 0,
    unscored INTEGER NOT NULL DEFAULT 0,
    compound_sum REAL NOT NULL DEFAULT 0,
    fresh INTEGER NOT NULL DEFAULT 0,
    fresh_negative INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (brand_id, start, network)
) STRICT, WITHOUT ROWID;

-- Append-only: undo stack, audit trail, response report.
CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,                 -- a member's name, or 'hubbub' for what happened by itself
    verb TEXT NOT NULL,
    subject_kind TEXT NOT NULL,          -- conversation, alert, mention
    subject_id INTEGER NOT NULL,
    before TEXT NOT NULL,                -- the fields that changed, as JSON
    after TEXT NOT NULL,
    step INTEGER NOT NULL,               -- one key press; marks of several rows share it
    undone INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX event_subject ON event (subject_kind, subject_id, id);
CREATE INDEX event_step ON event (actor, step);

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    conversation_id INTEGER NOT NULL REFERENCES conversation(id),
    network TEXT NOT NULL,
    in_reply_to TEXT NOT NULL,
    text TEXT NOT NULL,
    idempotency_key TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL DEFAULT 'draft', -- draft, sending, sent, failed, unknown
    native_id TEXT,
    error TEXT,
    author TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    sent_at INTEGER
) STRICT;
CREATE INDEX outbox_conversation ON outbox (conversation_id);
CREATE INDEX outbox_unsent ON outbox (state, created_at) WHERE state IN ('draft', 'sending', 'unknown');

CREATE TABLE saved_view (
    name TEXT PRIMARY KEY,
    pane TEXT NOT NULL,                  -- queue, stream
    filter TEXT NOT NULL                 -- JSON
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The process that listens. Others show and triage, and take over when the heartbeat stops.
CREATE TABLE owner (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    instance TEXT NOT NULL,
    pid INTEGER NOT NULL,
    host TEXT NOT NULL,
    heartbeat_at INTEGER NOT NULL
) STRICT;
