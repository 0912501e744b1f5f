"""Scripted stand-ins for the outside world: loopback servers and hostile texts."""
