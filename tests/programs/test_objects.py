"""Objects: instances of user classes made, written, passed, kept in containers, given as arguments."""

import abc
import copy
import dataclasses
from collections import namedtuple
from typing import NamedTuple

import numpy as np
import pytest
from programs.checking import Programs, check, refused

from srcad import DifferentiationError, grad, value_and_grad

programs = Programs()

V = np.array([0.3, -0.7, 1.2])
W = np.array([[0.5, -0.2, 0.1], [0.4, 0.3, -0.6], [-0.1, 0.8, 0.2]])


class Particle:
    count = 0

    def __init__(self, x, v):
        self.x = x
        self.v = v

    def step(self, dt, k):
        self.v = self.v - dt * k * self.x
        self.x = self.x + dt * self.v

    @property
    def energy(self):
        return 0.5 * self.v**2 + self.k_energy()

    def k_energy(self):
        return 0.5 * self.x**2


@programs.on((1.3, 0.8))
def orbit(x, k):
    p = Particle(x, 0.0)
    for _ in range(4):
        p.step(0.1, k)
    return p.x**2 + p.v**2


@programs.on((0.9, 2.0))
def several_particles(x, k):
    particles = [Particle(x * i, 1.0) for i in range(3)]
    for _ in range(3):
        for p in particles:
            p.step(0.1, k)
    total = 0.0
    for p in particles:
        total += p.energy
    return total


@programs.on((V, 0.4))
def particles_of_arrays(x, k):
    p = Particle(x, x * 0.5)
    q = Particle(x * x, p.v)
    for _ in range(3):
        p.step(0.1, k)
        q.step(0.2, k)
        p, q = q, p
    return np.sum(p.x * q.v)


@programs.on((1.1, True), (1.1, False))
def one_of_two_objects(x, first):
    a = Particle(x, 0.0)
    b = Particle(x * x, 1.0)
    p = a if first else b
    p.x = p.x * 3.0
    a.v = a.v + p.x
    return a.x * b.x + a.v


@programs.on((1.2,))
def two_names_of_one_object(x):
    a = Particle(x, x)
    b = a
    b.x *= 2.0
    a.v += b.x
    return a.x * b.v


@programs.on((1.2, 3), (1.2, 0))
def an_attribute_read_before_and_after(x, n):
    p = Particle(x, 1.0)
    total = 0.0
    for _ in range(n):
        total += p.x * p.v
        p.x = p.x * p.x
        p.v = p.x + total
    return total + p.x


class Chain:
    def __init__(self, value, following=None):
        self.value = value
        self.following = following


@programs.on((0.7,))
def objects_that_hold_objects(x):
    last = Chain(x)
    middle = Chain(x * x, last)
    first = Chain(np.sin(x), middle)
    first.following.following.value *= 3.0
    return first.value * middle.value * last.value


class Stack:
    def __init__(self):
        self.items = []
        self.total = 0.0
        self.n = 0

    def push(self, v):
        self.items.append(v)
        self.total += v
        self.n += 1
        return self

    def pop(self):
        v = self.items.pop()
        self.total -= v
        self.n -= 1
        return v


@programs.on((1.1,))
def methods_that_return_self(x):
    s = Stack()
    s.push(x).push(x * x).push(np.sin(x))
    a = s.pop()
    s.push(a * a)
    return s.total * s.n + s.items[1]


class Field2:
    def __init__(self, n):
        self.u = np.zeros(n)
        self.t = 0.0

    def set(self, i, v):
        self.u[i] = v


@programs.on((0.7,))
def an_array_in_an_attribute(x):
    s = Field2(4)
    for i in range(4):
        s.set(i, x * i)
        s.u *= 1.5
        s.t += x
    w = s.u
    w[1] += x
    return np.sum(s.u**2) * s.t


@programs.on((V,))
def an_attribute_aliases_an_argument(x):
    s = Field2(3)
    s.u = x
    s.u[0] *= 2.0
    y = s.u[1:]
    y += x[0]
    return np.sum(x * s.u)


class Layer(abc.ABC):
    scale = 2.0

    def __init__(self, w):
        self.w = w

    def __call__(self, x):
        return self.act(self.w * x) * self.scale

    @abc.abstractmethod
    def act(self, z): ...


class Linear(Layer):
    def act(self, z):
        return z


class Tanh(Layer):
    def __init__(self, w, b):
        super().__init__(w)
        self.b = b

    def act(self, z):
        return np.tanh(z) + self.b

    @staticmethod
    def thrice(x):
        return x * 3.0

    @classmethod
    def of(cls, w):
        return cls(w, 0.5)


@programs.on((0.4, 0.9))
def inheritance_and_class_methods(w, x):
    a = Linear(w)
    b = Tanh.of(w * 2.0)
    return b(a(x)) + Tanh.thrice(w) + b.thrice(x) * b.scale


