"""Files that people have: reading JSONL, CSV and e-mail records as posts, a bad one at a time."""
