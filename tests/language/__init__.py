"""The language by examples: for every row of the table of the language one program, which bears the row's name.

    python -m pytest tests/language     # what is supported has the right gradient, what is refused says so
    python -m tests.language            # writes docs/language.md, and what is generated for each example

The table is `srcad.transform.lower.language`.  To support what was refused: make its `_no` a `_yes` there, and give the
example arguments on every path.  Read what is then in `generated/`: it is what users will see.
"""
