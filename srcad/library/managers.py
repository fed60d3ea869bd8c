"""The managers of `contextlib` that hand on what they are given, as classes in the language.

Guarantee: an object of such a class does what the original does with these arguments.
"""

import contextlib

from srcad.library.register import stands_for


@stands_for(contextlib.nullcontext)
class NullContext:
    def __init__(self, enter_result=None):
        self.enter_result = enter_result

    def __enter__(self):
        return self.enter_result

    def __exit__(self, *details):
        pass


@stands_for(contextlib.closing)
class Closing:
    def __init__(self, thing):
        self.thing = thing

    def __enter__(self):
        return self.thing

    def __exit__(self, *details):
        self.thing.close()
