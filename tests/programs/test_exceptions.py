"""`try`, `except`, `else`, `finally` and `raise` in differentiated functions: the way that was taken is reversed."""

import math

import numpy as np
import pytest
from programs.checking import Programs, check, refused

import srcad

V = np.array([0.5, -1.2, 2.0, 0.3])
S = np.array([[2.0, 0.5], [0.5, 1.0]])  # positive definite
N = np.array([[1.0, 2.0], [2.0, 1.0]])  # not
Z = [[1, 1], [1, 1]]  # singular, and of integers: not differentiated

programs = Programs()


@programs.on((S, np.ones(2)), (N, np.ones(2)))
def cholesky_with_fallback(a, b):
    try:
        y = np.linalg.cholesky(a) @ b
    except np.linalg.LinAlgError:
        y = a @ b * 0.5
    return np.sum(y**2)


@programs.on((2.0, {"a": 3}), (2.0, {}))
def missing_key(x, options):
    try:
        scale = options["a"]
    except KeyError:
        scale = x
    return scale * x * x


@programs.on((V[:2], [[2, 1], [1, 3]]), (V[:2], Z))
def newton_with_fallback_step(x, hessian):
    for _ in range(4):
        g = x**3 - x
        try:
            step = np.linalg.solve(np.array(hessian) * 1.0, g)
            x = x - 0.5 * step
        except np.linalg.LinAlgError:
            x = x - 0.1 * g
    return np.sum(x**2)


@programs.on((1.5, 2), (1.5, 6))
def return_through_finally_in_a_loop(x, n):
    log = []
    for i in range(n):
        try:
            if i == 3:
                return x * x * len(log)
            x = x * 1.1
        finally:
            log.append(i)
    return x + len(log)


@programs.on((1.5, 0), (1.5, 1), (1.5, 2), (1.5, 3))
def nested(x, kind):
    try:
        try:
            if kind == 1:
                raise KeyError("inner")
            if kind == 2:
                raise ValueError("outer")
            y = x * x
        except KeyError:
            y = x * 3
            if kind == 3:
                y = y * x
    except ValueError:
        y = math.sin(x)
    return y * x


@programs.on((1.5, 0), (1.5, 1))
def error_of_a_handler_caught_outside(x, kind):
    try:
        try:
            y = x * [1, 2][kind + 2 * kind]
        except IndexError:
            y = x * {"a": 2}["b"]
    except KeyError:
        y = x**3
    return y


def checked_root(x):
    if x < 0:
        raise ValueError("negative")
    y = x * 2
    return math.sqrt(y) * y


@programs.on((1.5,), (-1.5,))
def error_of_a_helper(x):
    try:
        y = checked_root(x)
    except ValueError:
        y = x * x
    return y + x


def with_fallback(x):
    try:
        y = checked_root(x)
        z = y * y
    except ValueError:
        z = x**3
    return z * x


@programs.on((1.5,), (-1.5,))
def helper_that_catches(x):
    return with_fallback(x) * with_fallback(x + 0.1)


@programs.on((np.array([1.5, -0.5, 0.7, -2.0]),))
def helper_that_catches_in_a_loop(x):
    total = 0.0
    for v in x:
        total += with_fallback(v)
    return total


@programs.on((1.5, 0), (1.5, 1))
def raised_again_and_caught_outside(x, kind):
    try:
        try:
            y = x * (1 / kind)
        except ZeroDivisionError:
            raise
    except ArithmeticError:
        y = -x * x
    return y


@programs.on((1.5,), (-1.5,))
def another_error_from_a_handler(x):
    try:
        try:
            y = math.sqrt(x)
        except ValueError as error:
            raise KeyError("why") from error
    except KeyError as error:
        y = x * len(str(error.__cause__))
    return y * x


@programs.on((1.5, 2.0), (-1.5, 2.0))
def else_runs_only_without_error(x, y):
    try:
        z = math.log(x)
    except ValueError:
        z = x * y
    else:
        z = z * y
        y = y * y
    return z + y


@programs.on(([1.0, 2.0, 3.0], [2, 0, 4]), ([1.0], [0]))
def division_by_zero_continues(xs, ys):
    total = 0.0
    for x, y in zip(xs, ys, strict=True):
        try:
            q = 1 / y
            r = q * x
        except ZeroDivisionError:
            continue
        total = total + q * r * r
    return total


