-- Version 7: the walled networks: what they cost, and how long they let us keep.

-- What was spent at a network that is paid by what it gives, by UTC day and kind of thing, in
-- millionths of a dollar. The kind 'held' is what requests under way may cost at most.
CREATE TABLE spend (
    account TEXT NOT NULL,
    day TEXT NOT NULL,                   -- UTC, ISO 8601
    kind TEXT NOT NULL,
    items INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    PRIMARY KEY (account, day, kind)
) STRICT, WITHOUT ROWID;

-- What was paid for on a day: the same thing is charged once a UTC day.
CREATE TABLE spend_item (
    account TEXT NOT NULL,
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    item TEXT NOT NULL,
    PRIMARY KEY (account, day, kind, item)
) STRICT, WITHOUT ROWID;

-- What a person allows an account to spend, as last configured, and what a day is likely to cost.
CREATE TABLE spend_account (
    account TEXT PRIMARY KEY,
    a_day INTEGER NOT NULL,
    a_month INTEGER NOT NULL,
    expected INTEGER,
    said_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- When the words and names went because the network's terms say so; the row stays, and counts.
ALTER TABLE mention ADD COLUMN withheld_at INTEGER;
CREATE INDEX mention_kept ON mention (source_id, seen_at) WHERE withheld_at IS NULL;
