"""Nested parameters: what is a leaf, and how to take a structure apart and put it together again.

A tree is any nesting of tuples, lists, dicts, named tuples and objects (dataclasses and other classes whose
attributes are slots, see `srcad.objects`; classes registered with optree); whatever else it holds is a leaf, None
included.  `unflatten(structure, leaves)` gives back the very same nesting: the same classes, the keys of a dict in
the order in which they were inserted, an object without running its `__init__` again, because a gradient is no
valid argument of a constructor that validates.

optree does the walking.  Classes of objects, which it would take for leaves, are registered with it when they are
first seen, in a namespace of our own, so that other users of optree in the same program notice nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import optree

from srcad.errors import ArgumentError
from srcad.objects import attributes, is_object, is_sparse_class, new

_NAMESPACE = "srcad"

Structure: TypeAlias = optree.PyTreeSpec


def flatten(tree: Any) -> tuple[list[Any], Structure]:
    """The leaves of a tree, and what is needed to put it together again.

    >>> leaves, structure = flatten({"w": (1.0, 2.0), "b": [3.0, None]})
    >>> leaves
    [3.0, None, 1.0, 2.0]
    >>> unflatten(structure, leaves)
    {'w': (1.0, 2.0), 'b': [3.0, None]}
    """
    leaves, structure = optree.tree_flatten(tree, none_is_leaf=True, namespace=_NAMESPACE)
    while _register_objects(leaves):
        leaves, structure = optree.tree_flatten(tree, none_is_leaf=True, namespace=_NAMESPACE)
    return leaves, structure


def unflatten(structure: Structure, leaves: Iterable[Any]) -> Any:
    """The tree of this structure that holds these leaves."""
    leaves = list(leaves)
    if len(leaves) != structure.num_leaves:
        raise ArgumentError(
            f"{len(leaves)} leaves were given for a structure of {structure.num_leaves}",
            "pass as many leaves as flatten returned, in the same order",
        )
    return optree.tree_unflatten(structure, leaves)


def paths(tree: Any, name: str = "") -> list[str]:
    """How Python would write the way to each leaf, in the order of `flatten`.

    >>> paths({"w": [1.0, 2.0], "b": 0.0}, "params")
    ["params['b']", "params['w'][0]", "params['w'][1]"]
    """
    flatten(tree)  # registers the classes of objects
    return [accessor.codify(name) for accessor in optree.tree_accessors(tree, none_is_leaf=True, namespace=_NAMESPACE)]


def are_attributes(tree: Any) -> list[bool]:
    """Whether each leaf is an attribute of an object, in the order of `flatten`."""
    flatten(tree)
    accessors = optree.tree_accessors(tree, none_is_leaf=True, namespace=_NAMESPACE)
    return [len(a) > 0 and isinstance(a[-1], optree.GetAttrEntry) for a in accessors]


def is_differentiable(leaf: Any) -> bool:
    """Whether a leaf can carry a derivative: a real or complex number or array, but no integer, bool or string.

    >>> import numpy as np
    >>> [is_differentiable(leaf) for leaf in (1.0, 1j, np.float32(1), np.ones(2), 1, True, "a", None, np.arange(2))]
    [True, True, True, True, False, False, False, False, False]
    """
    if isinstance(leaf, (float, complex)):
        return True
    kind: type = type(leaf)
    if is_sparse_class(kind):
        return False  # its data can, where the program makes it of them
    return getattr(getattr(leaf, "dtype", None), "kind", "") in ("f", "c")


def map(f: Callable[..., Any], *trees: Any) -> Any:
    """The tree of `f(*leaves)` for every differentiable leaf of the first tree; its other leaves pass through.

    The trees must have the same structure.  Where they differ, the error says at which place.

    >>> map(lambda p, d_p: p - 0.5 * d_p, {"w": 1.0, "n": 3}, {"w": 4.0, "n": None})
    {'w': -1.0, 'n': 3}
    """
    first, structure = flatten(trees[0])
    rows = [first, *(_leaves_like(structure, trees[0], tree) for tree in trees[1:])]
    return unflatten(structure, [f(*row) if is_differentiable(row[0]) else row[0] for row in zip(*rows, strict=True)])


def check_same(expected: Any, given: Any, name: str = "tree") -> None:
    """Raises ArgumentError if two trees differ in structure, naming the first place where they do.

    >>> check_same((1.0, [2.0]), (1.0, [2.0, 3.0]), "params")
    Traceback (most recent call last):
    ...
    srcad.errors.ArgumentError: the trees differ at params[1]: a list of 1 against a list of 2
    Instead: pass trees of the same structure
    """
    _leaves_like(flatten(expected)[1], expected, given, name)


def _leaves_like(structure: Structure, expected: Any, given: Any, name: str = "tree") -> list[Any]:
    leaves, its_structure = flatten(given)
    if its_structure != structure:
        where, left, right = _first_difference(expected, given, name)
        raise ArgumentError(f"the trees differ at {where}: {left} against {right}", "pass trees of the same structure")
    return leaves


def _first_difference(a: Any, b: Any, where: str) -> tuple[str, str, str]:
    """The path to the outermost place where two trees of different structure differ, and what stands there."""
    left, right = _one_level(a), _one_level(b)
    if left is None or right is None or type(a) is not type(b) or left.entries != right.entries:
        return where, _describe(a, left), _describe(b, right)
    for accessor, x, y in zip(_child_accessors(a), left.children, right.children, strict=True):
        if flatten(x)[1] != flatten(y)[1]:
            return _first_difference(x, y, accessor.codify(where))
    return where, _describe(a, left), _describe(b, right)


def _one_level(tree: Any) -> Any:
    """The children of a node, or None for a leaf."""
    if flatten(tree)[1].is_leaf():
        return None
    return optree.tree_flatten_one_level(tree, none_is_leaf=True, namespace=_NAMESPACE)


def _child_accessors(tree: Any) -> list[Any]:
    one_level = flatten(tree)[1].one_level()
    assert one_level is not None  # a leaf has no children to ask for
    return one_level.accessors()


def _describe(tree: Any, level: Any) -> str:
    kind = type(tree).__name__
    if level is None:
        return "None" if tree is None else f"a leaf of type {kind}"
    if isinstance(tree, dict):
        return f"a {kind} with keys {', '.join([repr(key) for key in level.entries])}"
    return f"a {kind} of {len(level.children)}"


# ------------------------------------------------------------------------------------------------- objects

_registered: set[type] = set()
_lock = threading.Lock()


def _register_objects(leaves: list[Any]) -> bool:
    """Registers the classes of all leaves that are objects; whether there were any."""
    classes = {type(leaf): None for leaf in leaves if is_object(leaf)}
    for cls in classes:
        with _lock:
            if cls not in _registered:  # another thread may have been faster
                optree.register_pytree_node(
                    cls,
                    _flatten_object,
                    _unflatten_object(cls),
                    path_entry_type=optree.GetAttrEntry,
                    namespace=_NAMESPACE,
                )
                _registered.add(cls)
    return bool(classes)


def _flatten_object(instance: Any) -> tuple[tuple, tuple, tuple]:
    present = attributes(instance)
    return tuple(present.values()), tuple(present), tuple(present)


def _unflatten_object(cls: type) -> Callable[[Any, Iterable[Any]], Any]:
    def unflatten_slots(present: Any, children: Iterable[Any]) -> Any:
        return new(cls, **dict(zip(present, children, strict=True)))

    return unflatten_slots
