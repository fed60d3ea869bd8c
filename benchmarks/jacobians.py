"""What Jacobians, Hessians and Hessian-vector products cost: `python -m benchmarks.jacobians`.

The workloads are the Hessian of Rosenbrock's function of 50 variables, a dense Jacobian from 100 to 100 variables, and
the product of a Hessian with a vector for the MLP of the digits, beside its gradient.  JAX, where it is installed,
computes the same without jit and with it; its Jacobians are batches by `vmap`, as are those of srcad.  Results are
compared before anything is timed; rounds are interleaved, and medians are printed with their ratio to srcad's.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import statistics
from collections.abc import Callable
from typing import Any

import numpy as np

import srcad
from benchmarks.peers import rebound
from benchmarks.pin import pin
from benchmarks.timing import interleaved
from examples.digits_mlp import initial, loss
from srcad import trees

Programs = dict[str, Callable[[], Any]]

# ------------------------------------------------------------------------------------------- functions


def rosenbrock(x):
    """Rosenbrock's function."""
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def dense(x, w, v):
    """Two dense layers."""
    return np.tanh(v @ np.tanh(w @ x))


# ------------------------------------------------------------------------------------------- workloads


def hessian_of_rosenbrock() -> Programs:
    """The Hessian of Rosenbrock's function of 50 variables."""
    x = np.linspace(-1.0, 1.5, 50)
    derivative = srcad.hessian(rosenbrock)
    return {"srcad": lambda: derivative(x), **_jax(lambda jax, f: jax.hessian(f), rosenbrock, (x,))}


def jacobian_of_dense_layers() -> Programs:
    """A dense Jacobian from 100 to 100 variables, by forward and by reverse mode."""
    random = np.random.default_rng(0)
    args = (random.normal(size=100), random.normal(size=(100, 100)) / 10, random.normal(size=(100, 100)) / 10)
    forward, reverse = srcad.jacfwd(dense), srcad.jacrev(dense)
    return {
        "srcad": lambda: forward(*args),
        "srcad reverse": lambda: reverse(*args),
        **_jax(lambda jax, f: jax.jacfwd(f), dense, args),
        **_jax(lambda jax, f: jax.jacrev(f), dense, args, " reverse"),
    }


def product_with_the_hessian_of_the_digits_mlp() -> Programs:
    """The product of the Hessian of the MLP of `examples/digits_mlp.py` with a vector, for 128 images of 8 x 8."""
    random = np.random.default_rng(0)
    params, vector = (initial(random, (64, 128, 128, 10), np.float64) for _ in range(2))
    args = (params, random.uniform(size=(128, 64)), np.eye(10)[random.integers(0, 10, 128)])

    def of_jax(jax: Any, f: Callable) -> Callable:
        gradient = jax.grad(f)
        return lambda p, x, t: jax.jvp(lambda q: gradient(q, x, t), (p,), (trees.map(jax.numpy.asarray, vector),))[1]

    gradient = srcad.grad(loss)
    return {
        "srcad": lambda: srcad.hvp(loss, args, (vector, None, None)),
        "gradient": lambda: gradient(*args),
        **_jax(of_jax, loss, args),
    }


def _jax(make: Callable[[Any, Callable], Callable], function: Callable, args: tuple, suffix: str = "") -> Programs:
    """What JAX makes of a function, without jit and with it; nothing if it is not installed."""
    if importlib.util.find_spec("jax") is None:
        return {}
    jax = importlib.import_module("jax")
    jax.config.update("jax_enable_x64", True)
    plain = make(jax, rebound(function, jax.numpy))
    compiled = jax.jit(plain)
    own = trees.map(jax.numpy.asarray, args)
    return {
        f"jax{suffix}": lambda: jax.block_until_ready(plain(*own)),
        f"jax jit{suffix}": lambda: jax.block_until_ready(compiled(*own)),
    }


WORKLOADS = {
    "hessian": hessian_of_rosenbrock,
    "dense": jacobian_of_dense_layers,
    "hvp": product_with_the_hessian_of_the_digits_mlp,
}


def checked(programs: Programs) -> Programs:
    """The programs, if all that are not the gradient compute what the first one does."""
    expected = trees.flatten(programs["srcad"]())[0]
    for name, run in programs.items():
        if name != "gradient":
            for have, want in zip(trees.flatten(run())[0], expected, strict=True):
                np.testing.assert_allclose(have, want, rtol=1e-8, atol=1e-10, err_msg=name)
    return programs


def main() -> None:
    """Measures the chosen workloads and prints a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.jacobians", description="Jacobians beside their peers.")
    parser.add_argument("--rounds", type=int, default=11, help="interleaved rounds (default 11)")
    parser.add_argument("--only", nargs="+", choices=WORKLOADS, default=list(WORKLOADS), metavar="NAME")
    parser.add_argument("--threads", type=int, default=1, help="cores to use (default 1)")
    options = parser.parse_args()
    pin(options.threads, "benchmarks.jacobians")
    print(f"{'workload':10} {'program':16} {'time':>12} {'/ srcad':>8}")
    for name in options.only:
        rounds = interleaved(checked(WORKLOADS[name]()), options.rounds)
        times = {program: statistics.median(seconds) for program, seconds in rounds.items()}
        for program, seconds in times.items():
            print(f"{name:10} {program:16} {seconds * 1e6:9.1f} µs {seconds / times['srcad']:8.2f}", flush=True)


if __name__ == "__main__":
    main()