@programs.on(([1.0, 2.0, 3.0], [2, 0, 4]), ([1.0, 0.5], [1, 2]))
def division_by_zero_breaks(xs, ys):
    total = xs[0]
    for x, y in zip(xs, ys, strict=True):
        try:
            r = x * (1 / y)
        except ZeroDivisionError:
            total = total * total
            break
        total = total + r * r
    else:
        total = total * 3
    return total


@programs.on((V, 3), (V, 9))
def early_return_from_a_body(x, i):
    try:
        return x[i] * x[0]
    except IndexError:
        pass
    return np.sum(x**2)


@programs.on((V, 3), (V, 9))
def early_return_from_a_handler(x, i):
    try:
        y = x[i] * x[0]
    except IndexError:
        return np.sum(x**2)
    return y * y


@programs.on((V, 0), (V, 2), (V, 5))
def first_steps_do_not_raise(x, i):
    try:
        y = x
        n = 2
        z = x[i + 1] * x[0]
        y = z * x
    except IndexError:
        y = y * n
    return np.sum(y)


@programs.on((1.5, 0), (1.5, 1), (1.5, 4))
def several_handlers(x, kind):
    e = 3.0
    try:
        y = [x, x * x][kind]
        y = y / (1 - kind)
    except IndexError as e:  # noqa: F811
        y = x * len(e.args)
        e = 5.0
    except (ZeroDivisionError, ValueError) as problem:
        y = x**3 * isinstance(problem, ArithmeticError)
    except:  # noqa: E722
        y = 0.0
    return y


@programs.on((1.5, 0), (1.5, 1))
def own_class(x, kind):
    try:
        if kind:
            raise Found(2)
        y = x
    except Found as found:
        y = x * x * found.count
    return y


class Found(Exception):
    """Raised by the programs themselves."""

    def __init__(self, count):
        super().__init__(count)
        self.count = count


@programs.on((V, 1), (V, 7))
def last_statement_writes(x, i):
    y = x * 2
    for k in range(3):
        try:
            y[i + k] = x[k] * x[i + k]
        except IndexError:
            y = y * x
    return np.sum(y * y)


@programs.on((V, 1), (V, 7))
def memory_made_inside(x, i):
    try:
        y = np.zeros(4)
        y[1:] = x[:3] * x[1:]
        part = y[2:]
        part[0] *= x[i]
    except IndexError:
        y = x * 1.0
        y[0] = x[1] * x[2]
    return np.sum(y * y)


@programs.on((V, 2), (V, 7))
def lists_filled_last(x, n):
    found = []
    for i in range(n):
        try:
            found.append(x[i] * x[0])
        except IndexError:
            found.append(x[1])
    return sum(found)


@programs.on((V, 2), (V, 7))
def handler_writes(x, n):
    y = x * 1.0
    try:
        z = x[n] * x[0]
    except IndexError:
        y[1] = x[2] * y[0]
        y[1:] *= x[0]
        z = y[3]
    return np.sum(y) * z


@programs.on((V, [0, 1, 2]), (V, [0, 5, 1]), (V, []))
def loop_inside_a_body(x, places):
    try:
        total = 0.0
        for place in places:
            total = total + x[place] * x[0] * total + x[place]
        result = total
    except IndexError:
        result = x[3] * x[3]
    return result


@programs.on((1.5, 4), (1.5, 1), (1.5, 0))
def finally_overrides(x, n):
    for i in range(n):
        try:
            x = x * (1 / (2 - i))
        finally:
            if i == 2:
                break  # noqa: B012
            if i == 0:
                continue  # noqa: B012
        x = x + 1
    return x * x


@programs.on((1.5, 0), (1.5, 1))
def finally_returns(x, n):
    y = x
    try:
        y = x * (1 / n)
    finally:
        return y * x  # noqa: B012


@programs.on((1.5, 0), (1.5, 2))
def all_four(x, n):
    log = []
    try:
        y = x / n
    except ZeroDivisionError:
        y = x
        log.append("zero")
    else:
        y = y * x
        log.append("else")
    finally:
        log.append("finally")
        x = x * 2
    return y * x * len(log)


@programs.on((1.5,), (-1.5,))
def decided_by_an_active_value(x):
    try:
        assert x > 0, f"{x} is negative"
        y = x * x
    except AssertionError:
        y = -(x**3)
    return y


