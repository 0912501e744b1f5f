"""The screens: each one lays out widgets, reads through the desk, and hands keys to actions."""
