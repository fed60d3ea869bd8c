"""The Wengert list: a program as a list of steps in structured SSA form.

Guarantees.  Every name is assigned once.  Every operand is a name (`str`) or a `Const`.  Control flow
is structured: `Branch`, `ForLoop` and `WhileLoop` state explicitly which values they merge or carry;
`break`, `continue` and `return` have become values.  `try` and `with` are branches too (`Attempt`, `Within`).
A step that writes memory is a step like any other; its order among the steps that read that memory is the
program's meaning.  Nothing here knows NumPy, or how any primitive is differentiated.

Names have the form ``base`` or ``base.n``, where `base` is the user's identifier (`t` for values that the
user did not name, `d_x` for the cotangent of `x`).  The dot keeps them apart from every Python identifier,
so nothing the user calls a variable can be captured; `emit` chooses the identifiers that are printed.

The form follows R. E. Wengert, "A simple automatic derivative evaluation program" (1964), for the list,
and Cytron et al. (1991) for single assignment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from srcad import objects
from srcad.errors import Site

# ---------------------------------------------------------------------------------------------- operands


@dataclass(frozen=True, slots=True, eq=False)
class Const:
    """A constant operand: a literal, or an object the program refers to (a function, class or module).

    `text` is how to print it where its `repr` would not do or would not read well (``np.pi``).  Two
    constants are equal if type and value are, so that 1, 1.0 and True stay apart, and 0.0 and -0.0.
    """

    value: Any
    text: str | None = None

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Const) or type(self.value) is not type(other.value):
            return False
        return self.value is other.value or _constant_key(self.value) == _constant_key(other.value)

    def __hash__(self) -> int:
        return hash(_constant_key(self.value))

    def __repr__(self) -> str:
        if self.text is not None:
            return self.text
        return getattr(self.value, "__name__", None) or repr(self.value)


def _constant_key(value: Any) -> tuple:
    if type(value) in _PLAIN:
        return (type(value), value)
    if isinstance(value, (tuple, frozenset)):
        return (type(value), tuple(_constant_key(v) for v in value))
    if isinstance(value, slice):
        return (slice, _constant_key((value.start, value.stop, value.step)))
    if isinstance(value, (bool, int, float, complex, str, bytes)):
        return (type(value), repr(value))
    return (type(value), id(value))


_PLAIN = frozenset({bool, int, str, bytes, type(None), type(Ellipsis)})
"""Types of which equal values are the same constant, as floats are not: 0.0 is -0.0, and nan is not itself."""


class _Undefined:
    """The value of a name on a path where it is not assigned (and, by construction, not read)."""

    def __repr__(self) -> str:
        return "UNDEFINED"


UNDEFINED = Const(_Undefined(), "UNDEFINED")


class _Unset:
    """The value of a name on a path where it is handed on, and nobody looks at it."""

    def __repr__(self) -> str:
        return "UNSET"


UNSET = Const(_Unset(), "UNSET")
"""What is printed as None, and is none of the values that a name may have."""

Operand = str | Const


class Variable(str):
    """The key under which a cell, a dict, holds the variable that functions share through it; text as it is printed.

    >>> {Variable("total"): 1.0}
    {'total': 1.0}
    """

    __slots__ = ()


class CarriedVariable(Variable):
    """The same for what a loop carries, which may be undefined as long as nothing but the loop reads it."""

    __slots__ = ()


# ----------------------------------------------------------------------------------------------- callees


@dataclass(frozen=True, slots=True)
class Method:
    """Callee of `x.name(...)`; the receiver is the first operand."""

    name: str

    def __hash__(self) -> int:  # asked for at every look into a table of callees
        return hash(self.name)


@dataclass(frozen=True, slots=True)
class Attribute:
    """Callee of reading `x.name`; one operand."""

    name: str

    def __hash__(self) -> int:
        return hash(self.name)


@dataclass(frozen=True, slots=True)
class SetAttribute:
    """Callee of `x.name = v`: operands x and v, no target.  Writes x."""

    name: str


@dataclass(frozen=True, slots=True)
class Augmented:
    """Callee of `x[i] op= v`: operands x, i, v, no target.  Writes x.

    `operation` is the in-place function of the `operator` module, for example `operator.iadd`.
    """

    operation: Callable


@dataclass(frozen=True, slots=True)
class MakeFunction:
    """Callee that makes a nested function or lambda.

    The operands are the captured values; they are the first `captured` parameters of `function`, which are
    not parameters of the function a user sees.
    """

    function: Function | Recursion
    captured: int


@dataclass(frozen=True, slots=True)
class Call:
    """Callee that is a value of the program: the first operand is called with the others.

    Of one that is `opaque` nothing is known: it may write to all it is given, and keep it.
    """

    opaque: bool = False


CALL = Call()
OPAQUE_CALL = Call(opaque=True)


@dataclass(frozen=True, slots=True)
class Spread:
    """`callee(*args, **kwargs)`: the operands at the positions `starred` are spread out.

    A mapping that is spread is passed as a keyword named ``**``.  Facts resolve a spread to a plain call.
    """

    callee: Any
    starred: tuple[int, ...] = ()


def make_tuple(*items):
    """`(a, b, ...)`"""
    return items


def make_list(*items):
    """`[a, b, ...]`"""
    return list(items)


def make_dict(*keys_and_values):
    """`{k: v, ...}`; operands alternate."""
    return dict(zip(keys_and_values[::2], keys_and_values[1::2], strict=True))


def make_object(kind, *keys_and_values):
    """An instance of a class with these attributes, made without running its `__init__`; operands alternate."""
    return objects.new(kind, **dict(zip(keys_and_values[::2], keys_and_values[1::2], strict=True)))


def make_named_tuple(kind, *items):
    """`kind(a, b, ...)` for the class of a named tuple"""
    return kind(*items)


def make_set(*items):
    """`{a, b, ...}`"""
    return set(items)


def make_string(*parts):
    """An f-string: its literal parts and formatted values in order."""
    return "".join(part if isinstance(part, str) else format(part) for part in parts)


def identity(value):
    """`a = b`: a second name for one object.  With several targets, `a, b = value`."""
    return value


def check(test, message=None):
    """`assert test, message`"""
    if not test:
        raise AssertionError(*(() if message is None else (message,)))


def raise_error(error, cause=None):
    """`raise error from cause`"""
    raise error from cause


def yield_item(value):
    """`yield value`; the result says whether the consumer has stopped.  Generators are inlined, or printed."""
    raise TypeError("a step of a generator runs in a generator")


def enter(manager):
    """`with manager as ...:`, where its block begins.

    Further operands of this step are the memory of the program that the manager may write to, here and at the end.
    """
    return manager.__enter__()


def leave(manager):
    """The end of the block of `with manager:`."""
    manager.__exit__(None, None, None)


Callee = Callable | Method | Attribute | SetAttribute | Augmented | MakeFunction | Call | Spread
"""What a step calls: a Python function or class, a `Function`, or one of the classes above.

