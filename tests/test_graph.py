"""Computational graphs: every step with its value and its cotangent, in boxes as it was called."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from numpy.testing import assert_allclose
from programs import every

import srcad
import srcad.__main__ as command
from srcad.errors import ArgumentError, ResultError, UnsupportedError


def circuit(x, y, z, w):
    return 2.0 * (x * y + np.maximum(z, w))


def test_values_and_gradients_of_every_step():
    nodes = srcad.graph(circuit)(3.0, -4.0, 2.0, -1.0).nodes
    steps = [("*", (0, 1)), ("maximum", (2, 3)), ("+", (4, 5)), ("2.0 * ·", (6,))]
    assert [(n.label, n.inputs) for n in nodes] == [(name, ()) for name in "xyzw"] + steps
    assert [n.value for n in nodes] == [3.0, -4.0, 2.0, -1.0, -12.0, 2.0, -10.0, -20.0]
    assert [n.cotangent for n in nodes] == [-8.0, 6.0, 2.0, 0.0, 2.0, 2.0, 2.0, 1.0]


def heat(u, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1] += 0.1 * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u**2)


def test_memory_has_a_cotangent_after_each_write():
    u, steps = np.array([1.0, -2.0, 0.5, 3.0, 1.5]), 4
    trip = np.eye(5)
    trip[1:-1] += 0.1 * (np.eye(5)[2:] - 2.0 * np.eye(5)[1:-1] + np.eye(5)[:-2])
    writes = [n for n in srcad.graph(heat)(u, steps).nodes if n.label == "[1:-1] +="]
    assert len(writes) == steps
    for k, node in enumerate(writes, 1):
        assert_allclose(node.value, np.linalg.matrix_power(trip, k) @ u)
        last = np.linalg.matrix_power(trip, steps) @ u
        assert_allclose(node.cotangent, np.linalg.matrix_power(trip.T, steps - k) @ (2.0 * last))


def test_loops_and_trips_are_boxes():
    nodes = srcad.graph(heat)(np.ones(4), 2).nodes
    titles = [[box.title for box in n.path] for n in nodes if n.label == "[1:-1] +="]
    assert titles == [["for _ in range(steps)", "trip 1"], ["for _ in range(steps)", "trip 2"]]
    assert nodes[-1].path == () and nodes[0].path == ()
    first, second = (n.path for n in nodes if n.label == "[1:-1] +=")
    assert first[0] == second[0] and first[1] != second[1]


def helper(v):
    return np.tanh(inner(v))


def inner(v):
    return v * v


def calling(x):
    return helper(x) + helper(2.0 * x)


def test_calls_are_boxes_within_boxes():
    nodes = srcad.graph(calling)(0.3).nodes
    paths = {tuple(box.number for box in n.path): [box.title for box in n.path] for n in nodes if n.path}
    assert sorted(paths.values()) == [["helper"], ["helper"], ["helper", "inner"], ["helper", "inner"]]


def net(params, x):
    h = x
    for layer in params["layers"]:
        w, b = layer
        h = np.tanh(h @ w + b)
    return np.mean(h**2)


def test_leaves_of_structures_are_arguments_and_containers_are_no_nodes():
    rng = np.random.default_rng(0)
    params = {"layers": [(rng.normal(size=(3, 2)), np.zeros(2)), (rng.normal(size=(2, 2)), np.zeros(2))]}
    graph = srcad.graph(net, "params")(params, rng.normal(size=(4, 3)))
    labels = [n.label for n in graph.nodes]
    assert set(labels[:5]) == {"x", *(f"params['layers'][{i}][{j}]" for i in (0, 1) for j in (0, 1))}
    assert sum(n.label == "@" for n in graph.nodes) == 2 and not any("make" in label for label in labels)
    assert next(n for n in graph.nodes if n.label == "x").cotangent is None
    assert {n.name for n in graph.nodes if n.label == "tanh"} == {"h"}


def directional(f, args, directions, h=1e-6):
    def moved(a, d):
        return np.array(a + d) if isinstance(a, np.ndarray) else a + d

    up, down = ([moved(a, s * h * d) for a, d in zip(args, directions, strict=True)] for s in (1.0, -1.0))
    return (f(*up) - f(*down)) / (2.0 * h)


FILES = ("control_flow", "mutation", "containers", "closures", "comprehensions", "dicts", "objects", "sharing")
NUMERIC = [
    case
    for case in every.cases({})
    if case.id.partition("-")[0] in FILES and all(isinstance(a, (float, np.ndarray)) for a in case.values[1])
]


@pytest.mark.parametrize(("f", "args", "_"), NUMERIC[::4])
def test_programs(f, args, _):
    args = [np.asarray(a, float) if isinstance(a, np.ndarray) else a for a in args]
    try:
        graph = srcad.graph(f)(*args)
    except UnsupportedError:
        return  # said so
    rng = np.random.default_rng(0)
    directions = [rng.normal(size=np.shape(a)) if np.shape(a) else rng.normal() for a in args]
    by_name = {n.label: n.cotangent for n in graph.nodes if n.is_argument}
    names = list(srcad.grad(f).wengert.params)
    product = sum(
        np.sum(by_name[p.name] * d) for p, d in zip(names, directions, strict=False) if by_name.get(p.name) is not None
    )
    expected = directional(f, args, directions)
    assert_allclose(product, expected, rtol=1e-4, atol=1e-6)


def test_arguments_stay_as_they_are():
    def scaled(x):
        x[0] *= 2.0
        return np.sum(x)

    x = np.array([1.0, 2.0])
    nodes = srcad.graph(scaled)(x).nodes
    assert x.tolist() == [1.0, 2.0]
    assert nodes[0].cotangent.tolist() == [2.0, 1.0]


def test_printed_as_a_list():
    def f(x, y):
        q = x + y
        return q[0] ** 2

    printed = str(srcad.graph(f)(np.array([1.0, 2.0]), 3.0)).splitlines()
    assert [line.split("  ")[0] for line in printed] == ["step", "x", "y", "q = x + y", "t3 = q[0]", "t4 = t3 ** 2"]


# ------------------------------------------------------------------------------------------------ refusals


def refuses(error, message, f, *args, **options):
    with pytest.raises(error, match=re.escape(message)):
        srcad.graph(f, **options)(*args)


def test_refusals():
    def drawn(x):
        return x * np.random.normal()

    def yielding(x):
        return sum(v for v in map(np.sin, [x, x]))

    def stepping(x):
        for _ in range(100):
            x = x * 1.01
        return x

    refuses(UnsupportedError, "for the same arguments", drawn, 1.0)
    refuses(UnsupportedError, "does not go through", yielding, 1.0)
    refuses(UnsupportedError, "more than 50 steps", stepping, 1.0, limit=50)
    refuses(ResultError, "scalar", lambda x: x * x, np.ones(3))
    with pytest.raises(ArgumentError, match="is no function"):
        srcad.graph(3)


# ------------------------------------------------------------------------------------------------ pictures


def test_a_picture_shows_labels_values_and_gradients(tmp_path):
    graph = srcad.graph(heat)(np.array([1.0, -2.0, 0.5, 3.0]), 2)
    svg = graph._repr_svg_()
    texts = {"".join(node.itertext()).strip() for node in ElementTree.fromstring(svg).findall(".//{*}text")}
    assert {"[1:-1] +=", "trip 1", "trip 2", "for _ in range(steps)", "u"} <= texts
    assert f"{graph.nodes[-1].value:.3g}" in texts
    graph.save(tmp_path / "x.svg")
    graph.save(str(tmp_path / "x.png"))
    assert (tmp_path / "x.svg").read_text() == svg
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ArgumentError, match="neither"):
        graph.save(tmp_path / "x.pdf")


def test_long_labels_are_shortened():
    def f(x):
        return np.sum(np.clip(x, -123456789.125, 987654321.125))

    svg = ElementTree.fromstring(srcad.graph(f)(np.ones(3)).svg())
    texts = ["".join(node.itertext()) for node in svg.findall(".//{*}text")]
    assert max(map(len, texts)) <= 28 and any("…" in text for text in texts)


def test_without_pygraphviz_only_pictures_are_refused(monkeypatch):
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    graph = srcad.graph(circuit)(3.0, -4.0, 2.0, -1.0)
    assert "maximum(z, w)" in str(graph)
    with pytest.raises(ArgumentError, match=re.escape("srcad[graph]")):
        graph.svg()


def test_command(tmp_path, capsys):
    file = tmp_path / "drawn_file.py"
    file.write_text("def f(x, y):\n    return x * y\n\n\ndef f_arguments():\n    return 2.0, 3.0\n")
    assert command.main(["graph", f"{file}:f"]) == 0
    assert "x * y" in capsys.readouterr().out
    assert command.main(["graph", f"{file}:f", "--argnums", "y", "--save", str(tmp_path / "y.svg")]) == 0
    assert (tmp_path / "y.svg").is_file()
    file.write_text("def f(x, y):\n    return x * y\n")
    assert command.main(["graph", f"{file}:f"]) == 1
    assert "--args" in capsys.readouterr().err


def test_importing_srcad_does_not_import_what_draws():
    code = "import sys, srcad; sys.exit('pygraphviz' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
