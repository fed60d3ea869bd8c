"""Statements and expressions: one example for every node of Python's syntax."""

import math

import numpy as np

from .registry import example, example_of

V = np.array([0.3, -1.1, 0.7, 1.9])
A = np.array([[0.5, -1.2, 0.8], [1.4, 0.3, -0.7]])


# -------------------------------------------------------------------------------------------------- statements


@example((1.5,), (-0.5,))
def Assign(x):
    a = b = x * x
    c, d = a * x, b + 1
    return c * d


@example((1.5,), (V,))
def AugAssign(x):
    y = x * 2
    y += x
    y *= x
    return np.sum(y)


@example((1.5,), (-0.5,))
def AnnAssign(x):
    y: float = x * x
    z: float
    z = y + x
    return z * y


@example((1.5,), (-0.5,))
def Delete(x):
    y = x * x
    z = y * x
    del y
    return z


@example((1.5,), (-0.5,))
def Expr(x):
    y = [x]
    y.append(x * x)
    return y[0] * y[1]


@example((1.5,), (-0.5,))
def Pass(x):
    if x > 0:
        pass
    return x * x


@example((1.5,), (0.5,), (-0.5,))
def If(x):
    if x > 1:
        y = x * x
    elif x > 0:
        y = math.sin(x)
    else:
        y = -x
    return y


@example((V,), (V[:0],), (V[:1],))
def For(x):
    total = 0.0
    for a in x:
        total = total * a + a
    return total


@example((1.5,), (0.5,), (5.0,))
def While(x):
    while x < 4:
        x = x * x + 1
    return x


@example((V,), (-V,), (V[:0],))
def Break(x):
    total = 0.0
    for a in x:
        if a < 0:
            break
        total = total + a * a
    return total


@example((V,), (-V,), (V[:0],))
def Continue(x):
    total = 0.0
    for a in x:
        if a < 0:
            continue
        total = total + a * a
    return total


@example((1.5,), (0.5,), (-0.5,))
def Return(x):
    if x > 1:
        return x * x
    y = math.sin(x)
    if y > 0:
        return y
    return y * x


@example((1.5,), (0.5,))
def Raise(x):
    if x < 0:
        raise ValueError("negative")
    return math.sqrt(x)


@example((1.5,), (0.5,))
def Assert(x):
    assert x > 0, f"{x} is not positive"
    return math.log(x)


@example((1.5,), (-0.5,))
def Import(x):
    import cmath

    return cmath.exp(1j * x).real


@example((1.5,), (-0.5,))
def ImportFrom(x):
    from math import cos as cosine

    return cosine(x) * x


@example((1.5,), (-0.5,))
def FunctionDef(x):
    def cube(y, scale=2.0):
        return scale * y * y * x

    return cube(x) + cube(x, scale=x)


@example((1.5,), (-0.5,))
def Try(x):
    try:
        y = math.sqrt(x)
    except ValueError:
        y = x * x
    return y * x


@example((1.5,), (-0.5,))
def TryStar(x):
    try:
        y = math.sqrt(x)
    except* ValueError:
        y = x * x
    return y * x


@example((V,), (-V,))
def With(x):
    with np.errstate(invalid="ignore"):
        y = np.where(x > 0, np.sqrt(x), x * x)
    return np.sum(y)


@example((1.5, 0), (1.5, 1), (1.5, 7))
def Match(x, kind):
    match kind:
        case 0:
            return x * x
        case 1:
            return math.sin(x)
    return x


@example((1.5,), (-0.5,))
def ClassDef(x):
    class Square:
        def area(self):
            return x * x

    return Square().area()


KEPT = 0.0


@example((1.5,), (-0.5,))
def Global(x):
    global KEPT
    KEPT = x * x
    return x * KEPT


@example((1.5,), (-0.5,))
def Nonlocal(x):
    total = x

    def add(y):
        nonlocal total
        total = total + y * y

    add(x)
    add(2.0)
    return total * x


