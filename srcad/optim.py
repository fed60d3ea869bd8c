"""Gradient descent and its kin, as pure functions on nested parameters.

An optimiser is a pair of functions: `init(params)` makes a state, and `update(params, gradient, state)` returns
new parameters and a new state.  Nothing that is passed is modified, so old parameters and states stay valid
(for averaging, for going back).  Every parameter keeps its type, shape and dtype, float32 included; integers,
strings and None among the parameters stay as they are.  Parameters of CuPy stay on the GPU and nothing waits
for it.

    opt = optim.adam(learning_rate=1e-3)
    state = opt.init(params)
    for x, y in batches:
        params, state = opt.update(params, gradient(params, x, y), state)

The learning rate is a number, or a function of the number of updates made so far.  For a complex parameter the
step goes along the conjugate of the gradient, which is the direction of steepest ascent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from srcad import arrays, trees
from srcad.errors import ArgumentError

LearningRate: TypeAlias = float | Callable[[int], float]


class State(NamedTuple):
    """What an optimiser remembers: the number of updates, and trees of the structure of the parameters."""

    step: int
    first: Any = None
    second: Any = None


class Optimizer(NamedTuple):
    """`init(params)` gives a state, `update(params, gradient, state)` new parameters and a new state."""

    init: Callable[[Any], State]
    update: Callable[[Any, Any, State], tuple[Any, State]]


def sgd(learning_rate: LearningRate) -> Optimizer:
    """Gradient descent: p ← p - η g.

    Robbins and Monro, A stochastic approximation method, 1951.

    >>> opt = sgd(learning_rate=0.1)
    >>> params, state = opt.update([1.0, 2.0], [10.0, 0.0], opt.init([1.0, 2.0]))
    >>> params
    [0.0, 2.0]
    """

    def init(params: Any) -> State:
        return State(0)

    def update(params: Any, gradient: Any, state: State) -> tuple[Any, State]:
        rate = _rate(learning_rate, state.step)
        return _descend(params, trees.map(lambda p, g: rate * _ascent(g), params, gradient)), State(state.step + 1)

    return Optimizer(init, update)


def momentum(learning_rate: LearningRate, mu: float = 0.9) -> Optimizer:
    """Gradient descent with momentum: v ← μ v + g;  p ← p - η v.

    Polyak, Some methods of speeding up the convergence of iteration methods, 1964.

    >>> opt = momentum(learning_rate=0.5, mu=0.5)
    >>> params, state = opt.update(4.0, 2.0, opt.init(4.0))
    >>> params, state = opt.update(params, 2.0, state)
    >>> params
    1.5
    """
    _check(mu=mu)

    def update(params: Any, gradient: Any, state: State) -> tuple[Any, State]:
        rate = _rate(learning_rate, state.step)
        velocity = trees.map(lambda v, g: mu * v + _ascent(g), state.first, gradient)
        return _descend(params, trees.map(lambda v: rate * v, velocity)), State(state.step + 1, velocity)

    return Optimizer(_init_first, update)


def nesterov(learning_rate: LearningRate, mu: float = 0.9) -> Optimizer:
    """Nesterov's accelerated gradient: v ← μ v + g;  p ← p - η (g + μ v).

    Nesterov, A method of solving a convex programming problem with convergence rate O(1/k²), 1983, in the form of
    Sutskever, Martens, Dahl and Hinton, On the importance of initialization and momentum in deep learning, 2013.

    >>> opt = nesterov(learning_rate=0.5, mu=0.5)
    >>> opt.update(4.0, 2.0, opt.init(4.0))[0]
    2.5
    """
    _check(mu=mu)

    def update(params: Any, gradient: Any, state: State) -> tuple[Any, State]:
        rate = _rate(learning_rate, state.step)
        velocity = trees.map(lambda v, g: mu * v + _ascent(g), state.first, gradient)
        steps = trees.map(lambda v, g: rate * (_ascent(g) + mu * v), velocity, gradient)
        return _descend(params, steps), State(state.step + 1, velocity)

    return Optimizer(_init_first, update)


def adagrad(learning_rate: LearningRate, epsilon: float = 1e-8) -> Optimizer:
    """Steps scaled by all past gradients: s ← s + g²;  p ← p - η g / (√s + ε).

    Duchi, Hazan and Singer, Adaptive subgradient methods for online learning and stochastic optimization, 2011.

    >>> opt = adagrad(learning_rate=0.5, epsilon=0.0)
    >>> opt.update(4.0, -100.0, opt.init(4.0))[0]
    4.5
    """

    def update(params: Any, gradient: Any, state: State) -> tuple[Any, State]:
        rate = _rate(learning_rate, state.step)
        squares = trees.map(lambda s, g: s + _square(g), state.second, gradient)
        steps = trees.map(lambda s, g: rate * _ascent(g) / (s**0.5 + epsilon), squares, gradient)
        return _descend(params, steps), State(state.step + 1, None, squares)

    return Optimizer(_init_second, update)


def rmsprop(learning_rate: LearningRate = 1e-3, rho: float = 0.9, epsilon: float = 1e-8) -> Optimizer:
    """Steps scaled by recent gradients: s ← ρ s + (1 - ρ) g²;  p ← p - η g / (√s + ε).

    Tieleman and Hinton, Lecture 6.5: RMSProp, Coursera: Neural networks for machine learning, 2012.

    >>> opt = rmsprop(learning_rate=0.5, rho=0.75, epsilon=0.0)
    >>> opt.update(4.0, 3.0, opt.init(4.0))[0]
    3.0
    """
    _check(rho=rho)

    def update(params: Any, gradient: Any, state: State) -> tuple[Any, State]:
        rate = _rate(learning_rate, state.step)
        squares = trees.map(lambda s, g: rho * s + (1 - rho) * _square(g), state.second, gradient)
        steps = trees.map(lambda s, g: rate * _ascent(g) / (s**0.5 + epsilon), squares, gradient)
        return _descend(params, steps), State(state.step + 1, None, squares)

    return Optimizer(_init_second, update)


def adam(
    learning_rate: LearningRate = 1e-3, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8
) -> Optimizer:
    """Adam: m ← β₁ m + (1 - β₁) g;  s ← β₂ s + (1 - β₂) g²;  p ← p - η m̂ / (√ŝ + ε).

    The hats undo the start from zero, at update t = 1, 2, ...: m̂ = m / (1 - β₁ᵗ), ŝ = s / (1 - β₂ᵗ).
    Kingma and Ba, Adam: a method for stochastic optimization, 2015.

    >>> opt = adam(learning_rate=0.5, epsilon=0.0)
    >>> round(opt.update(4.0, 100.0, opt.init(4.0))[0], 12)
    3.5
    """
    _check(beta1=beta1, beta2=beta2)

    def init(params: Any) -> State:
        return State(0, trees.map(_zeros, params), trees.map(_real_zeros, params))

    def update(params: Any, gradient: Any, state: State) -> tuple[Any, State]:
        t = state.step + 1
        rate = _rate(learning_rate, state.step) / (1 - beta1**t)
        correction = (1 - beta2**t) ** -0.5
        mean = trees.map(lambda m, g: beta1 * m + (1 - beta1) * _ascent(g), state.first, gradient)
        squares = trees.map(lambda s, g: beta2 * s + (1 - beta2) * _square(g), state.second, gradient)
        steps = trees.map(lambda m, s: rate * m / (correction * s**0.5 + epsilon), mean, squares)
        return _descend(params, steps), State(t, mean, squares)

    return Optimizer(init, update)


# ---------------------------------------------------------------------------------------------- helpers


def _init_first(params: Any) -> State:
    return State(0, trees.map(_zeros, params))


def _init_second(params: Any) -> State:
    return State(0, None, trees.map(_real_zeros, params))


def _descend(params: Any, steps: Any) -> Any:
    return trees.map(lambda p, step: _like(p, p - step), params, steps)


def _like(p: Any, value: Any) -> Any:
    """`value` in the type and dtype of the parameter `p`: arithmetic turns 0-dimensional arrays into scalars."""
    module = arrays.module_of(p)
    if module is not None:
        return module.asarray(value, dtype=p.dtype)
    return type(p)(value)


def _zeros(p: Any) -> Any:
    module = arrays.module_of(p)
    return type(p)(0) if module is None else module.zeros_like(p)


def _real_zeros(p: Any) -> Any:
    return _zeros(p.real)


def _ascent(g: Any) -> Any:
    return g.conjugate()  # of a real number or array: itself


def _square(g: Any) -> Any:
    return (g * g.conjugate()).real


def _rate(learning_rate: LearningRate, step: int) -> float:
    """The learning rate at a step, as a Python float: a NumPy scalar would turn float32 into float64."""
    return float(learning_rate(step) if callable(learning_rate) else learning_rate)


def _check(**decays: float) -> None:
    for name, value in decays.items():
        if not 0 <= value < 1:
            raise ArgumentError(f"{name}={value!r} is no decay", f"choose {name} from 0 up to, but not including, 1")
