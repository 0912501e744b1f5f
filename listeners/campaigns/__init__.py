"""Campaigns: what each is for, which mentions are its own, and what it brought.

``campaign`` is the thing itself, ``attribution`` decides which mentions belong to it, ``figures``
and ``comparing`` say what came of it. All of it is pure; ``listeners.attributing`` does it to the
store.
"""