@example((1.5,))
def AsyncFunctionDef(x):
    async def square(y):
        return y * y

    return x * x


@example((1.5,))
async def AsyncFor(x):
    async for y in x:
        x = x + y
    return x


@example((1.5,))
async def AsyncWith(x):
    async with x:
        return x


example_of((3, 12), "syntax.py", "TypeAlias", "def TypeAlias(x):\n    type Number = float\n    return x * x\n", (1.5,))


# ------------------------------------------------------------------------------------------------- expressions


@example((1.5,), (-0.5,))
def Constant(x):
    return 2.5 * x - x * True + 1e-3


@example((1.5,), (-0.5,))
def Name(x):
    y = x
    return y * x


@example((1.5,), (-0.5,))
def UnaryOp(x):
    return -x * +x if not x > 1 else -x


@example((1.5, 2.5), (0.5, -0.5))
def BinOp(x, y):
    return x * y + x / y - x**2 + x % 2.0


@example((1.5, 0.5), (-0.5, 0.5), (1.5, -0.5))
def BoolOp(x, y):
    return (x > 0 and y) * 3.0 + (y > 0 or x)


@example((1.5,), (0.5,), (-0.5,))
def Compare(x):
    return x * x if 0 < x < 1 else x


@example((1.5,), (-0.5,))
def IfExp(x):
    return x * x if x > 0 else math.sin(x)


@example((1.5,), (-0.5,))
def NamedExpr(x):
    if (y := x * x) > 1:
        return y * x
    return y


@example((A,))
def Attribute(x):
    return np.sum(x.T @ x) * x.shape[0]


@example((V,), (-V,))
def Subscript(x):
    return x[0] * x[-1]


@example((V,), (-V,))
def Slice(x):
    return np.sum(x[1:] * x[:-1]) + x[::2][1]


@example((1.5, 0.5), (-0.5, 2.5))
def Call(x, y):
    return math.hypot(x, y) * np.maximum(x, y)


@example((1.5,), (-0.5,))
def Tuple(x):
    pair = (x * x, x)
    return pair[0] * pair[1]


@example((1.5,), (-0.5,))
def List(x):
    items = [x * x, x, 2.0]
    return items[0] * items[1] + items[2]


@example((1.5,), (-0.5,))
def Dict(x):
    items = {"a": x * x, "b": x}
    return items["a"] * items["b"]


@example((1.5, "left"), (-0.5, "other"))
def Set(x, side):
    return x * x if side in {"left", "right"} else x


@example((V,), (V[:0],))
def ListComp(x):
    return sum([a * a for a in x if a > 0], 0.0)


@example((1.5,))
def SetComp(x):
    signs = {n % 3 for n in range(10)}
    return x ** len(signs)


@example((V,), (-V,))
def DictComp(x):
    items = {k: x[k] * x[k] for k in range(2)}
    return items[0] * items[1]


@example((V,), (-V,))
def GeneratorExp(x):
    scale = x[0]
    squares = (a * scale for a in x if a > 0)
    return sum(squares)


@example((1.5,), (-0.5,))
def JoinedStr(x):
    items = {f"{n:02d}": x * n for n in range(3)}
    return items["01"] * items["02"]


@example((1.5,), (-0.5,))
def Lambda(x):
    cube = lambda y: y * y * x
    return cube(x) + cube(2.0)


@example((V,), (-V,))
def Starred(x):
    first, *rest = [x[0], *x[1:], 2.0]
    return first * rest[0] * rest[-1]


@example((V,), (-V,))
def Yield(x):
    def squares():
        for a in x:
            yield a * a

    return sum(squares())


@example((V,), (-V,))
def YieldFrom(x):
    def items():
        yield from x

    return sum(items())


@example((1.5,))
async def Await(x):
    return await x


example_of((3, 14), "syntax.py", "TemplateStr", 'def TemplateStr(x):\n    t"{x}"\n    return x * x\n', (1.5,))
