"""Iterators over other iterables, and what folds them: map, filter, functools.reduce, itertools.

Guarantee: items are asked for, and functions called, in the order in which the originals do it.
"""

import functools
import itertools
import operator

from srcad.library.kinds import THREE, TWO, a_number, a_sequence, an_iterator, indexed, none, not_none, with_an_iterator
from srcad.library.register import implements
from srcad.wengert import has_more, item_at
from srcad.wengert import indexed as indexed_items

# ------------------------------------------------------------------------------------------ iter, map and filter


def items_by_number(items):
    """What a loop over an object goes over that has `__getitem__` alone."""
    number = 0
    while True:
        try:
            item = items[number]
        except IndexError:
            return
        yield item
        number += 1


def items_by_next(iterator):
    """What a loop over an object goes over that has `__next__`."""
    while True:
        try:
            item = next(iterator)
        except StopIteration:
            return
        yield item


def next_or(iterator, default):
    """`next` of an object that has `__next__`, with a default."""
    try:
        item = next(iterator)
    except StopIteration:
        return default
    return item


@implements(iter)
def _(iterable):
    for item in iterable:
        yield item


@implements(iter)
def _(function, sentinel):
    while True:
        item = function()
        if item == sentinel:
            return
        yield item


@implements(map)
def _(function, iterable):
    for item in iterable:
        yield function(item)


@implements(map)
def _(function, *iterables):
    for items in zip(*iterables):
        yield function(*items)


@implements(itertools.starmap)
def _(function, iterable):
    for items in iterable:
        yield function(*items)


@implements(filter)
def _(function: none, iterable):
    for item in iterable:
        if item:
            yield item


@implements(filter)
def _(function: not_none, iterable):
    for item in iterable:
        if function(item):
            yield item


@implements(itertools.filterfalse)
def _(predicate, iterable):
    for item in iterable:
        if not predicate(item):
            yield item


@implements(itertools.takewhile)
def _(predicate, iterable):
    for item in iterable:
        if not predicate(item):
            return
        yield item


@implements(itertools.dropwhile)
def _(predicate, iterable):
    dropping = True
    for item in iterable:
        dropping = dropping and predicate(item)
        if not dropping:
            yield item


@implements(itertools.compress)
def _(data, selectors):
    for item, selected in zip(data, selectors):
        if selected:
            yield item


@implements(zip)
def _(first: an_iterator, second: indexed):
    position = 0
    for item in first:
        if position == len(second):
            return
        yield item, second[position]
        position += 1


@implements(zip)
def _(first: indexed, second: an_iterator):
    if len(first) > 0:
        position = 0
        for item in second:
            yield first[position], item
            position += 1
            if position == len(first):
                return


@implements(zip, when=with_an_iterator)
def _(one, two):
    firsts, seconds, number = indexed_items(one, True), indexed_items(two, True), 0
    while has_more(firsts, number):
        first = item_at(firsts, number)
        if not has_more(seconds, number):
            return
        yield first, item_at(seconds, number)
        number += 1


@implements(zip, when=with_an_iterator)
def _(one, two, three):
    firsts, seconds, thirds, number = indexed_items(one, True), indexed_items(two, True), indexed_items(three, True), 0
    while has_more(firsts, number):
        first = item_at(firsts, number)
        if not has_more(seconds, number):
            return
        second = item_at(seconds, number)
        if not has_more(thirds, number):
            return
        yield first, second, item_at(thirds, number)
        number += 1


@implements(enumerate)
def _(iterable: an_iterator, start=0):
    count = start
    for item in iterable:
        yield count, item
        count += 1


@implements(dict)
def _(pairs: a_sequence):
    items = {}
    for key, value in pairs:
        items[key] = value
    return items


# -------------------------------------------------------------------------------------------------- folds


@implements(functools.reduce)
def _(function, iterable, initial):
    total = initial
    for item in iterable:
        total = function(total, item)
    return total


@implements(functools.reduce)
def _(function, iterable: a_sequence):
    if len(iterable) == 0:
        raise TypeError("reduce() of empty iterable with no initial value")
    total = iterable[0]
    for item in iterable[1:]:
        total = function(total, item)
    return total


@implements(functools.reduce)
def _(function, iterable):
    begun = False
    for item in iterable:
        total = function(total, item) if begun else item
        begun = True
    if not begun:
        raise TypeError("reduce() of empty iterable with no initial value")
    return total


