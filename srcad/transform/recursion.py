"""Room for deep trees: passes recurse over syntax trees and Wengert lists without reaching Python's limit.

An expression of a thousand terms is a tree a thousand levels deep.  Passes stay recursive, because that is how
they read best; they run inside `deep_trees`, which measures the tree without recursing and raises the limit.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

FRAMES_PER_LEVEL = 10
BRANCHING = ("If", "Match", "For", "While", "Try", "With")


@contextmanager
def deep_trees(node: ast.AST) -> Iterator[None]:
    """Lets passes over `node` recurse as deep as the tree is.

    >>> tree = ast.parse("+".join("x" * 900))
    >>> with deep_trees(tree):
    ...     text = ast.unparse(tree)
    """
    before = sys.getrecursionlimit()
    needed = _frames_in_use() + 500 + FRAMES_PER_LEVEL * _depth(node)
    sys.setrecursionlimit(max(before, needed))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _depth(node: ast.AST) -> int:
    """The depth of a tree, in which what follows a statement with several ways on is inside that statement.

    So it is in a Wengert list, where the rest of a block goes into the arm that has not left it.
    """
    deepest, todo = 0, [(node, 1)]
    while todo:
        node, depth = todo.pop()
        deepest = max(deepest, depth)
        for child in ast.iter_child_nodes(node):
            depth += type(child).__name__ in BRANCHING
            todo.append((child, depth + 1))
    return deepest


def _frames_in_use() -> int:
    frame: FrameType | None = sys._getframe()
    count = 0
    while frame is not None:
        frame, count = frame.f_back, count + 1
    return count
