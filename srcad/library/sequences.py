"""What orders the items of a sequence or chooses among them, and what changes a list: sorted, max, list.sort, ...

Guarantee: which item stands where is decided by Python's own comparisons, in Python's own order; the items
themselves are then moved, with their derivatives.
"""

import builtins
import math
import operator

from srcad import runtime as rt
from srcad.library.kinds import a_list, a_number, a_sequence, a_slice, an_object, none, not_none, of_objects, of_tuples
from srcad.library.register import implements
from srcad.wengert import Method

# ------------------------------------------------------------------------------------------------- sorting


@implements(builtins.sorted)
def _(iterable: a_sequence, *, key: none = None, reverse=False):
    return [iterable[i] for i in rt.sorting_order(iterable, reverse)]


@implements(builtins.sorted)
def _(iterable, *, key: none = None, reverse=False):
    items = list(iterable)
    return [items[i] for i in rt.sorting_order(items, reverse)]


@implements(builtins.sorted)
def _(iterable, *, key: not_none, reverse=False):
    items = list(iterable)
    return [items[i] for i in rt.sorting_order([key(item) for item in items], reverse)]


@implements(Method("sort"))
def _(self: a_list, *, key=None, reverse=False):
    items = sorted(self, key=key, reverse=reverse)
    self.clear()
    self.extend(items)


@implements(Method("reverse"))
def _(self: a_list):
    items = self[::-1]
    self.clear()
    self.extend(items)


# ------------------------------------------------------------------------------------------------ extremes


@implements(builtins.max)
def _(iterable, *, key: not_none):
    items = list(iterable)
    return items[rt.first_largest([key(item) for item in items])]


@implements(builtins.max)
def _(iterable, *, key: not_none, default):
    items = list(iterable)
    if len(items) == 0:
        return default
    return items[rt.first_largest([key(item) for item in items])]


@implements(builtins.max)
def _(iterable: a_sequence, *, default):
    return max(iterable) if len(iterable) > 0 else default


@implements(builtins.max)
def _(first, second, *others, key: not_none):
    return max([first, second, *others], key=key)


@implements(builtins.max)
def _(first, second, third, fourth, *others):
    return max([first, second, third, fourth, *others])


@implements(builtins.max)
def _(iterable: of_tuples):
    return iterable[rt.first_largest(iterable)]


@implements(builtins.max)
def _(iterable: of_objects):
    items = list(iterable)
    return items[rt.first_largest(items)]


@implements(builtins.max)
def _(first: an_object, second: an_object):
    return max([first, second])


@implements(builtins.min)
def _(iterable, *, key: not_none):
    items = list(iterable)
    return items[rt.first_smallest([key(item) for item in items])]


@implements(builtins.min)
def _(iterable, *, key: not_none, default):
    items = list(iterable)
    if len(items) == 0:
        return default
    return items[rt.first_smallest([key(item) for item in items])]


@implements(builtins.min)
def _(iterable: a_sequence, *, default):
    return min(iterable) if len(iterable) > 0 else default


@implements(builtins.min)
def _(first, second, *others, key: not_none):
    return min([first, second, *others], key=key)


@implements(builtins.min)
def _(first, second, third, fourth, *others):
    return min([first, second, third, fourth, *others])


@implements(builtins.min)
def _(iterable: of_tuples):
    return iterable[rt.first_smallest(iterable)]


@implements(builtins.min)
def _(iterable: of_objects):
    items = list(iterable)
    return items[rt.first_smallest(items)]


@implements(builtins.min)
def _(first: an_object, second: an_object):
    return min([first, second])


@implements(builtins.sum)
def _(iterable: of_objects, /, start=0):
    items = list(iterable)
    if len(items) == 0:
        return start
    total = start + items[0]  # whose class need not be that of the start
    for item in items[1:]:
        total = total + item
    return total


@implements(math.prod)
def _(iterable, *, start):
    total = start
    for item in iterable:
        total = total * item
    return total


# ----------------------------------------------------------------------------------------- changes of a list


@implements(operator.delitem)
def _(self: a_list, index: a_number):
    self.pop(index)


@implements(operator.delitem)
def _(self: a_list, index: a_slice):
    removed = rt.places(len(self), index)
    items = [item for i, item in enumerate(self) if i not in removed]
    self.clear()
    self.extend(items)


@implements(operator.setitem)
def _(self: a_list, index: a_slice, values):
    if rt.has_step(index):
        items = list(values)
        places = rt.places(len(self), index)
        if len(items) != len(places):
            raise ValueError("attempt to assign sequence to extended slice of another size")
        for i, place in enumerate(places):
            self[place] = items[i]
    else:
        start, stop = rt.ends(len(self), index)
        items = self[:start] + list(values) + self[stop:]
        self.clear()
        self.extend(items)


@implements(operator.imul)
def _(self: a_list, count):
    items = self * count
    self.clear()
    self.extend(items)
    return self


@implements(Method("copy"))
def _(self: a_list):
    return list(self)


@implements(Method("remove"))
def _(self: a_list, value):
    self.pop(operator.indexOf(self, value))


@implements(Method("index"))
def _(self: a_sequence, value):
    return operator.indexOf(self, value)


@implements(Method("count"))
def _(self: a_sequence, value):
    return operator.countOf(self, value)
