"""Lowering: a function's source becomes a Wengert list that means exactly the same.

Guarantee.  `lower(f)` is valid (`wengert.validate`), and running it returns what `f` returns, writes what `f`
writes and raises what `f` raises, or lowering refuses with the place and the way out.

Each file registers the node types it lowers: `expressions`, `calls`, `comprehensions`, `assignments`, `loops`, `match`,
`attempts`, `managers`, `statements`, `functions`, `classes`.  They append steps through a `builder`; `language` is the
table of what is supported, `scopes` says which names are whose, `outside` resolves what comes from outside, and `tidy`
cleans up.
"""

from __future__ import annotations

from collections.abc import Callable

from srcad.transform.lower import (  # noqa: F401 (they register their node types)
    assignments,
    attempts,
    classes,
    comprehensions,
    generators,
    loops,
    managers,
    match,
)
from srcad.transform.lower.functions import lower_function
from srcad.transform.parse import parse
from srcad.transform.recursion import deep_trees
from srcad.wengert import Function


def lower(function: Callable) -> Function:
    """The Wengert list of a Python function.

    >>> from srcad.wengert import base
    >>> print(lower(base))
    base(name):
        t = .partition(name, '.')
        t.1 = getitem(t, 0)
        return t.1
    """
    parsed = parse(function)
    with deep_trees(parsed.node):
        return lower_function(parsed)