@implements(itertools.accumulate)
def _(iterable, func: not_none = operator.add, *, initial: not_none):
    total = initial
    yield total
    for item in iterable:
        total = func(total, item)
        yield total


@implements(itertools.accumulate)
def _(iterable: a_sequence, func: not_none = operator.add, *, initial: none = None):
    if len(iterable) > 0:
        total = iterable[0]
        yield total
        for item in iterable[1:]:
            total = func(total, item)
            yield total


@implements(itertools.accumulate)
def _(iterable, func: not_none = operator.add, *, initial: none = None):
    begun = False
    for item in iterable:
        total = func(total, item) if begun else item
        begun = True
        yield total


# ------------------------------------------------------------------------------------- several iterables


@implements(itertools.chain)
def _(*iterables):
    for iterable in iterables:
        for item in iterable:
            yield item


@implements(itertools.chain.from_iterable)
def _(iterable):
    for inner in iterable:
        for item in inner:
            yield item


@implements(itertools.pairwise)
def _(iterable: a_sequence):
    for i in range(1, len(iterable)):
        yield iterable[i - 1], iterable[i]


@implements(itertools.pairwise)
def _(iterable):
    begun = False
    for item in iterable:
        if begun:
            yield before, item
        before = item
        begun = True


@implements(itertools.groupby)
def _(iterable, key: not_none):
    items, number, ended = indexed_items(iterable, True), 0, False
    if has_more(items, number):
        item = item_at(items, number)
        mark = key(item)

        def group(current):
            nonlocal item, mark, number, ended
            while not ended and mark == current:
                yield item
                number += 1
                if has_more(items, number):
                    item = item_at(items, number)
                    mark = key(item)
                else:
                    ended = True

        while not ended:
            current = mark
            yield current, group(current)
            for _ in group(current):
                pass


@implements(itertools.groupby)
def _(iterable, key: none = None):
    for mark, group in itertools.groupby(iterable, lambda item: item):
        yield mark, group


@implements(itertools.zip_longest)
def _(first: a_sequence, second: a_sequence, *, fillvalue=None):
    for i in range(max(len(first), len(second))):
        yield first[i] if i < len(first) else fillvalue, second[i] if i < len(second) else fillvalue


@implements(itertools.islice)
def _(iterable, stop: a_number):
    if stop > 0:
        count = 0
        for item in iterable:
            yield item
            count += 1
            if count == stop:
                return


@implements(itertools.islice)
def _(iterable: a_sequence, start, stop, step=1):
    for item in iterable[start:stop:step]:
        yield item


@implements(itertools.repeat)
def _(object, times):
    for _ in range(times):
        yield object


@implements(itertools.repeat)
def _(object):
    while True:
        yield object


@implements(itertools.count)
def _(start=0, step=1):
    value = start
    while True:
        yield value
        value = value + step


@implements(itertools.cycle)
def _(iterable):
    items = []
    for item in iterable:
        yield item
        items.append(item)
    while items:
        for item in items:
            yield item


# ------------------------------------------------------------------------------------------- combinations


@implements(itertools.product)
def _(iterable, *, repeat: TWO):
    items = list(iterable)
    for first in items:
        for second in items:
            yield first, second


@implements(itertools.product)
def _(one, other):
    firsts, seconds = list(one), list(other)
    for first in firsts:
        for second in seconds:
            yield first, second


@implements(itertools.product)
def _(one, two, three):
    firsts, seconds, thirds = list(one), list(two), list(three)
    for first in firsts:
        for second in seconds:
            for third in thirds:
                yield first, second, third


@implements(itertools.combinations)
def _(iterable, r: TWO):
    items = list(iterable)
    for i in range(len(items)):
        for j in range(i + 1, len(items)):
            yield items[i], items[j]


@implements(itertools.combinations)
def _(iterable, r: THREE):
    items = list(iterable)
    for i in range(len(items)):
        for j in range(i + 1, len(items)):
            for k in range(j + 1, len(items)):
                yield items[i], items[j], items[k]


@implements(itertools.combinations_with_replacement)
def _(iterable, r: TWO):
    items = list(iterable)
    for i in range(len(items)):
        for j in range(i, len(items)):
            yield items[i], items[j]


@implements(itertools.permutations)
def _(iterable, r: TWO):
    items = list(iterable)
    for i in range(len(items)):
        for j in range(len(items)):
            if i != j:
                yield items[i], items[j]
