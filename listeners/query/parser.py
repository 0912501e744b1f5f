"""The brand query language: text in, tree out, every fault at its character.

Grammar, loosest first; words next to each other are joined by AND::

    query  = all { "OR" all }
    all    = one { [ "AND" ] one }
    one    = { "NOT" | "-" } near
    near   = part { "NEAR/n" part }
    part   = "(" query ")" | word | word* | "phrase" | #tag | @handle
           | from:who | lang:fr | site:host | source:name | raw:"exact"

The operators are capitals; ``“…”`` and ``«…»`` are quotation marks too.
"""

from __future__ import annotations

from listeners.model import Sentence
from listeners.query.lexer import QuerySyntaxError, Token, tokens
from listeners.query.tree import Near, Node, Not, Words, all_of, any_of

MAX_DEPTH = 50


def parse_tree(text: str) -> Node:
    """Read a query.

    Raises:
        QuerySyntaxError: the text is no query, too long (4,000 characters) or too deeply nested
            (50 parentheses or NOTs inside each other).
    """
    return _Parser(text).query()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tuple(tokens(text))
        self._at = 0

    def query(self) -> Node:
        if not self._tokens:
            raise QuerySyntaxError(Sentence("The query is empty."), 0)
        node = self._any(0)
        left = self._peek()
        if left is not None:
            raise QuerySyntaxError(Sentence("This parenthesis closes nothing."), left.position)
        return node

    def _peek(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next_is(self, *kinds: str) -> bool:
        token = self._peek()
        return token is not None and token.kind in kinds

    def _take(self) -> Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _any(self, depth: int) -> Node:
        parts = [self._all(depth)]
        while self._next_is("OR"):
            self._take()
            parts.append(self._all(depth))
        return any_of(parts)

    def _all(self, depth: int) -> Node:
        parts = [self._one(depth)]
        while self._next_is("AND", "NOT", "NEAR", "(", "leaf"):
            if self._next_is("AND"):
                self._take()
            parts.append(self._one(depth))
        return all_of(parts)

    def _one(self, depth: int) -> Node:
        nots = 0
        while self._next_is("NOT"):
            token = self._take()
            nots += 1
            self._check_depth(depth + nots, token)
        node = self._near(depth + nots)
        for _ in range(nots):
            node = Not(node)
        return node

    def _near(self, depth: int) -> Node:
        place = self._peek()
        node = self._part(depth)
        if not self._next_is("NEAR"):
            return node
        parts = [self._near_part(node, place)]
        distance = None
        while self._next_is("NEAR"):
            token = self._take()
            if distance not in (None, token.distance):
                raise QuerySyntaxError(
                    Sentence("One chain of NEAR takes one distance: write the same number."),
                    token.position,
                )
            distance = token.distance
            place = self._peek()
            parts.append(self._near_part(self._part(depth), place))
        return Near(tuple(parts), distance or 0)

    def _near_part(self, node: Node, place: Token | None) -> Words:
        position = place.position if place else len(self._text)
        if not isinstance(node, Words):
            raise QuerySyntaxError(
                Sentence("NEAR stands between two words or two phrases."), position
            )
        if node.unspaced:
            raise QuerySyntaxError(
                Sentence(
                    "NEAR counts words, and this script does not set them apart: use AND instead."
                ),
                position,
            )
        return node

    def _part(self, depth: int) -> Node:
        token = self._peek()
        if token is None:
            last = self._tokens[-1]
            raise QuerySyntaxError(
                Sentence("{operator} needs something after it.", {"operator": last.text}),
                last.position,
            )
        if token.kind == "(":
            return self._group(depth)
        if token.leaf is None:
            before = self._tokens[self._at - 1] if self._at else None
            if before is not None and before.kind not in ("leaf", ")", "("):
                raise QuerySyntaxError(
                    Sentence("{operator} needs something after it.", {"operator": before.text}),
                    before.position,
                )
            if token.kind == ")":
                raise QuerySyntaxError(Sentence("This parenthesis closes nothing."), token.position)
            raise QuerySyntaxError(
                Sentence("{operator} needs something before it.", {"operator": token.text}),
                token.position,
            )
        self._take()
        return token.leaf

    def _group(self, depth: int) -> Node:
        opening = self._take()
        self._check_depth(depth + 1, opening)
        if self._next_is(")"):
            raise QuerySyntaxError(
                Sentence("There is nothing between these parentheses."), opening.position
            )
        if self._peek() is None:
            raise QuerySyntaxError(Sentence("This parenthesis is never closed."), opening.position)
        node = self._any(depth + 1)
        if not self._next_is(")"):
            raise QuerySyntaxError(Sentence("This parenthesis is never closed."), opening.position)
        self._take()
        return node

    def _check_depth(self, depth: int, token: Token) -> None:
        if depth > MAX_DEPTH:
            raise QuerySyntaxError(
                Sentence(
                    "The query is nested too deeply: {most} levels at most.", {"most": MAX_DEPTH}
                ),
                token.position,
            )