@programs.on((1.5,), (-1.5,))
def unused_result_still_decides(x):
    try:
        math.sqrt(x)
        good = True
    except ValueError:
        good = False
    return x * x if good else x**3


@programs.on((V, 1), (V, 8))
def shadowed_names(x, i):
    y = x * 3
    try:
        y = y * x[i]
        y = np.sum(y)
    except IndexError:
        y = np.sum(x)
    return y * y


@programs.on((V, 1), (V, 8))
def while_around_and_inside(x, i):
    y = x[0]
    n = 0
    while n < 3:
        n += 1
        try:
            z = x[i + n] * y
            while z > 2.0:
                z = z / 2
            y = z
        except IndexError:
            y = y * x[n]
            if n == 2:
                continue
        y = y * 1.5
    return y


@programs.on((1.5, 2.0, -1.0), (1.5, -2.0, 3.0))
def conditional_expression_and_walrus(x, y, z):
    try:
        w = math.sqrt(y) if z < 0 else (r := math.log(y)) * x
        w = w + r if z >= 0 else w
    except ValueError:
        w = x * y
    return w * z


@programs.on(({"a": 1.5}, "a"), ({"a": 1.5}, "b"))
def dict_entries(d, key):
    try:
        y = d[key] ** 2
    except KeyError as missing:
        y = d["a"] * len(missing.args)
    return y * d["a"]


@programs.on((V, (2, 2)), (V, (3, 2)))
def closures(x, shape):
    def reshaped(v):
        return np.reshape(v, shape) @ np.ones(shape[1])

    try:
        y = reshaped(x * x)
    except ValueError:
        y = x * 2
    return np.sum(y)


@programs.on((1.5, 2), (1.5, 0))
def nonlocal_in_a_body(x, n):
    y = x

    def square():
        nonlocal y
        y = y * y

    try:
        z = x * (1 / n)
        square()
    except ZeroDivisionError:
        square()
        square()
        z = y
    return z * y


@programs.on((V, 1), (V, 9))
def entries_of_a_list_of_its_own(x, i):
    pair = [x[0], 0.0]
    try:
        y = x[i]
        pair[1] = y * pair[0]
    except IndexError:
        pair[0] = pair[0] * x[2]
    return pair[0] + pair[1]


@programs.on((V, 1), (V, 3), (V, 9))
def sum_that_becomes_an_array(x, n):
    total = 0.0
    for i in range(n):
        try:
            total += x * x[i]
        except IndexError:
            total = total * 2
            break
    return np.sum(total * x)


@programs.on((V, 1), (V, 9))
def counter_written_first(x, i):
    n = [0]
    try:
        n[0] += 1
        y = x[i] * x[0]
    except IndexError:
        y = x[1]
    return y * n[0] * y


@programs.on((V,))
def texts_of_errors(x):
    errors = []
    for k in range(6):
        try:
            y = x[k] * x[0]
        except IndexError as error:
            errors.append(str(error))
            y = x[0] ** 3
    return y * len(errors)


@programs.on((V, 1), (V, 9))
def second_name_of_what_is_written(x, k):
    y = x * 2
    z = y
    try:
        y *= x[k]
    except IndexError:
        y += x
    return np.sum(z * z)


@programs.on((V, 1), (V, 2))
def swapped_last(x, k):
    a, b = x[0], x[1]
    for i in range(3):
        try:
            a, b = b * x[k + i], a
        except IndexError:
            a, b = a + b, a
    return a * b * b


@programs.on((1.5,))
def module_that_is_missing(x):
    try:
        import no_such_module as module
    except ImportError:
        import math as module
    return module.sin(x) * x


@programs.on((1.5,))
def module_that_is_there(x):
    try:
        import math as module
    except ImportError:
        module = None
    return module.sin(x) * x


@programs.on((1.5,), (-1.5,))
def body_that_cannot_raise(x):
    try:
        y = x
    except ValueError:
        y = 2 * x
    else:
        y = y * x
    finally:
        z = y * 3
    return z


@programs.on((1.5,))
def missing_name_of_a_module(x):
    try:
        from math import no_such_name as root
    except ImportError:
        from math import sqrt as root
    return root(x)


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


# ---------------------------------------------------------------------------------------------- refusals


def lost_between(x, i):
    y = x[0]
    try:
        y = x[1] * x[1]
        z = x[i]
    except IndexError:
        z = y
    return z * y


