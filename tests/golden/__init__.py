"""Golden programs: functions, each in a file with the exact source that srcad generates for them.

    python -m pytest tests/golden            # the sources are these, to the byte, and their gradients are right
    python -m tests.golden --update          # writes the sources that srcad generates now into the files

A case is a file of `cases/`: a function, the `arguments` it is differentiated for, `wrt`, and below the line
`# generated` the program.  Read the difference before you commit it: it is what users will see.
"""
