"""What the screen and the commands read. Every query here has an index or a rollup.

Every function takes the store first; a brand is named by its name, and an empty name means all
brands. Lists come as ids (``array('q')``, eight bytes each), and a page of them as rows by id.
"""

from listeners.store.reads.alerts import alert_ids, alerts, held
from listeners.store.reads.candidates import absorbed_rows, merge_candidates, shown_in
from listeners.store.reads.episode import Episode, episode
from listeners.store.reads.figures import by_network, series, status_line
from listeners.store.reads.log import account_history, events, notes
from listeners.store.reads.places import sources
from listeners.store.reads.queue import conversations, queue_ids
from listeners.store.reads.stream import mention_ids, mentions, revealed, thread
from listeners.store.reads.uses import SourceUse, source_uses
from listeners.store.views import SavedView, remove_view, save_view, saved_views

__all__ = [
    "Episode",
    "SavedView",
    "SourceUse",
    "absorbed_rows",
    "account_history",
    "alert_ids",
    "alerts",
    "by_network",
    "conversations",
    "episode",
    "events",
    "held",
    "mention_ids",
    "mentions",
    "merge_candidates",
    "notes",
    "queue_ids",
    "remove_view",
    "revealed",
    "save_view",
    "saved_views",
    "series",
    "shown_in",
    "source_uses",
    "sources",
    "status_line",
    "thread",
]
