-- Version 8: people, campaigns, and who does what when.

-- Every account belongs to one person from its first sight; merging moves accounts to another.
ALTER TABLE person ADD COLUMN outlet TEXT NOT NULL DEFAULT ''; -- the paper or company they speak for
ALTER TABLE person ADD COLUMN beat TEXT NOT NULL DEFAULT '';   -- what they write about
ALTER TABLE person ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE person ADD COLUMN reach INTEGER;                   -- followers of all their accounts
ALTER TABLE person ADD COLUMN merged_into INTEGER REFERENCES person(id);
ALTER TABLE person ADD COLUMN removed INTEGER NOT NULL DEFAULT 0; -- 1: adding them was undone
CREATE INDEX person_reach ON person (coalesce(reach, -1) DESC, id DESC);
CREATE INDEX person_role ON person (role, id) WHERE role != '';
CREATE INDEX person_merged ON person (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX person_named ON person (name) WHERE name != '';
-- Notes on a person are rows of `note`.
ALTER TABLE person DROP COLUMN note;

-- How a person can be reached or recognised, as a press list says it: kind handle (on a network),
-- mail, phone, site. An account with such a handle is theirs as soon as it is heard.
-- The columns stand in the order of the key: SQLite 3.40 finds NULLs there otherwise (quick_check).
CREATE TABLE contact (
    kind TEXT NOT NULL,
    network TEXT NOT NULL DEFAULT '',
    value TEXT NOT NULL,
    person_id INTEGER NOT NULL REFERENCES person(id),
    PRIMARY KEY (kind, network, value, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_person ON contact (person_id);

CREATE TABLE person_tag (
    person_id INTEGER NOT NULL REFERENCES person(id),
    tag TEXT NOT NULL,
    PRIMARY KEY (person_id, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX tag_people ON person_tag (tag, person_id);

-- Addresses an account shows in its profile: a proof that another account is the same person's.
CREATE TABLE profile_link (
    account_id INTEGER NOT NULL REFERENCES account(id),
    url TEXT NOT NULL,
    verified INTEGER NOT NULL DEFAULT 0, -- 1: the network has seen a link back
    network TEXT NOT NULL DEFAULT '',    -- whose account it is by its form, and which; else empty
    handle TEXT NOT NULL DEFAULT '',     -- and here the host
    PRIMARY KEY (account_id, url)
) STRICT, WITHOUT ROWID;
CREATE INDEX profile_link_url ON profile_link (url);
CREATE INDEX profile_link_handle ON profile_link (network, handle);
-- As listeners/people/links.py writes addresses and handles, so that they can be compared.
CREATE INDEX account_page ON account (
    lower(rtrim(replace(replace(replace(url, 'https://', ''), 'http://', ''), 'www.', ''), '/'))
) WHERE url != '';
CREATE INDEX account_handle ON account (network, lower(handle));
CREATE INDEX account_role ON account (role, person_id) WHERE role != '';

-- Two persons of whom a member said that they are not one; never suggested again.
CREATE TABLE apart (
    id INTEGER PRIMARY KEY,
    lower_id INTEGER NOT NULL REFERENCES person(id),
    higher_id INTEGER NOT NULL REFERENCES person(id),
    removed INTEGER NOT NULL DEFAULT 0,
    UNIQUE (lower_id, higher_id)
) STRICT;
CREATE INDEX apart_higher ON apart (higher_id);

-- No person was ever stored before this version, so an account's number is free for its person.
INSERT INTO person (id) SELECT id FROM account WHERE person_id IS NULL;
UPDATE account SET person_id = id WHERE person_id IS NULL;

UPDATE person SET reach = (SELECT sum(k.followers) FROM account k WHERE k.person_id = person.id);

CREATE TRIGGER account_has_person AFTER INSERT ON account WHEN NEW.person_id IS NULL
BEGIN
    INSERT INTO person (name, reach) VALUES ('', NEW.followers);
    UPDATE account SET person_id = last_insert_rowid() WHERE id = NEW.id;
END;

-- Kept by triggers: accounts are written in more than one place.
CREATE TRIGGER account_changes_person AFTER UPDATE OF person_id ON account
WHEN OLD.person_id IS NOT NULL AND NEW.person_id IS NOT OLD.person_id
BEGIN
    UPDATE person SET reach = (
        SELECT sum(k.followers) FROM account k WHERE k.person_id = person.id)
    WHERE id IN (OLD.person_id, NEW.person_id);
END;

CREATE TRIGGER account_changes_reach AFTER UPDATE OF followers ON account
WHEN NEW.followers IS NOT OLD.followers
BEGIN
    UPDATE person SET reach = (
        SELECT sum(k.followers) FROM account k WHERE k.person_id = person.id)
    WHERE id = NEW.person_id;
END;

CREATE TRIGGER account_leaves BEFORE DELETE ON account
BEGIN
    DELETE FROM profile_link WHERE account_id = OLD.id;
END;

CREATE TRIGGER person_leaves BEFORE DELETE ON person
BEGIN
    DELETE FROM contact WHERE person_id = OLD.id;
    DELETE FROM person_tag WHERE person_id = OLD.id;
    DELETE FROM apart WHERE OLD.id IN (lower_id, higher_id);
    DELETE FROM standing WHERE person_id = OLD.id;
    DELETE FROM stage_move WHERE person_id = OLD.id;
    UPDATE person SET merged_into = NULL WHERE merged_into = OLD.id;
END;

-- How far a person has come with a brand: connect, convince, convert. Moves that rules found are
-- written anew when their history changes; one by hand stays until it is taken back.
CREATE TABLE stage_move (
    id INTEGER PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES person(id),
    brand_id INTEGER NOT NULL REFERENCES brand(id),
    at INTEGER NOT NULL,
    stage TEXT NOT NULL,
    was TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '{}',   -- a Sentence as JSON
    mention_id INTEGER,                  -- the mention that shows it
    author TEXT NOT NULL DEFAULT '',     -- the member who set it; empty: the rules
    removed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX stage_move_person ON stage_move (person_id, brand_id, at);
CREATE INDEX stage_move_time ON stage_move (brand_id, at);
CREATE INDEX stage_move_way ON stage_move (brand_id, was, stage, at, removed, person_id);

CREATE TABLE standing (
    person_id INTEGER NOT NULL REFERENCES person(id),
    brand_id INTEGER NOT NULL REFERENCES brand(id),
    stage TEXT NOT NULL,
    since INTEGER NOT NULL,
    by_hand INTEGER NOT NULL DEFAULT 0,
    first_at INTEGER NOT NULL,           -- their first and newest mention of the brand
    last_at INTEGER NOT NULL,
    mentions INTEGER NOT NULL,
    read_at INTEGER NOT NULL,            -- when their history was last read
    positives INTEGER NOT NULL DEFAULT 0,
    negatives INTEGER NOT NULL DEFAULT 0,
    reach INTEGER NOT NULL DEFAULT 0,    -- followers of all their accounts
    answered_at INTEGER,                 -- when we last answered them
    asked_at INTEGER,                    -- their newest mention that waits for a reply
    worth INTEGER NOT NULL DEFAULT 0,    -- 1: a next step may be worth it
    PRIMARY KEY (brand_id, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX standing_stage ON standing (brand_id, stage, since);
CREATE INDEX standing_person ON standing (person_id);
CREATE INDEX standing_worth ON standing (brand_id, last_at) WHERE worth = 1;
CREATE INDEX standing_hand ON standing (brand_id, since) WHERE by_hand = 1;
-- Who deleted what they had said is read anew.
CREATE INDEX mention_gone ON mention (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE campaign (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    brand_id INTEGER NOT NULL REFERENCES brand(id),
    name TEXT NOT NULL,
    aim TEXT NOT NULL,                   -- amuse, distract, inform
    audience TEXT NOT NULL DEFAULT '',
    channels TEXT NOT NULL DEFAULT '[]', -- networks as JSON; empty: all
    terms TEXT NOT NULL DEFAULT '',      -- in the brand query language
    tags TEXT NOT NULL DEFAULT '[]',     -- hashtags and conversation tags as JSON
    from_at INTEGER NOT NULL,
    to_at INTEGER NOT NULL,
    maintenance_id INTEGER REFERENCES maintenance(id), -- the window in which surges do not ring
    author TEXT NOT NULL DEFAULT '',
    changed_at INTEGER NOT NULL,
    attributed_to INTEGER NOT NULL DEFAULT 0, -- mentions up to this id have been looked at
    removed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX campaign_time ON campaign (brand_id, from_at) WHERE removed = 0;

CREATE TABLE campaign_mention (
    campaign_id INTEGER NOT NULL REFERENCES campaign(id),
    mention_id INTEGER NOT NULL REFERENCES mention(id) ON DELETE CASCADE,
    why TEXT NOT NULL,                   -- plan, terms, tag, answer (below one of ours), hand
    PRIMARY KEY (campaign_id, mention_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mention_campaigns ON campaign_mention (mention_id);

-- Mentions that a member took out of a campaign: no rule brings them back.
CREATE TABLE campaign_without (
    campaign_id INTEGER NOT NULL REFERENCES campaign(id),
    mention_id INTEGER NOT NULL REFERENCES mention(id) ON DELETE CASCADE,
    PRIMARY KEY (campaign_id, mention_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mention_without ON campaign_without (mention_id);

-- Mentions whose campaigns are to be judged again, in the order in which they were noticed.
CREATE TABLE campaign_again (
    id INTEGER PRIMARY KEY,
    mention_id INTEGER NOT NULL
) STRICT;

-- A campaign that asks for something else is attributed from the beginning, but for what a member
-- put into it.
CREATE TRIGGER campaign_asks_otherwise
AFTER UPDATE OF channels, tags, terms, from_at, to_at, removed ON campaign
WHEN OLD.channels != NEW.channels OR OLD.tags != NEW.tags OR OLD.terms != NEW.terms
  OR OLD.from_at != NEW.from_at OR OLD.to_at != NEW.to_at OR OLD.removed != NEW.removed
BEGIN
    DELETE FROM campaign_mention WHERE campaign_id = NEW.id AND why != 'hand';
    UPDATE campaign SET attributed_to = 0, version = version + 1 WHERE id = NEW.id;
END;

-- What a network lets nobody keep is withheld: it was the campaign's, and stays so.
CREATE TRIGGER mention_says_otherwise
AFTER UPDATE OF network, title, text, tags, conversation_id, deleted_at ON mention
WHEN NEW.withheld_at IS NULL
  AND (OLD.text != NEW.text OR OLD.title != NEW.title OR OLD.tags != NEW.tags
       OR OLD.network != NEW.network OR OLD.conversation_id IS NOT NEW.conversation_id
       OR OLD.deleted_at IS NOT NEW.deleted_at)
  AND EXISTS (SELECT 1 FROM campaign WHERE brand_id = NEW.brand_id AND removed = 0)
BEGIN
    INSERT INTO campaign_again (mention_id) VALUES (NEW.id);
END;

CREATE TRIGGER conversation_tagged AFTER INSERT ON conversation_tag
WHEN EXISTS (SELECT 1 FROM campaign c, json_each(c.tags) t
             WHERE c.removed = 0 AND lower(t.value) = lower(NEW.tag))
BEGIN
    INSERT INTO campaign_again (mention_id)
    SELECT m.id FROM mention m WHERE m.conversation_id = NEW.conversation_id;
END;

CREATE TRIGGER conversation_untagged AFTER DELETE ON conversation_tag
WHEN EXISTS (SELECT 1 FROM campaign c, json_each(c.tags) t
             WHERE c.removed = 0 AND lower(t.value) = lower(OLD.tag))
BEGIN
    INSERT INTO campaign_again (mention_id)
    SELECT m.id FROM mention m WHERE m.conversation_id = OLD.conversation_id;
END;

CREATE TRIGGER conversation_joined AFTER UPDATE OF merged_into ON conversation
WHEN OLD.merged_into IS NOT NEW.merged_into
  AND EXISTS (SELECT 1 FROM campaign WHERE brand_id = NEW.brand_id AND removed = 0)
BEGIN
    INSERT INTO campaign_again (mention_id)
    SELECT m.id FROM mention m WHERE m.conversation_id = NEW.id;
END;

-- A planned action, or a post of the content calendar. "Late" is derived, never stored.
CREATE TABLE planned (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    uid TEXT NOT NULL UNIQUE,            -- of the calendar file it came from or goes to
    brand_id INTEGER NOT NULL REFERENCES brand(id),
    campaign_id INTEGER REFERENCES campaign(id),
    kind TEXT NOT NULL,                  -- post, action
    title TEXT NOT NULL,
    text TEXT NOT NULL DEFAULT '',
    channel TEXT NOT NULL DEFAULT '',    -- a network, or empty
    owner TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL,                 -- idea, draft, approved, scheduled, done
    at INTEGER NOT NULL,                 -- all day: midnight UTC of its first day, in any zone
    end_at INTEGER,                      -- all day: midnight UTC of the day after its last
    all_day INTEGER NOT NULL DEFAULT 0,
    remind INTEGER,                      -- seconds before, NULL: not
    reminded_at INTEGER,
    done_at INTEGER,
    mention_id INTEGER,                  -- our post that fulfilled it
    author TEXT NOT NULL DEFAULT '',
    changed_at INTEGER NOT NULL,
    removed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX planned_time ON planned (brand_id, at) WHERE removed = 0;
CREATE INDEX planned_owner ON planned (owner, at) WHERE removed = 0 AND state != 'done';
CREATE INDEX planned_mention ON planned (mention_id) WHERE mention_id IS NOT NULL;

-- Our post that fulfils a plan of a campaign is the campaign's.
CREATE TRIGGER planned_fulfilled AFTER INSERT ON planned
WHEN NEW.mention_id IS NOT NULL AND NEW.campaign_id IS NOT NULL
BEGIN
    INSERT INTO campaign_again (mention_id) VALUES (NEW.mention_id);
END;

CREATE TRIGGER planned_otherwise AFTER UPDATE OF campaign_id, mention_id, removed ON planned
WHEN OLD.campaign_id IS NOT NEW.campaign_id OR OLD.mention_id IS NOT NEW.mention_id
  OR OLD.removed != NEW.removed
BEGIN
    INSERT INTO campaign_again (mention_id)
    SELECT value FROM json_each(json_array(OLD.mention_id, NEW.mention_id))
    WHERE value IS NOT NULL;
END;

-- Our own accounts are few among many: what they posted is looked up from them.
CREATE INDEX account_ours ON account (id) WHERE ours = 1;

-- How many posts a week a channel is meant to carry.
CREATE TABLE cadence (
    id INTEGER PRIMARY KEY,
    brand_id INTEGER NOT NULL REFERENCES brand(id),
    channel TEXT NOT NULL,
    a_week REAL NOT NULL,
    removed INTEGER NOT NULL DEFAULT 0,
    UNIQUE (brand_id, channel)
) STRICT;

-- Who is on duty when: notifications reach them.
CREATE TABLE duty (
    id INTEGER PRIMARY KEY,
    brand TEXT NOT NULL DEFAULT '',      -- empty: every brand
    member TEXT NOT NULL,
    from_at INTEGER NOT NULL,
    to_at INTEGER NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    author TEXT NOT NULL DEFAULT '',
    removed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX duty_time ON duty (to_at, from_at) WHERE removed = 0;

-- Who has been handed what: kind conductor, channel, campaign, press, or other; `what` names the
-- network, the campaign's number, or what else it is.
CREATE TABLE charge (
    id INTEGER PRIMARY KEY,
    brand TEXT NOT NULL DEFAULT '',      -- empty: every brand
    kind TEXT NOT NULL,
    what TEXT NOT NULL DEFAULT '',
    member TEXT NOT NULL,
    author TEXT NOT NULL DEFAULT '',
    removed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX charge_member ON charge (member) WHERE removed = 0;
