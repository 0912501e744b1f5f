-- Version 6: many networks: allowances, the past, and the same words in several places.

-- What was taken of a daily allowance. `key` names it and its credential; `day` is its own zone's,
-- and ends at `until_at`.
CREATE TABLE quota (
    key TEXT NOT NULL,
    day TEXT NOT NULL,
    taken INTEGER NOT NULL,
    allowed INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    PRIMARY KEY (key, day)
) STRICT, WITHOUT ROWID;

-- When a host was last asked that wants `seconds` between two requests.
CREATE TABLE turn (
    host TEXT PRIMARY KEY,
    seconds REAL NOT NULL,
    asked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How many requests a host allows until its reset.
ALTER TABLE budget ADD COLUMN allowed INTEGER;

-- Which budgets, allowances and turns (by their keys) a source lives on.
CREATE TABLE source_use (
    source_id INTEGER NOT NULL REFERENCES source(id),
    key TEXT NOT NULL,
    PRIMARY KEY (source_id, key)
) STRICT, WITHOUT ROWID;

-- How often a source is asked now, in seconds: slower where it is quiet, faster where it is busy;
-- and when its last round began.
ALTER TABLE source ADD COLUMN pace REAL;
ALTER TABLE source ADD COLUMN asked_at INTEGER;

-- Reading the past of a brand at one source: marked as history, never work, never a surge.
CREATE TABLE backfill (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES source(id),
    brand_id INTEGER NOT NULL REFERENCES brand(id),
    query TEXT NOT NULL,                 -- the query it is read for; another query begins anew
    since_at INTEGER NOT NULL,
    before_at INTEGER NOT NULL,          -- what was written later is brought by listening
    reached_at INTEGER,                  -- how far back it has come
    place TEXT,                          -- the listener's own cursor for the past
    state TEXT NOT NULL,                 -- waiting, running, done, stopped, failed, left
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
-- the mention that was heard first, and no mention of its own. One that is no longer the same
-- stays, so that answers below it still find their conversation.
CREATE TABLE place (
    mention_id INTEGER NOT NULL REFERENCES mention(id),
    brand_id INTEGER NOT NULL,
    network TEXT NOT NULL,
    key TEXT NOT NULL,                   -- as mention.key
    native_id TEXT NOT NULL,
    root TEXT NOT NULL,                  -- the root its own thread has there
    source_id INTEGER NOT NULL REFERENCES source(id),
    account_id INTEGER REFERENCES account(id),
    url TEXT NOT NULL DEFAULT '',
    at INTEGER NOT NULL,                 -- when it was written there
    seen_at INTEGER NOT NULL,
    likes INTEGER,
    shares INTEGER,
    replies INTEGER,
    fold TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT 'here',  -- here, gone, changed; main: the mention's own place now
    read_at INTEGER,                     -- when its thread was last asked for there
    PRIMARY KEY (network, key, brand_id, source_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX place_mention ON place (mention_id);
CREATE INDEX place_root ON place (network, root, brand_id);
CREATE INDEX place_account ON place (account_id);

-- Finds the same words written within days; by day first, so that it grows at its end.
CREATE INDEX mention_same ON mention (sort_at / 86400000000, fold) WHERE fold != '';

-- By what an article is recognised in another feed: its address, or its title at its site.
CREATE TABLE article (
    brand_id INTEGER NOT NULL,
    key TEXT NOT NULL,
    mention_id INTEGER NOT NULL REFERENCES mention(id),
    at INTEGER NOT NULL,
    PRIMARY KEY (brand_id, key, mention_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_mention ON article (mention_id);
