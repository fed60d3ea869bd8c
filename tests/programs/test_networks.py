"""Networks as lists of layers of several classes, which keep what they were given and change their own weights."""

import numpy as np
import pytest
from programs.checking import Programs, check

V = np.array([0.3, -1.2, 0.7, 2.0])
W = np.arange(16.0).reshape(4, 4) / 10 - 0.73
programs = Programs()


class Linear:
    def __init__(self, w, b):
        self.w = w
        self.b = b
        self.x = None

    def forward(self, x):
        self.x = x
        return self.w @ x + self.b

    def backward(self, d, rate):
        d_x = self.w.T @ d
        self.w -= rate * np.outer(d, self.x)
        self.b -= rate * d
        return d_x


class Tanh:
    def __init__(self):
        self.y = None

    def forward(self, x):
        self.y = np.tanh(x)
        return self.y

    def backward(self, d, rate):
        return d * (1 - self.y**2)


class Scale:
    def __init__(self, s):
        self.s = s
        self.cache = {}

    def forward(self, x):
        self.cache["x"] = x
        return self.s * x

    def backward(self, d, rate):
        self.s = self.s - rate * np.sum(d * self.cache["x"])
        return d * self.s


class Net:
    def __init__(self, *layers):
        self.layers = list(layers)

    def __call__(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def step(self, d, rate):
        for layer in self.layers[::-1]:
            d = layer.backward(d, rate)
        return d


@programs.on((W, V, V * 0.5))
def layers_of_several_classes(w, b, x):
    layers = [Linear(w, b), Tanh(), Scale(2.0), Linear(w.T * 1.0, b * 0.5)]
    for layer in layers:
        x = layer.forward(x)
    d = x
    for layer in reversed(layers):
        d = layer.backward(d, 0.1)
    return np.sum(d**2) + np.sum(layers[0].w)


@programs.on((W, V, V * 0.5))
def layers_in_a_copied_list(w, b, x):
    layers = [Linear(w, b), Tanh()]
    for layer in list(layers):
        x = layer.forward(x)
    for layer in layers[::-1]:
        x = layer.backward(x, 0.1)
    return np.sum(x**2)


@programs.on((W, V, V * 0.5))
def network_as_an_object(w, b, x):
    net = Net(Linear(w, b), Tanh(), Scale(x[0]), Linear(w.T * 1.0, b * 0.5))
    for _ in range(2):
        net.step(net(x) - 1.0, 0.1)
    return np.sum(net(x) ** 2)


@programs.on(([Linear(W, V), Tanh(), Linear(W.T * 1.0, V * 0.3)], V * 0.5))
def layers_given(layers, x):
    for layer in layers:
        x = layer.forward(x)
    for layer in reversed(layers):
        x = layer.backward(x, 0.1)
    return np.sum(x * layers[0].b)


@programs.on(([Linear(W, V), Linear(W.T * 1.0, V * 0.3)], V * 0.5))
def layers_of_one_class_given(layers, x):
    for layer in layers:
        x = layer.forward(x)
    for layer in reversed(layers):
        x = layer.backward(x, 0.1)
    return np.sum(x * layers[0].b)


@programs.on((W, V, V * 0.5))
def layers_made_in_a_comprehension(w, b, x):
    layers = [Linear(w * k, b) for k in range(1, 4)]
    for _ in range(2):
        y = x
        for layer in layers:
            y = np.tanh(layer.forward(y))
        for layer in reversed(layers):
            y = layer.backward(y, 0.1)
    return np.sum(y * layers[0].b)


class Body:
    def __init__(self, p, v, m):
        self.p = p
        self.v = v
        self.m = m


class World:
    def __init__(self, bodies):
        self.bodies = bodies
        self.t = 0.0

    def step(self, dt):
        for b in self.bodies:
            b.v = b.v - dt * b.p
            b.p = b.p + dt * b.v
        self.t += dt

    def energy(self):
        return sum(0.5 * b.m * (b.v**2 + b.p**2) for b in self.bodies)


@programs.on((V, 0.1))
def objects_in_a_list_of_an_object(m, dt):
    world = World([Body(m[i], 1.0, m[3]) for i in range(3)])
    for _ in range(3):
        world.step(dt)
    return world.energy() * world.t


@programs.on((World([Body(1.0, 0.3, 2.0), Body(0.5, 0.2, 1.0)]), 0.1))
def object_given_that_holds_a_list_of_objects(world, dt):
    for _ in range(3):
        world.step(dt)
    return world.energy() * world.t


@programs.on((World([Body(V * 1.0, V * 0.3, 2.0), Body(V * 0.5, V * 0.2, 1.0)]), 0.1))
def arrays_of_objects_of_an_object_written(world, dt):
    for b in world.bodies:
        b.v -= dt * b.p
        b.p += dt * b.v
    return np.sum(world.bodies[0].p * world.bodies[1].v)


class Spring:
    def __init__(self, a, b, k):
        self.a = a
        self.b = b
        self.k = k


@programs.on((V,))
def objects_that_share_objects(x):
    masses = [Body(x * i, np.zeros(4), 1.0) for i in range(4)]
    springs = [Spring(masses[i], masses[i + 1], x[0]) for i in range(3)]
    for _ in range(2):
        for c in springs:
            f = c.k * (c.b.p - c.a.p)
            c.a.v += 0.1 * f
            c.b.v -= 0.1 * f
        for m in masses:
            m.p += 0.1 * m.v
    return sum(np.sum(m.p**2) for m in masses)


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)
