"""Reading and writing the cases."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np

import srcad

FOLDER = Path(__file__).parent / "cases"
MARK = "\n\n# generated\n"


@dataclass(frozen=True)
class Case:
    """A file of the folder: its module, and the two halves of its text."""

    path: Path
    module: ModuleType
    written: str
    generated: str

    @property
    def function(self):
        """The function that is differentiated."""
        return self.module.function

    def arguments(self, seed=0):
        """Arguments to differentiate for."""
        return self.module.arguments(np.random.default_rng(seed))

    @property
    def is_forward(self):
        """Whether the file shows the program of forward mode."""
        return getattr(self.module, "forward", False)

    def derivative(self):
        """The derivative that the file shows."""
        return srcad.jvp(self.function) if self.is_forward else srcad.grad(self.function, self.module.wrt)

    def tangents(self, args, directions):
        """A direction for each argument that is differentiated, None for the others."""
        return tuple(directions.get(i) for i in range(len(args)))

    def generate(self):
        """What srcad generates now."""
        if self.is_forward:
            args = self.arguments()
            wrt = self.module.wrt if isinstance(self.module.wrt, tuple) else (self.module.wrt,)
            return self.derivative().source_for(args, self.tangents(args, {i: args[i] for i in wrt}))
        if getattr(self.module, "generic", False):
            return self.derivative().source
        return self.derivative().source_for(*self.arguments())


def names():
    """The names of all cases."""
    return sorted(path.stem for path in FOLDER.glob("*.py"))


def read(name):
    """The case of a name."""
    path = FOLDER / f"{name}.py"
    written, _, generated = path.read_text(encoding="utf-8").partition(MARK)
    spec = importlib.util.spec_from_file_location(f"golden_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return Case(path, module, written, generated)


def update(name):
    """Writes what srcad generates now into the file.  Whether that changed it."""
    case = read(name)
    case.path.write_text(case.written.rstrip("\n") + MARK + case.generate(), encoding="utf-8")
    return read(name).generated != case.generated