@programs.on((0.4, 0.9))
def a_loop_over_objects_of_several_classes(w, x):
    for layer in [Linear(w), Tanh(w, x), Linear(x)]:
        x = layer(x)
        if np.abs(x) > 100.0:
            break
    return x


@programs.on((0.4, 0.9))
def enumerated_objects_of_several_classes(w, x):
    total = 0.0
    for i, layer in enumerate([Linear(w), Tanh(w, x)]):
        total = total + i * layer(x)
        x = x * layer.w
    return total * x


@dataclasses.dataclass
class Vec:
    a: float
    b: float = 1.5

    def __add__(self, other):
        return Vec(self.a + other.a, self.b + other.b)

    def __sub__(self, other):
        return Vec(self.a - other.a, self.b - other.b)

    def __mul__(self, s):
        return Vec(self.a * s, self.b * s)

    __rmul__ = __mul__

    def __neg__(self):
        return Vec(-self.a, -self.b)

    def __getitem__(self, i):
        return self.a if i == 0 else self.b

    def __abs__(self):
        return np.sqrt(self.a**2 + self.b**2)

    def __matmul__(self, other):
        return self.a * other.a + self.b * other.b

    def __iadd__(self, other):
        self.a += other.a
        self.b += other.b
        return self


@programs.on((1.2, 0.7))
def operators_of_a_class(x, y):
    u = Vec(x, y)
    v = 2.0 * u + u * x - Vec(y)
    for _ in range(3):
        v = v + -u * 0.5
    return v @ u + abs(v) * u[0] + v[1]


@programs.on((1.2, 0.7))
def an_operator_in_place(x, y):
    u = Vec(x, y)
    v = u
    v += Vec(y, x)
    u += v
    return u.a * v.b


@dataclasses.dataclass(frozen=True)
class Sphere:
    radius: float
    centre: np.ndarray = dataclasses.field(default_factory=lambda: np.array([0.1, 0.2, 0.3]))
    name: str = "sphere"

    def __post_init__(self):
        if self.radius <= 0:
            raise ValueError("radius")

    def distance(self, p):
        return np.sqrt(np.sum((p - self.centre) ** 2)) - self.radius


@programs.on((0.6, V))
def a_frozen_dataclass(r, p):
    s = Sphere(r * r)
    t = Sphere(r, p * 0.5, name="other")
    return s.distance(p) * t.distance(p * p) if s.name != t.name else 0.0


class Point(NamedTuple):
    x: float
    y: float

    def norm(self):
        return np.hypot(self.x, self.y)

    @property
    def swapped(self):
        return Point(self.y, self.x)


@programs.on((0.6, 0.9))
def a_named_tuple_with_methods(x, y):
    p = Point(x, y)
    q = p.swapped._replace(x=p.norm())
    a, b = q
    return q.x * p.y + a * b


# ----------------------------------------------------------------------------------------- as arguments


@dataclasses.dataclass
class Params:
    w: np.ndarray
    b: np.ndarray
    scale: float = 1.0
    name: str = "layer"
    size: int = 3


@programs.on((Params(W, V), V), (Params(W, V, 2.0), V))
def a_dataclass_of_parameters(params, x):
    return np.sum(np.tanh(params.w @ x + params.b)) * params.scale + np.sum(params.b[: params.size] ** 2)


@programs.on(([Params(W, V), Params(W.T, V * 2, 0.5)], V))
def a_list_of_dataclasses(layers, x):
    for layer in layers:
        x = np.tanh(layer.w @ x + layer.b) * layer.scale
    return np.sum(x**2)


@programs.on((Params(W * 1.0, V * 1.0), V))
def a_dataclass_that_is_changed(params, x):
    params.b = params.b * params.scale
    params.w[0] *= x
    params.scale *= 2.0
    return np.sum(params.w @ x * params.b) * params.scale


@programs.on((Particle(1.2, V), 0.3))
def an_object_as_an_argument(p, k):
    p.step(0.1, k)
    p.step(0.1, k)
    return np.sum(p.x * p.v)


@programs.on((Tanh(0.3, 0.2), 0.9))
def a_callable_argument(layer, x):
    return layer(layer(x)) * layer.w


@programs.on(([Linear(0.5), Tanh(0.3, 0.2), Linear(1.5)], 0.9))
def callable_arguments_of_several_classes(layers, x):
    for layer in layers:
        x = layer(x)
    return x


@programs.on(([Linear(0.5), Tanh(0.3, 0.2)], 0.9, 1), ([Linear(0.5), Tanh(0.3, 0.2)], 0.9, 0))
def a_callable_chosen_while_running(layers, x, i):
    return layers[i](x) * layers[i - 1](x)


@programs.on((Vec(1.5, 0.5), Vec(0.2, 0.3)))
def operators_of_arguments(u, v):
    w = u + v * 2.0
    return (w @ u) * w.a


Settings = namedtuple("Settings", "rate steps")


@programs.on((V, Params(W, V), Settings(0.1, 3)))
def structures_of_several_kinds(x, p, settings):
    state = {"x": x, "p": p}
    for _ in range(settings.steps):
        state["x"] = state["x"] - settings.rate * (state["p"].w @ state["x"])
    return np.sum(state["x"] ** 2)


