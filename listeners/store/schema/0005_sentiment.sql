-- Version 5: verdicts that people correct, and what hubbub learns from them.

-- Who set the sentiment of a mention by hand; empty: it is the scorer's.
ALTER TABLE mention ADD COLUMN corrected_by TEXT NOT NULL DEFAULT '';
-- The version of the scorer that gave the verdict; 0: given before versions were kept.
ALTER TABLE mention ADD COLUMN scorer_version INTEGER NOT NULL DEFAULT 0;
-- Whose word its language is: tag, text, usual, unknown; empty: not kept.
ALTER TABLE mention ADD COLUMN lang_by TEXT NOT NULL DEFAULT '';

-- A correction, and the verdict of the scorer that it replaced.
CREATE TABLE correction (
    mention_id INTEGER PRIMARY KEY REFERENCES mention(id),
    label INTEGER NOT NULL,              -- 0 negative, 1 neutral, 2 positive
    author TEXT NOT NULL,
    at INTEGER NOT NULL,
    scored_label INTEGER NOT NULL,
    scored_compound REAL,
    scored_by TEXT,
    lang TEXT
) STRICT;
CREATE INDEX correction_lang ON correction (lang, at);

-- What a word means for one brand: its weight in [-4, 4], as in VADER's lexicon.
CREATE TABLE taught_word (
    id INTEGER PRIMARY KEY,
    brand_id INTEGER NOT NULL REFERENCES brand(id),
    word TEXT NOT NULL,
    weight REAL NOT NULL,
    author TEXT NOT NULL,
    at INTEGER NOT NULL,
    removed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX taught_word_now ON taught_word (brand_id, word) WHERE removed = 0;

-- A model learnt from corrections, for one language. Its number is never given again: mentions,
-- the log and what was said of it name it by that.
CREATE TABLE sentiment_model (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    lang TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    corrections INTEGER NOT NULL,
    figures TEXT NOT NULL,               -- JSON: held-out counts and figures, its own and the scorer's
    weights BLOB NOT NULL,
    state TEXT NOT NULL                  -- offered, on, off, worse
) STRICT;
CREATE UNIQUE INDEX sentiment_model_on ON sentiment_model (lang) WHERE state = 'on';
CREATE INDEX mention_scored ON mention (scorer_version, id) WHERE corrected_by = '';

-- Scoring stored mentions anew, in slices from the newest to the oldest; it goes on where it was.
CREATE TABLE rescoring (
    id INTEGER PRIMARY KEY,
    brand_id INTEGER NOT NULL REFERENCES brand(id),
    word TEXT NOT NULL DEFAULT '',       -- only mentions that hold it
    lang TEXT NOT NULL DEFAULT '',       -- only mentions in this language
    since_at INTEGER NOT NULL,
    place_at INTEGER NOT NULL,           -- where it is: what is newer than this pair is done
    place_id INTEGER NOT NULL,
    total INTEGER NOT NULL,
    seen INTEGER NOT NULL DEFAULT 0,
    changed INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL,                 -- running, done, stopped
    asked_by TEXT NOT NULL,
    begun_at INTEGER NOT NULL,
    moved_at INTEGER NOT NULL
) STRICT;
CREATE INDEX rescoring_open ON rescoring (id) WHERE state = 'running';
