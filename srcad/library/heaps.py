"""Heaps and sorted lists: heapq and bisect, on lists whose items carry derivatives.

Guarantee: items are compared in the order in which the originals compare them, so that equal items end in the same
places.
"""

import bisect
import heapq

from srcad.library.kinds import a_list, none, not_none
from srcad.library.register import implements


def _towards_root(heap, start, place):
    item = heap[place]
    while place > start:
        above = (place - 1) >> 1
        parent = heap[above]
        if not item < parent:
            break
        heap[place] = parent
        place = above
    heap[place] = item


def _towards_leaves(heap, start):
    end = len(heap)
    place = start
    item = heap[place]
    below = 2 * place + 1
    while below < end:
        right = below + 1
        if right < end and not heap[below] < heap[right]:
            below = right
        heap[place] = heap[below]
        place = below
        below = 2 * place + 1
    heap[place] = item
    _towards_root(heap, start, place)


@implements(heapq.heappush)
def _(heap: a_list, item):
    heap.append(item)
    _towards_root(heap, 0, len(heap) - 1)


def _exchanged(heap, item):
    """The smallest item, with another in its place."""
    first = heap[0]
    heap[0] = item
    _towards_leaves(heap, 0)
    return first


@implements(heapq.heappop)
def _(heap: a_list):
    if len(heap) == 0:
        raise IndexError("index out of range")
    last = heap.pop()
    if len(heap) == 0:
        return last
    return _exchanged(heap, last)


@implements(heapq.heapreplace)
def _(heap: a_list, item):
    return _exchanged(heap, item)


@implements(heapq.heappushpop)
def _(heap: a_list, item):
    if len(heap) == 0 or not heap[0] < item:
        return item
    return _exchanged(heap, item)


@implements(heapq.heapify)
def _(heap: a_list):
    for place in range(len(heap) // 2 - 1, -1, -1):
        _towards_leaves(heap, place)


@implements(heapq.nsmallest)
def _(n, iterable, key=None):
    return sorted(iterable, key=key)[: max(n, 0)]


@implements(heapq.nlargest)
def _(n, iterable, key=None):
    return sorted(iterable, key=key, reverse=True)[: max(n, 0)]


@implements(bisect.insort, bisect.insort_right)
def _(a: a_list, x, lo=0, hi=None, *, key: none = None):
    a.insert(bisect.bisect_right(a, x, lo, hi), x)


@implements(bisect.insort_left)
def _(a: a_list, x, lo=0, hi=None, *, key: none = None):
    a.insert(bisect.bisect_left(a, x, lo, hi), x)


@implements(bisect.insort, bisect.insort_right)
def _(a: a_list, x, lo=0, hi=None, *, key: not_none):
    a.insert(bisect.bisect_right([key(item) for item in a], key(x), lo, hi), x)


@implements(bisect.insort_left)
def _(a: a_list, x, lo=0, hi=None, *, key: not_none):
    a.insert(bisect.bisect_left([key(item) for item in a], key(x), lo, hi), x)