# ---------------------------------------------------------------------------------------- attributes by name


@programs.on((1.2, 0.4))
def getattr_and_setattr(x, y):
    p = Particle(x, y)
    for name in ("x", "v"):
        setattr(p, name, getattr(p, name) * 2.0)
    return p.x * p.v


@programs.on((1.2, 0.4))
def a_bound_method_as_a_value(x, y):
    p = Particle(x, y)
    step = p.step
    step(0.1, x)
    energies = [p.k_energy, p.k_energy]
    return energies[0]() + energies[1]() * p.v


class Meter:
    """A property with a setter, a private attribute, a class attribute that instances override."""

    unit = 1.0

    def __init__(self, value):
        self.__value = value

    @property
    def value(self):
        return self.__value * self.unit

    @value.setter
    def value(self, new):
        self.__value = new / self.unit


@programs.on((1.7,))
def properties_with_setters(x):
    m = Meter(x)
    m.value = m.value * x
    m.unit = x
    m.value += 1.0
    return m.value * m.unit


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self, a):
        self.a = a
        self.b = a * 2.0


@programs.on((1.7,))
def slots(x):
    s = Slotted(x)
    s.a = s.a * s.b
    return s.a + s.b


@programs.on((V,))
def shallow_and_deep_copies(x):
    p = Params(W * 1.0, x)
    q = copy.copy(p)
    r = copy.deepcopy(p)
    q.b = q.b * 2.0
    q.w[0, 0] = x[0]
    r.b[1] *= 3.0
    return np.sum(p.w @ p.b) + np.sum(q.b) + np.sum(r.w @ r.b)


class Adam:
    """A class that keeps state in dicts of arrays."""

    def __init__(self, rate):
        self.rate = rate
        self.m = {}

    def update(self, name, value, gradient):
        m = self.m.get(name, 0.0) * 0.9 + gradient
        self.m[name] = m
        return value - self.rate * m


@programs.on((V, 0.1))
def state_in_a_dict(x, rate):
    adam = Adam(rate)
    for _ in range(3):
        x = adam.update("x", x, 2.0 * x * x)
    return np.sum(x**2)


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


class Model:
    def __init__(self, w):
        self.w = w
        self.calls = 0

    def loss(self, x):
        self.calls += 1
        return np.sum((self.w * x) ** 2)


def test_a_bound_method_sees_its_object():
    model = Model(2.0)
    derivative = grad(model.loss)
    np.testing.assert_allclose(derivative(V), 8.0 * V)
    model.w = 3.0
    np.testing.assert_allclose(derivative(V), 18.0 * V)
    model.w = V
    np.testing.assert_allclose(derivative(V), 2.0 * V**3)


def test_a_method_of_a_class_takes_its_object_as_an_argument():
    model = Model(2.0)
    gradient = grad(Model.loss)(model, V)
    assert isinstance(gradient, Model)
    assert gradient.w == pytest.approx(2 * 2.0 * np.sum(V**2))
    assert model.calls == 0


def test_a_method_that_is_replaced_is_noticed():
    class Scale:
        def factor(self):
            return 2.0

    def f(x):
        return x * Scale().factor()

    derivative = grad(f)
    assert derivative(1.0) == 2.0
    Scale.factor = lambda self: 3.0
    assert derivative(1.0) == 3.0


def test_a_class_attribute_that_changes_is_noticed():
    class Scale:
        factor = 2.0

    def f(x):
        return x * Scale().factor * Scale.factor

    derivative = grad(f)
    assert derivative(1.0) == 4.0
    Scale.factor = 3.0
    assert derivative(1.0) == 9.0


def test_the_gradient_of_an_object_is_one_of_its_class():
    _, gradient = value_and_grad(a_dataclass_of_parameters)(Params(W, V), V)
    assert type(gradient) is Params
    assert gradient.w.shape == W.shape
    assert gradient.scale == pytest.approx(np.sum(np.tanh(W @ V + V)))


class Proxy:
    def __getattr__(self, name):
        if name != "y":
            raise AttributeError(name)
        return 2.0


def test_objects_that_take_over_attribute_access_are_refused():
    def f(x, p):
        p.x = x
        return p.x * p.y

    refused(f, (1.0, Proxy()))


def test_an_operator_between_an_array_and_an_object_is_refused():
    def f(x):
        u = x * Vec(1.0, 2.0)
        return u.a

    refused(f, (V,), "which method computes this mul")


def test_an_exception_of_an_object_is_the_users():
    def f(x):
        return Sphere(x).radius

    with pytest.raises(ValueError, match="radius"):
        grad(f)(-1.0)


def test_a_misspelt_attribute_is_an_attribute_error():
    def f(x):
        return Particle(x, x).y

    with pytest.raises((AttributeError, DifferentiationError)):
        grad(f)(1.0)
