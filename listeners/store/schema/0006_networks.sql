-- Version 6: many networks: allowances, the past, and the same words in several places.

-- What was taken of a daily allowance. `key` names it and its credential; `day` is its own zone's.
CREATE TABLE quota (
    key TEXT NOT NULL,
    day TEXT NOT NULL,
    taken INTEGER NOT NULL,
    allowed INTEGER NOT NULL,
    PRIMARY KEY (key, day)
) STRICT, WITHOUT ROWID;

-- How often a source is asked now, in seconds: slower where it is quiet, faster where it is busy.
ALTER TABLE source ADD COLUMN pace REAL;

-- Reading the past of a brand at one source: marked as history, never work, never a surge.
CREATE TABLE backfill (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES source(id),
    brand_id INTEGER NOT NULL REFERENCES brand(id),
    query TEXT NOT NULL,                 -- the query it is read for; another query begins anew
    since_at INTEGER NOT NULL,
    reached_at INTEGER,                  -- how far back it has come
    place TEXT,                          -- the listener's own cursor for the past
    state TEXT NOT NULL,                 -- waiting, running, done, stopped, failed
    fetched INTEGER NOT NULL DEFAULT 0,
    new INTEGER NOT NULL DEFAULT 0,
    detail TEXT,                         -- a Sentence as JSON
    asked_by TEXT NOT NULL DEFAULT '',
    begun_at INTEGER NOT NULL,
    ended_at INTEGER,
    UNIQUE (source_id, brand_id, query)
) STRICT;
CREATE INDEX backfill_open ON backfill (state, id) WHERE state IN ('waiting', 'running');

-- The same words of the same author elsewhere, or the same article in another feed: listed with
-- the mention that came first, and no mention of its own.
CREATE TABLE place (
    mention_id INTEGER NOT NULL REFERENCES mention(id),
    brand_id INTEGER NOT NULL,
    network TEXT NOT NULL,
    key TEXT NOT NULL,                   -- as mention.key
    native_id TEXT NOT NULL,
    source_id INTEGER NOT NULL REFERENCES source(id),
    url TEXT NOT NULL DEFAULT '',
    author TEXT NOT NULL DEFAULT '',
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (network, key, brand_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX place_mention ON place (mention_id);
