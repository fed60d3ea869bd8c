"""Trees: what is taken apart comes together again, and what does not fit is named by its path."""

import collections
import dataclasses
import typing

import numpy as np
import pytest

from srcad import errors, trees


class Point(typing.NamedTuple):
    x: float
    y: typing.Any


@dataclasses.dataclass
class Layer:
    w: typing.Any
    b: typing.Any
    name: str = "dense"


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    scale: float
    square: float = dataclasses.field(init=False)

    def __post_init__(self):
        if self.scale < 0:
            raise ValueError("a scale is positive")
        object.__setattr__(self, "square", self.scale**2)


@dataclasses.dataclass
class Unset:
    a: float
    later: float = dataclasses.field(init=False)


TREES = [
    1.0,
    None,
    "text",
    (),
    [],
    {},
    (1.0, (2.0, [3.0, None]), "s", 4),
    {"w": [1.0, 2.0], "b": (3.0,), "a": {}},
    {3: 1.0, "three": 2.0},
    Point(1.0, [2.0, Point(3.0, None)]),
    Layer(1.0, [2.0, Layer(3.0, 4.0, "inner")]),
    [Frozen(2.0), Frozen(3.0)],
    collections.OrderedDict(b=1.0, a=2.0),
    collections.deque([1.0, 2.0]),
]


@pytest.mark.parametrize("tree", TREES, ids=repr)
def test_unflatten_undoes_flatten(tree):
    leaves, structure = trees.flatten(tree)
    again = trees.unflatten(structure, leaves)
    assert again == tree
    assert type(again) is type(tree)
    assert repr(again) == repr(tree)  # the order of keys too


@pytest.mark.parametrize("tree", TREES, ids=repr)
def test_one_path_per_leaf_and_it_leads_there(tree):
    leaves = trees.flatten(tree)[0]
    found = trees.paths(tree, "tree")
    assert len(found) == len(leaves)
    for path, leaf in zip(found, leaves, strict=True):
        assert eval(path, {"tree": tree}) is leaf


def test_arrays_are_leaves_and_keep_their_identity():
    a = np.arange(3.0)
    leaves, structure = trees.flatten({"a": a, "b": (a, 1)})
    assert leaves[0] is a and leaves[1] is a
    assert trees.unflatten(structure, leaves)["a"] is a


def test_a_dataclass_is_put_together_without_its_constructor():
    gradient = trees.map(lambda leaf: -leaf, Frozen(2.0))
    assert type(gradient) is Frozen and (gradient.scale, gradient.square) == (-2.0, -4.0)


def test_a_field_that_is_not_set_stays_so():
    again = trees.map(lambda leaf: 2 * leaf, Unset(1.0))
    assert again.a == 2.0 and not hasattr(again, "later")


def test_map_passes_by_what_carries_no_derivative():
    tree = {"w": np.ones(2), "n": 3, "flag": True, "name": "x", "none": None, "ints": np.arange(2), "z": 1j}
    result = trees.map(lambda leaf: leaf * 2, tree)
    assert result["w"].tolist() == [2.0, 2.0] and result["z"] == 2j
    for key in ("n", "flag", "name", "none", "ints"):
        assert result[key] is tree[key]


def test_map_over_several_trees():
    assert trees.map(lambda a, b, c: a + b * c, (1.0, [2.0]), (3.0, [4.0]), (5.0, [6.0])) == (16.0, [26.0])


@pytest.mark.parametrize(
    ("expected", "given", "message"),
    [
        ((1.0, 2.0), (1.0,), "differ at params: a tuple of 2 against a tuple of 1"),
        ((1.0, 2.0), [1.0, 2.0], "differ at params: a tuple of 2 against a list of 2"),
        ({"w": [1.0]}, {"w": [1.0, 2.0]}, "differ at params['w']: a list of 1 against a list of 2"),
        ({"w": 1.0, "b": 2.0}, {"w": 1.0}, "differ at params: a dict with keys 'b', 'w' against a dict with keys 'w'"),
        (
            (1.0, {"a": (2.0, 3.0)}),
            (1.0, {"a": 2.0}),
            "differ at params[1]['a']: a tuple of 2 against a leaf of type float",
        ),
        ([Layer(1.0, (2.0,))], [Layer(1.0, 2.0)], "differ at params[0].b: a tuple of 1 against a leaf of type float"),
        ((1.0, (2.0,)), (1.0, None), "differ at params[1]: a tuple of 1 against None"),
        ((1.0, Point(1.0, 2.0)), (1.0, (1.0, 2.0)), "differ at params[1]: a Point of 2 against a tuple of 2"),
    ],
)
def test_a_mismatch_names_the_place(expected, given, message):
    with pytest.raises(errors.ArgumentError) as caught:
        trees.check_same(expected, given, "params")
    assert message in str(caught.value)
    with pytest.raises(errors.ArgumentError):
        trees.map(lambda a, b: a, expected, given)


def test_the_order_of_keys_is_no_mismatch():
    assert trees.map(lambda a, b: a - b, {"x": 1.0, "y": 2.0}, {"y": 1.0, "x": 1.0}) == {"x": 0.0, "y": 1.0}


def test_a_wrong_number_of_leaves_is_refused():
    structure = trees.flatten((1.0, 2.0))[1]
    with pytest.raises(errors.ArgumentError, match="3 leaves were given for a structure of 2"):
        trees.unflatten(structure, [1.0, 2.0, 3.0])
