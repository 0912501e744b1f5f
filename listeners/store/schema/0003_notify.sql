-- Version 3: alerts that reach people away from the screen.

-- One ringing moment of an alert on one channel: at least once, never twice.
CREATE TABLE notification (
    id INTEGER PRIMARY KEY,
    alert_id INTEGER NOT NULL REFERENCES alert(id),
    channel TEXT NOT NULL,
    rung_at INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting', -- waiting, sent, dropped
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL,
    sent_at INTEGER,
    detail TEXT,                         -- a Sentence as JSON: why it failed, or was dropped
    UNIQUE (alert_id, channel, rung_at)
) STRICT;
CREATE INDEX notification_due ON notification (next_at) WHERE state = 'waiting';
CREATE INDEX notification_channel ON notification (channel, id);
