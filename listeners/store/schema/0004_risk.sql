-- Version 4: alerts that wait for a known event to end, and posts that spread.

-- A known event of a brand (a launch, a move): what fires meanwhile is recorded and does not ring.
CREATE TABLE maintenance (
    id INTEGER PRIMARY KEY,
    brand TEXT NOT NULL DEFAULT '',      -- empty: every brand
    from_at INTEGER NOT NULL,
    to_at INTEGER NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    author TEXT NOT NULL DEFAULT '',     -- empty: from the configuration
    removed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX maintenance_time ON maintenance (to_at, from_at) WHERE removed = 0;

-- 1: it began during such a window, and rings at its end if it goes on.
ALTER TABLE alert ADD COLUMN suppressed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX alert_merged ON alert (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX alert_closed ON alert (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX alert_rule ON alert (rule, brand_id, id);

-- From when on the reactions to a post are measured, and how many there were then.
ALTER TABLE mention ADD COLUMN base_at INTEGER;
ALTER TABLE mention ADD COLUMN base_total INTEGER;
