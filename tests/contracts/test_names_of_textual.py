"""No widget of ours keeps something of its own under a name that Textual keeps its own under.

A screen that called the state of its trial ``_running`` told Textual that it had ended, and was
drawn no more.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Iterator
from functools import cache

from textual.dom import DOMNode

import tui.screens
import tui.widgets


def ours() -> list[type[DOMNode]]:
    for package in (tui.screens, tui.widgets):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(found.name)
    return [one for one in below(DOMNode) if one.__module__.startswith("tui.")]


def below(one: type[DOMNode]) -> Iterator[type[DOMNode]]:
    for child in one.__subclasses__():
        yield child
        yield from below(child)


@cache
def kept(one: type) -> frozenset[str]:
    """The private names a class keeps something of an instance under."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(one)))
    return frozenset(
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
        and node.attr.startswith("_")
    )


def test_no_name_is_kept_twice() -> None:
    classes = ours()
    assert len(classes) > 50
    found = {
        f"{one.__name__}.{name}"
        for one in classes
        for base in one.__mro__
        if base.__module__.startswith("textual.")
        for name in kept(one) & kept(base)
    }
    assert found == set()
