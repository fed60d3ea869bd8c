"""What is refused, and the places that errors and comments point at."""

import pytest

from srcad.errors import UnsupportedError
from srcad.transform.lower import lower
from srcad.transform.lower.sites import one_line
from srcad.wengert import Branch, ForLoop, Step, WhileLoop, walk

REFUSED = {
    "class A:\n        seen = []": "what may change",
    "global y": "`global`",
    "async def g(): pass": "asynchronous",
    "def g():\n        y = (yield) + 1": "the value of a `yield`",
    "locals()": "locals()",
    "eval('x')": "eval()",
    "exec('x')": "exec()",
    "vars()": "vars()",
    "raise": "`raise` without",
    "y += 1": "before it is assigned",
    "print(y); y = 1": "before it is assigned",
    "del x; x": "before it is assigned",
    "del (x, x.a)": "`del`",
}


@pytest.mark.parametrize("text", REFUSED)
def test_refusals_say_what_where_and_what_instead(text, define):
    f = define(f"def f(x):\n    {text}\n    return x\n")["f"]
    with pytest.raises(UnsupportedError) as caught:
        lower(f)
    error = caught.value
    assert REFUSED[text].lower() in error.reason.lower() and error.remedy and error.site
    assert error.site.source in f"    {text}".split("\n") and "^" in str(error)


def test_the_text_of_a_refusal(define):
    f = define("def f(x):\n    y = 1\n    def g():\n        z = y + sum((yield y), x)\n    return g\n")["f"]
    with pytest.raises(UnsupportedError) as caught:
        lower(f)
    where, *rest = str(caught.value).split("\n")
    assert where.endswith(":4 in g")
    assert rest == [
        "    z = y + sum((yield y), x)",
        "                 ^^^^^^^",
        "The value of a `yield` is used: it is what a caller sends.",
        "Instead: write it as a statement of its own; pass what the generator needs as arguments.",
    ]


SITES = '''
def f(
    x,  # the first
    y=1,
):
    """Docstring."""
    é = "ü"; a = (x +  # left
         y  # right
         + 2)
    for i in range(3):  # three times
        a = a + i; a = a * 2
    if (a > 1 and
            a < 5):
        a = a - 1
    elif a > 7:  # large
        a = -a
    while a > 100: a = a / 2
    text = """two
lines"""
    return g(a,
             lambda v: v + 1,
    )
def g(a, f): return f(a)
'''


def test_sites(define):
    namespace = define(SITES)
    lowered = lower(namespace["f"])
    nodes = list(walk(lowered.body))
    lines = SITES.splitlines()
    for node in nodes:
        site = node.site
        assert site.function == "f" and site.source == lines[site.line - 1]
        assert "\n" not in site.statement and "#" not in site.statement
    texts = {n.site.statement: n.site.statement_line for n in nodes}
    assert texts == {
        'é = "ü"': 7,
        "a = (x + y + 2)": 7,
        "for i in range(3):": 10,
        "a = a + i": 11,
        "a = a * 2": 11,
        "if (a > 1 and a < 5):": 12,
        "a = a - 1": 14,
        "elif a > 7:": 15,
        "a = -a": 16,
        "while a > 100:": 17,
        "a = a / 2": 17,
        'text = """two\\nlines"""': 18,
        "return g(a, lambda v: v + 1,)": 20,
    }
    assert lowered.site.statement == "def f(x, y=1,):" and lowered.site.line == 2
    (second,) = [
        n for n in nodes if isinstance(n, Step) and n.site.source[n.site.column : n.site.end_column] == "a * 2"
    ]
    assert second.site.line == 11
    assert {type(n) for n in nodes} == {Step, Branch, ForLoop, WhileLoop}


def test_columns_are_characters(define):
    f = define("def f(x):\n    é = 'ü' * x; y = é + x\n    return y\n")["f"]
    (plus,) = [n for n in walk(lower(f).body) if n.targets == ("y",)]
    assert plus.site.source[plus.site.column : plus.site.end_column] == "é + x"


def test_docstrings_are_kept(define):
    assert lower(define('def f(x):\n    "What it does."\n    return x\n')["f"]).doc == "What it does."
    assert lower(define("def f(x):\n    return x\n")["f"]).doc is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = '# no comment'  # comment", "a = '# no comment'"),
        ("f(\n    a,\n    b\n)", "f(a, b)"),
        ("a = b + \\\n    c", "a = b + c"),
        ("x[\n  1:2, # one\n  3]", "x[1:2, 3]"),
        ("if a:\n    ", "if a:"),
        ("def f(a,\n      b):\n    # about\n    ", "def f(a, b):"),
    ],
)
def test_statements_on_one_line(text, expected):
    assert one_line(text) == expected