def lost_after(x, i):
    y = x[0]
    for k in range(3):
        try:
            y = y * x[k]
            y = y * x[i + k]
        except IndexError:
            break
    return y


def written_before_a_raise(x, i):
    y = x * 2
    try:
        y[0] = x[1] * x[2]
        y[1] = x[i]
    except IndexError:
        y = y * 3
    return np.sum(y * x)


def written_in_a_loop(x, n):
    y = x * 2
    try:
        for i in range(n):
            y[i] = x[i] * x[0]
    except IndexError:
        pass
    return np.sum(y)


def appended_before_a_raise(x, i):
    found = [x[0]]
    try:
        found.append(x[1])
        found.append(x[i])
    except IndexError:
        pass
    return sum(found)


def cell_written_before_a_raise(x, i):
    y = x[0]

    def grow():
        nonlocal y
        y = y * x[1]
        y = y * x[i]

    try:
        grow()
    except IndexError:
        y = y * 2
    return y


def earlier_contents_needed(x, i):
    c = np.ones(4)
    y = x
    for k in range(3):
        try:
            c[k] += 1
            y = y * x[i + k]
        except IndexError:
            y = y * c
    return np.sum(y * c)


def carried_out_by_the_error(x):
    try:
        raise Found(x * x)
    except Found as found:
        return found.count


def computed_classes(x, classes):
    try:
        y = math.sqrt(x)
    except classes[0]:
        y = x
    return y


@pytest.mark.parametrize(
    ("function", "args", "words"),
    [
        (lost_between, (V, 1), "'y' may be read after an error was caught"),
        (lost_after, (V, 1), "'y' may be read after an error was caught"),
        (written_before_a_raise, (V, 1), "'y' carries a derivative and is written to in a `try`"),
        (written_in_a_loop, (V, 2), "'y' carries a derivative and is written to in a `try`"),
        (appended_before_a_raise, (V, 2), "in a `try`"),
        (cell_written_before_a_raise, (V, 2), "`try`"),
        (earlier_contents_needed, (V, 1), "the gradient needs its earlier contents"),
        (carried_out_by_the_error, (2.0,), "derivative"),
        (computed_classes, (2.0, [ValueError]), "catches"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_refused(function, args, words):
    refused(function, args, words)


# -------------------------------------------------------------------------------------- errors that get out


def uncaught(x, a):
    x[0] = 3.0
    try:
        y = x * math.sqrt(a)
    except KeyError:
        y = x
    return np.sum(y)


def test_an_uncaught_error_leaves_the_arguments_and_says_where():
    x = V.copy()
    with pytest.raises(ValueError, match="math domain") as caught:
        srcad.grad(uncaught)(x, -1.0)
    assert np.array_equal(x, V)
    assert "y = x * math.sqrt(a)" in "\n".join(caught.value.__notes__)


def cleaned_up(x, log, n):
    try:
        return x * (1 / n)
    finally:
        log.append("done")


def test_finally_runs_when_the_error_gets_out():
    log = []
    with pytest.raises(ZeroDivisionError):
        srcad.value_and_grad(cleaned_up)(1.0, log, 0)
    expected = []
    with pytest.raises(ZeroDivisionError):
        cleaned_up(1.0, expected, 0)
    assert expected == ["done"]


def from_none(x):
    try:
        return math.sqrt(x)
    except ValueError:
        raise KeyError("why") from None


def test_the_cause_of_an_error_is_kept():
    with pytest.raises(KeyError) as caught:
        srcad.grad(from_none)(-1.0)
    assert caught.value.__cause__ is None and caught.value.__suppress_context__


def swallowing(x, function):
    try:
        y = function(x) * x
    except Exception:
        y = 0.0 * x
    return y


class Opaque:
    """A callable of which srcad can read nothing."""

    def __call__(self, x):
        return eval("x * x")


def test_a_refusal_is_no_error_of_the_function():
    """Catching `Exception` must not turn what cannot be differentiated into the other way of the `try`."""
    assert swallowing(2.0, Opaque()) == 8.0
    with pytest.raises(srcad.DifferentiationError):
        srcad.grad(swallowing)(2.0, Opaque())


def test_lists_of_every_stage_can_be_printed():
    text = str(srcad.transform.pipeline.lowered(several_handlers))
    assert "try:" in text and "except" in text
