"""What a team teaches hubbub about sentiment: words, and what their corrections have in common.

``words`` are taught one by one for a brand and count from the next post on; ``rescoring`` brings
what is stored up to date, in slices; ``learning`` trains a small layer on corrected posts, for a
language, and offers it where it is better. ``lessons`` is what the pipeline judges with.
"""
