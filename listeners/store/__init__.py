"""The store: one SQLite file, one writer, and the only SQL of hubbub.

``open_store`` opens it. Whoever shows something uses the functions of ``reads``; the pipeline
uses the primitives of ``ingest``, and the actions those of ``subjects``, inside ``Store.write``.
The tables and why they are as they are: ``schema/0001_initial.sql``.
"""

from listeners.store.connection import Connection, Row
from listeners.store.database import Store, open_store
from listeners.store.errors import StoreError, Trouble
from listeners.store.watch import Watch

__all__ = ["Connection", "Row", "Store", "StoreError", "Trouble", "Watch", "open_store"]
