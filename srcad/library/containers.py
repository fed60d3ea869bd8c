"""The containers of `collections`, as classes in the language that hold a list or a dict.

Guarantee: an object of such a class does what the original does with these arguments, item by item and in the same
order.  It is of another class, so what could tell is refused: functions of which nothing is known, methods that are not
written here, and a function that is differentiated and returns one.
"""

import collections

from srcad.library.register import stands_for


@stands_for(collections.deque)
class Deque:
    def __init__(self, iterable=None, maxlen=None):
        self.entries = []
        self.maxlen = maxlen
        if iterable is not None:
            self.extend(iterable)

    def append(self, item):
        self.entries.append(item)
        if self.maxlen is not None and len(self.entries) > self.maxlen:
            self.entries.pop(0)

    def appendleft(self, item):
        self.entries.insert(0, item)
        if self.maxlen is not None and len(self.entries) > self.maxlen:
            self.entries.pop()

    def pop(self):
        if len(self.entries) == 0:
            raise IndexError("pop from an empty deque")
        return self.entries.pop()

    def popleft(self):
        if len(self.entries) == 0:
            raise IndexError("pop from an empty deque")
        return self.entries.pop(0)

    def extend(self, iterable):
        for item in list(iterable):
            self.append(item)

    def extendleft(self, iterable):
        for item in list(iterable):
            self.appendleft(item)

    def rotate(self, n=1):
        for _ in range(n):
            if len(self.entries) > 0:
                self.entries.insert(0, self.entries.pop())
        for _ in range(-n):
            if len(self.entries) > 0:
                self.entries.append(self.entries.pop(0))

    def clear(self):
        self.entries.clear()

    def reverse(self):
        self.entries.reverse()

    def insert(self, index, item):
        if self.maxlen is not None and len(self.entries) >= self.maxlen:
            raise IndexError("deque already at its maximum size")
        self.entries.insert(index, item)

    def copy(self):
        return Deque(self.entries, self.maxlen)

    def __len__(self):
        return len(self.entries)

    def __getitem__(self, index):
        return self.entries[index]

    def __setitem__(self, index, item):
        self.entries[index] = item

    def __delitem__(self, index):
        self.entries.pop(index)

    def __iter__(self):
        return iter(self.entries)

    def __reversed__(self):
        return reversed(self.entries)

    def __iadd__(self, iterable):
        self.extend(iterable)
        return self


class Mapping:
    def __len__(self):
        return len(self.entries)

    def __contains__(self, key):
        return key in self.entries

    def __getitem__(self, key):
        return self.entries[key]

    def __setitem__(self, key, value):
        self.entries[key] = value

    def __delitem__(self, key):
        del self.entries[key]

    def __iter__(self):
        return iter(self.entries)

    def keys(self):
        return self.entries.keys()

    def values(self):
        return self.entries.values()

    def items(self):
        return self.entries.items()

    def get(self, key, default=None):
        return self.entries.get(key, default)

    def setdefault(self, key, default=None):
        return self.entries.setdefault(key, default)

    def pop(self, key):
        return self.entries.pop(key)

    def update(self, pairs=None, **others):
        if isinstance(pairs, dict):
            for key in pairs:
                self.entries[key] = pairs[key]
        elif pairs is not None:
            for key, value in pairs:
                self.entries[key] = value
        for key in others:
            self.entries[key] = others[key]

    def clear(self):
        self.entries.clear()


@stands_for(collections.OrderedDict)
class OrderedDict(Mapping):
    def __init__(self, pairs=None, **others):
        self.entries = {}
        self.update(pairs, **others)

    def popitem(self, last=True):
        key = list(self.entries)[-1 if last else 0]
        return key, self.entries.pop(key)

    def move_to_end(self, key, last=True):
        value = self.entries.pop(key)
        if last:
            self.entries[key] = value
        else:
            before = dict(self.entries)
            self.entries.clear()
            self.entries[key] = value
            for other in before:
                self.entries[other] = before[other]


@stands_for(collections.defaultdict)
class DefaultDict(Mapping):
    def __init__(self, default_factory=None, pairs=None, **others):
        self.default_factory = default_factory
        self.entries = {}
        self.update(pairs, **others)

    def __getitem__(self, key):
        if key not in self.entries:
            if self.default_factory is None:
                raise KeyError(key)
            factory = self.default_factory
            self.entries[key] = factory()
        return self.entries[key]


@stands_for(collections.Counter)
class Counter(Mapping):
    def __init__(self, iterable=None, **others):
        self.entries = {}
        if iterable is not None:
            self.update(iterable)
        for key in others:
            self.entries[key] = others[key]

    def __getitem__(self, key):
        return self.entries.get(key, 0)

    def update(self, iterable):
        if isinstance(iterable, dict):
            for key in iterable:
                self.entries[key] = iterable[key] + self.entries.get(key, 0)
        else:
            for key in iterable:
                self.entries[key] = self[key] + 1

    def total(self):
        return sum(self.entries.values())
