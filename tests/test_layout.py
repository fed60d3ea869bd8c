"""Imports point one way: down the list of docs/architecture.md."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "srcad"

ORDER = [
    "__main__", "__init__", "library.inner_jacobians", "check", "directional", "api", "graphs", "jacobians", "sweeps",
    "bases", "derivative", "forward", "vjp", "pushforwards", "pullbacks",
    "unresolved", "programs", "transform.pullback", "transform.pipeline", "transform.forward", "transform.reverse",
    "transform.specialise", "transform.pushing", "transform.pulling", "transform.nesting", "transform.opaque",
    "transform.iterating",
    "transform.instances", "transform.special", "transform.reflection", "transform.unroll", "transform.copying",
    "transform.standins",
    "transform.helpers",
    "transform.batching", "transform.spelling", "transform.managers",
    "transform.generators", "transform.iterators", "transform.scalars",
    "transform.resumable", "transform.stepwise", "transform.straightened", "transform.courses", "transform.stopping",
    "transform.builder",
    "transform.emit", "transform.simplify", "transform.analyses",
    "checkpoints", "transformed", "arguments", "transform.binding",
    "transform.lower", "transform.parse", "transform.recursion",
    "optim", "forms", "raveling",
    "contents", "arrays", "trees", "library", "rules",
    "revolve", "runtime", "signatures", "wengert", "facts", "objects", "errors",
]  # fmt: skip


def modules():
    """Every module's name below srcad, and its file."""
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        yield name.removesuffix(".__init__") or name, path


def floor(module):
    """The place of a module in the order, None for packages that only hold others."""
    for place, name in enumerate(ORDER):
        if module == name or module.startswith(name + "."):
            return place
    return None


def imported(path):
    """The modules of srcad that a file imports, as far as they are modules."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "srcad":
            base = node.module.partition(".")[2]
            for alias in node.names:
                inner = f"{base}.{alias.name}" if base else alias.name
                yield inner if floor(inner) is not None and inner in NAMES else base
        elif isinstance(node, ast.Import):
            yield from (a.name.partition(".")[2] for a in node.names if a.name.split(".")[0] == "srcad")


NAMES = {name for name, _ in modules()}


def test_every_module_has_its_place():
    assert [name for name in NAMES if floor(name) is None and name != "transform"] == []


@pytest.mark.parametrize(("name", "path"), sorted(modules()))
def test_imports_point_down(name, path):
    if name in ("__main__", "transform"):  # the one stands above everything, the other holds no code
        return
    above = [other for other in imported(path) if other and floor(other) is not None and floor(other) < floor(name)]
    assert above == []
