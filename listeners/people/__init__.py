"""People: who may be one person, by which proof, what they care about, and the press list.

Pure: what is stored of persons is in ``store/people.py``, what is done to them in
``actions/people.py``.
"""
