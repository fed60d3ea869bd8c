"""What changes a dict, item by item: update, setdefault, pop, del, popitem, clear, `|=`.

Guarantee: keys keep the order that Python gives them.
"""

import operator

from srcad.library.kinds import a_dict, a_sequence
from srcad.library.register import implements
from srcad.wengert import Method


@implements(Method("update"))
def _(self: a_dict, other: a_dict):
    for key in other:
        self[key] = other[key]


@implements(Method("update"))
def _(self: a_dict, pairs: a_sequence):
    for key, value in pairs:
        self[key] = value


@implements(Method("update"))
def _(self: a_dict, **others):
    for key, value in others.items():
        self[key] = value


@implements(operator.ior)
def _(self: a_dict, other: a_dict):
    for key in other:
        self[key] = other[key]
    return self


@implements(Method("copy"))
def _(self: a_dict):
    return dict(self)


@implements(Method("setdefault"))
def _(self: a_dict, key, default=None):
    if key not in self:
        self[key] = default
    return self[key]


@implements(Method("pop"))
def _(self: a_dict, key, default):
    return self.pop(key) if key in self else default


@implements(Method("popitem"))
def _(self: a_dict):
    key = list(self)[-1]
    return key, self.pop(key)


@implements(Method("clear"))
def _(self: a_dict):
    for key in list(self):
        self.pop(key)


@implements(dict.fromkeys)
def _(iterable, value=None):
    items = {}
    for key in iterable:
        items[key] = value
    return items
