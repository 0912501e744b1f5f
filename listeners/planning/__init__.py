"""Planned actions and posts, the calendar they stand in, and how often a channel speaks.

Everything here is pure but ``keeping``, which writes down what time and our own posts bring about.
"""