Operators are calls of the `operator` module (`operator.add`, `operator.getitem`, `operator.setitem`, in-place
ones `operator.iadd`, ...); `slice(a, b, c)` is a call of the builtin.
"""

# ------------------------------------------------------------------------------------------------- nodes


@dataclass(frozen=True, slots=True)
class Step:
    """One call.  No target: called for its effect.  Several targets: its result is unpacked."""

    targets: tuple[str, ...]
    callee: Any
    operands: tuple[Operand, ...] = ()
    keywords: tuple[tuple[str, Operand], ...] = ()
    site: Site | None = field(default=None, compare=False)

    @property
    def target(self) -> str:
        """The only target."""
        (target,) = self.targets
        return target


def made_slots(step: Step) -> list[tuple[Operand, Operand]]:
    """The keys and values of the tuple, list, dict or object that a step makes of its operands.

    >>> made_slots(Step(("t",), make_tuple, ("a", "b")))
    [(0, 'a'), (1, 'b')]
    """
    operands = step.operands[1:] if step.callee in (make_object, make_named_tuple) else step.operands
    if step.callee in (make_dict, make_object):
        return list(zip(operands[::2], operands[1::2], strict=True))
    return [(Const(i), operand) for i, operand in enumerate(operands)]


@dataclass(frozen=True, slots=True)
class Merge:
    """`target` is `then` if the branch went that way, else `orelse`."""

    target: str
    then: Operand
    orelse: Operand


@dataclass(frozen=True, slots=True)
class Branch:
    """`if test: then else: orelse`.  Names defined in an arm are seen outside only through `merges`."""

    test: Operand
    then: tuple[Node, ...]
    orelse: tuple[Node, ...]
    merges: tuple[Merge, ...] = ()
    site: Site | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Attempt(Branch):
    """`try: then except test as error: orelse`.

    A branch whose way is not known before: `then` begins in any case, and may be abandoned at each of its steps.
    `test` is what is caught, a class or a tuple of classes; `error` is seen in `orelse` only.  Names of `then`
    are not: a merge takes its `orelse` from before the node or from the handler.  A step never moves into or out
    of `then` unless it cannot raise.
    """

    error: str | None = None


@dataclass(frozen=True, slots=True)
class Within(Branch):
    """`with test as ...: then`.

    A branch that always goes one way: `orelse` is empty, and UNDEFINED in the merges.  The first step of `then` is
    `enter`, whose target is what follows `as`, the last one is `leave`.  `test` is the manager, which lets
    every error pass.
    """


@dataclass(frozen=True, slots=True)
class Carried:
    """A value carried by a loop.

    `name` is the value at the start of a trip (and in a while loop's test), seen in the loop only; it is
    `init` on the first trip and `next`, a name of the body, on later ones.  `result` is the value after
    the loop: `next` of the last trip, `init` if there was none.
    """

    name: str
    init: Operand
    next: Operand
    result: str


@dataclass(frozen=True, slots=True)
class ForLoop:
    """`for target in iterable: body`, left early after a trip at whose end `until` is true."""

    target: str
    iterable: Operand
    body: tuple[Node, ...]
    carried: tuple[Carried, ...] = ()
    until: Operand | None = None
    site: Site | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class WhileLoop:
    """Runs `test_steps`; if `test` holds, `body`, and again, unless `until` is true after the body.

    Names defined in `test_steps` are seen in the body.
    """

    test_steps: tuple[Node, ...]
    test: Operand
    body: tuple[Node, ...]
    carried: tuple[Carried, ...] = ()
    until: Operand | None = None
    site: Site | None = field(default=None, compare=False)


Node = Step | Branch | ForLoop | WhileLoop


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter; `default` is None if there is none.  `kind` is named as in `inspect.Parameter`."""

    name: str
    default: Operand | None = None
    kind: str = "POSITIONAL_OR_KEYWORD"


@dataclass(frozen=True, slots=True, eq=False)
class Capture:
    """A name the function reads from outside: a global (`scope` is a dict), a closure cell, or a class's attribute.

    Functions, classes and modules are resolved while lowering and are not captures; these are the data.
    `is_argument` marks the object whose method is differentiated: it counts as passed by the caller.
    """

    name: str
    scope: Any
    key: str
    is_argument: bool = False

    def read(self) -> Any:
        """The value now.  Raises NameError if there is none."""
        if isinstance(self.scope, type):
            return getattr(self.scope, self.key)
        if isinstance(self.scope, dict):
            if self.key not in self.scope:
                raise NameError(f"name {self.key!r} is not defined")
            return self.scope[self.key]
        try:
            return self.scope.cell_contents
        except ValueError:
            raise NameError(f"free variable {self.key!r} is not assigned yet") from None


@dataclass(frozen=True, slots=True, eq=False)
class Guard:
    """A function, class or module the source was resolved through, global or of a class: `scope[key] is value`."""

    scope: Any
    key: str
    value: Any

    def holds(self) -> bool:
        """Whether the name still refers to the same object."""
        if isinstance(self.scope, type):
            return objects.static_attribute(self.scope, self.key) is self.value
        if isinstance(self.scope, dict):
            return self.scope.get(self.key, self.value) is self.value
        return self.scope.cell_contents is self.value


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A whole function as a Wengert list.  `site` is its `def` line; `doc` its docstring.

    `fresh` says that what it returns shares memory with nothing else, and the items of a tuple not with each other.
    The steps of a `generator` run when values are asked for, up to the next `yield_item`.
    A call writes to the memory of the parameters at the positions `changes`, and to memory that those at the positions
    `changes_held` hold, and to no other.  One that `returns` the argument at this position has the result None here.
    `apart` says that what it returns shares no memory with what it is given, nor with anything it writes to.
    `saves` is the path in the result to a tuple of what is saved for the reverse sweep; it may hold others like it.
    """

    name: str
    params: tuple[Param, ...]
    body: tuple[Node, ...]
    result: Operand
    captures: tuple[Capture, ...] = ()
    guards: tuple[Guard, ...] = ()
    site: Site | None = None
    doc: str | None = None
    fresh: bool = False
    generator: bool = False
    changes: tuple[int, ...] = ()
    changes_held: tuple[int, ...] = ()
    returns: int | None = None
    apart: bool = False
    saves: tuple[int, ...] | None = None

    def __str__(self) -> str:
        return format_function(self)

    def __repr__(self) -> str:
        return f"<Wengert list of {self.name}>"


@dataclass(eq=False)
class Recursion:
    """A callee: a function that is called by its own list, directly or by way of others.

    A list cannot hold itself; it holds this, whose `function` is set when the list is finished.  Until then `changes`,
    `changes_held`, `returns` and `apart` are what is assumed of it.
    """

    name: str
    function: Function | None = None
    changes: tuple[int, ...] = ()
    changes_held: tuple[int, ...] = ()
    returns: int | None = None
    apart: bool = False

    def finished(self) -> Function:
        """The list it stands for."""
        if self.function is None:
            raise ValueError(f"the list of {self.name} is not finished")
        return self.function


# ---------------------------------------------------------------------------------------------- printing


def callee_name(callee: Any) -> str:
    """How a callee is printed in a Wengert list."""
    match callee:
        case Method(name):
            return f".{name}"
        case Attribute(name):
            return f"attribute {name}"
        case SetAttribute(name):
            return f"set attribute {name}"
        case Augmented(operation):
            return f"{operation.__name__}_item"
        case MakeFunction(function):
            return f"function {function.name}"
        case Call():
            return "call"
        case Spread(spread):
            return f"{callee_name(spread)} spreading"
        case Function() | Recursion():
            return callee.name
    return getattr(callee, "__name__", None) or repr(callee)


def format_nodes(nodes: Iterable[Node], indent: str = "") -> str:
    """The nodes as text, one step a line."""
    return "\n".join(line for node in nodes for line in _lines(node, indent))


def _lines(node: Node, indent: str) -> Iterator[str]:
    inside = indent + "    "
    match node:
        case Step():
            arguments = [_show(o) for o in node.operands] + [f"{k}={_show(o)}" for k, o in node.keywords]
            targets = ", ".join(node.targets) + " = " if node.targets else ""
            yield f"{indent}{targets}{callee_name(node.callee)}({', '.join(arguments)})"
        case Branch():
            first, other = _headers(node)
            yield f"{indent}{first}:"
            yield from (line for n in node.then for line in _lines(n, inside))
            if node.orelse or isinstance(node, Attempt):
                yield f"{indent}{other}:"
                yield from (line for n in node.orelse for line in _lines(n, inside))
            for m in node.merges:
                yield f"{indent}{m.target} = {_show(m.then)} or {_show(m.orelse)}"
        case ForLoop() | WhileLoop():
            carried = "; ".join(f"{c.name} = {_show(c.init)}, then {_show(c.next)}" for c in node.carried)
            carried = f" with {carried}" if carried else ""
            if isinstance(node, ForLoop):
                yield f"{indent}for {node.target} in {_show(node.iterable)}{carried}:"
            else:
                yield f"{indent}while{carried}:"
                yield from (line for n in node.test_steps for line in _lines(n, inside))
                yield f"{indent}holds {_show(node.test)}:"
            yield from (line for n in node.body for line in _lines(n, inside))
            if node.until is not None:
                yield f"{inside}leave if {_show(node.until)}"
            for c in node.carried:
                yield f"{indent}{c.result} = last {c.name}"


def _headers(node: Branch) -> tuple[str, str]:
    match node:
        case Attempt():
            return "try", f"except {_show(node.test)}{f' as {node.error}' if node.error else ''}"
        case Within():
            return f"with {_show(node.test)}", ""
    return f"if {_show(node.test)}", "else"


def _show(o: Operand) -> str:
    return o if isinstance(o, str) else repr(o)


def format_function(function: Function) -> str:
    """The whole list as text.

    >>> import operator
    >>> square = Step(("y",), operator.mul, ("x", "x"))
    >>> print(Function("f", (Param("x"),), (square,), "y"))
    f(x):
        y = mul(x, x)
        return y
    """
    params = ", ".join(p.name if p.default is None else f"{p.name}={_show(p.default)}" for p in function.params)
    body = format_nodes(function.body, "    ")
    return f"{function.name}({params}):\n{body}{chr(10) if body else ''}    return {_show(function.result)}"
