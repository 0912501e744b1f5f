"""Conversations: whose turn it is, what needs a reply, and what comes first.

Pure logic: functions from (state, event) to (state, effects). Nothing here reads a file, a socket
or a clock; the store applies what is decided here together with its line in the log.
"""
