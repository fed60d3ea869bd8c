"""Functions and classes that programs use, as a module would define them beside the program."""

from __future__ import annotations

import re

DEFINITIONS = """
def damped(a, b):
    if np.sum(a) > 0.3:
        return a * 0.5 + b
    return np.sin(a) * b

def halve(a):
    a *= 0.5
    a[0] = a[1] + a[2]

def middle(a):
    return a[1:3]

def pushed(items, value):
    items.append(value)
    return items[0] * 0.3

def scaled(a, b=0.5, *, more=None):
    if more is None:
        return a * b
    return a * b + more

def first_large(a):
    for i, e in enumerate(a):
        if e > 0.2:
            return e * 2.0
        a[i] = e * 0.5
    return a[0]

def blend(first, *rest, weight=0.5, **others):
    for other in rest:
        first = first * weight + other
    if "less" in others:
        first = first - others["less"]
    return first

def nested(a, depth):
    if depth <= 0:
        return np.sin(a)
    return nested(a * 0.5, depth - 1) + a[0]

def both(a):
    low, high = a[:2], a[2:]
    return low * high, np.sum(low)

def rising(a, steps):
    for k in range(steps):
        a = a * 0.5 + k
        yield a

def entries(a):
    for e in a:
        if e > 1.5:
            return
        yield e * 0.5

def apply(function, a, times=1):
    for _ in range(times):
        a = function(a)
    return a

def kept(a, seen=()):
    return a * (len(seen) + 1), (*seen, a)

def put(target, key, value):
    target[key] = value
    return target

def checked(a, limit=1.5):
    if np.sum(a) > limit:
        raise ValueError("too large")
    return a * 0.5

class Level:
    def __init__(self, v, n=0.5):
        self.v = v
        self.n = n

    def norm(self):
        return np.sum(self.v) * self.n

    def scale(self, k):
        self.v = self.v * k
        return self

    def bump(self, i, k):
        self.v[i] += k
        self.n = self.n * 0.5 + k

    @property
    def head(self):
        return self.v[0] * self.n

    def __call__(self, a):
        return a * self.n + self.v

    def __add__(self, other):
        return Level(self.v + other.v, self.n * other.n)

    def __mul__(self, k):
        return type(self)(self.v * k, self.n)

    def __imul__(self, k):
        self.v = self.v * k
        return self

    def __enter__(self):
        self.n = self.n * 2.0
        return self

    def __exit__(self, *error):
        self.v[0] = self.v[0] * 0.5

    def __getitem__(self, i):
        return self.v[i]

    def __setitem__(self, i, value):
        self.v[i] = value

class Cap(Level):
    def __init__(self, v, n=0.3):
        super().__init__(v * 0.5, n)
        self.log = []

    def norm(self):
        self.log.append(self.n)
        return super().norm() + sum(self.log)

    def __call__(self, a):
        return np.tanh(a) * self.v[1]
"""


def needed(text: str) -> str:
    """The definitions that a text uses, and those that these use, in their order."""
    parts = {
        re.split(r"[ (:]", part)[1]: part.strip() + "\n\n" for part in re.split(r"\n(?=def |class )", DEFINITIONS)[1:]
    }
    used: set[str] = set()
    todo = [text]
    while todo:
        words = set(re.findall(r"\w+", todo.pop()))
        todo += [parts[name] for name in parts if name in words and name not in used]
        used |= words & parts.keys()
    return "".join(part for name, part in parts.items() if name in used)
