"""`python -m srcad source FILE.py:FUNCTION`: the generated gradient of a function, from a shell.

`source` prints the generated program, `wengert` the Wengert list it came from, `graph` every step with its value and
its gradient, or draws them to a file.  The file is imported by its
path, under a name that is not `__main__`, so its functions are defined and its main block does not run.

A program is made for the kinds of its arguments.  `--args` gives some, as an expression in the names of the file;
without it, a function `FUNCTION_arguments()` in the file is asked for them; without either, the generic program
is printed, which decides at run time what it was not told.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import srcad
from srcad.errors import ArgnumsError, ArgumentError, DifferentiationError, SourceError


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and gives its exit status: 0, or 1 after an error, which it prints."""
    options = _parser().parse_args(arguments)
    try:
        module, function = _function(options.function)
        if options.command == "graph":
            text = _graph(function, module, options)
        else:
            derivative = srcad.grad(function, argnums=_argnums(options.argnums))
            text = derivative.wengert if options.command == "wengert" else _source(derivative, module, options)
    except DifferentiationError as error:
        print(f"srcad: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    print(_coloured(str(text)) if options.command == "source" and sys.stdout.isatty() else str(text))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m srcad", description="Shows how srcad differentiates a function.")
    commands = parser.add_subparsers(dest="command", required=True)
    printed = {
        "source": "the generated gradient",
        "wengert": "the Wengert list of the gradient",
        "graph": "every step with its value and gradient",
    }
    for name, what in printed.items():
        command = commands.add_parser(name, help=f"print {what}", description=f"Prints {what} of a function.")
        command.add_argument("function", metavar="FILE.py:FUNCTION", help="for example examples/digits_mlp.py:loss")
        command.add_argument(
            "--argnums",
            default=None if name == "graph" else "0",
            help="what to differentiate by: numbers or names of arguments, separated by commas (default "
            + ("all)" if name == "graph" else "0)"),
        )
        command.add_argument(
            "--args", metavar="EXPRESSION", help='arguments like these, for example "(np.ones(3), 2.0)"'
        )
        if name == "graph":
            command.add_argument("--save", metavar="FILE", help="draw a picture instead, to an .svg or .png file")
    return parser


def _argnums(text: str) -> Any:
    """The argnums that a text stands for.

    >>> _argnums("0"), _argnums("w,1")
    (0, ('w', 1))
    """
    parts = [part.strip() for part in text.split(",")]
    if not all(parts):
        raise ArgnumsError(f"--argnums {text!r} is no list of arguments", "write it as 0 or 0,2 or params")
    found = tuple(int(part) if part.lstrip("-").isdigit() else part for part in parts)
    return found[0] if len(found) == 1 else found


def _source(derivative: Any, module: ModuleType, options: argparse.Namespace) -> str:
    """The program for the arguments asked for, or the generic one."""
    arguments = _arguments(module, options.function.rpartition(":")[2], options.args)
    return derivative.source if arguments is None else derivative.source_for(*arguments)


def _graph(function: Callable[..., Any], module: ModuleType, options: argparse.Namespace) -> str:
    """The steps of a function as text, or where their picture is."""
    arguments = _arguments(module, options.function.rpartition(":")[2], options.args)
    if arguments is None:
        raise ArgumentError("a graph shows values, and there are no arguments", "give some: --args EXPRESSION")
    argnums = None if options.argnums is None else _argnums(options.argnums)
    graph = srcad.graph(function, argnums)(*arguments)
    if options.save is None:
        return str(graph)
    graph.save(options.save)
    return f"picture: {options.save}"


def _arguments(module: ModuleType, name: str, expression: str | None) -> tuple | None:
    """The example arguments given by an expression, or by the file itself."""
    if expression is None:
        maker = getattr(module, f"{name}_arguments", None)
        return None if maker is None else tuple(maker())
    try:
        found = eval(expression, vars(module))
    except Exception as error:
        raise ArgumentError(
            f"--args {expression!r} cannot be evaluated: {type(error).__name__}: {error}", "use names of the file"
        ) from error
    return found if isinstance(found, tuple) else (found,)


def _function(target: str) -> tuple[ModuleType, Callable[..., Any]]:
    """The file's module and the function named by FILE.py:FUNCTION; a dotted name reaches into classes."""
    file, colon, name = target.rpartition(":")
    if not colon or not name:
        raise SourceError(f"{target!r} names no function", "write FILE.py:FUNCTION")
    path = Path(file)
    if not path.is_file():
        raise SourceError(f"there is no file {file}", "give the path of a Python file")
    module = _imported(path)
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            raise SourceError(f"{file} defines no {name}", "name a function of the file's top level")
        found = getattr(found, part)
    if not callable(found):
        raise SourceError(f"{name} in {file} is no function", "name a function of the file's top level")
    return module, getattr(found, "primal", found)  # a derivative stands for its function


def _imported(path: Path) -> ModuleType:
    """The module in a file, imported as Python would import it from the file's own directory."""
    spec = importlib.util.spec_from_file_location(path.stem, path.resolve())
    if spec is None or spec.loader is None:
        raise SourceError(f"{path} is no Python file", "give the path of a file whose name ends in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    sys.path.insert(0, str(path.resolve().parent))
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        reason = f"{path} cannot be imported: {type(error).__name__}: {error}"
        raise SourceError(reason, "make the file importable") from error
    finally:
        sys.path.pop(0)
    return module


def _coloured(text: str) -> str:
    """The text in the colours of a terminal, if Pygments is installed."""
    try:
        from pygments import highlight
        from pygments.formatters import TerminalFormatter
        from pygments.lexers import PythonLexer
    except ImportError:
        return text
    return highlight(text, PythonLexer(), TerminalFormatter()).rstrip("\n")


if __name__ == "__main__":
    sys.exit(main())
