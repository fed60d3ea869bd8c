"""Functions of the operator module that make functions, or call them.

Guarantee: what they make is an ordinary nested function, so that it may be kept, passed on and called like one.
"""

import operator

from srcad.library.register import implements


@implements(operator.itemgetter)
def _(item):
    def get(container):
        return container[item]

    return get


@implements(operator.itemgetter)
def _(first, second):
    def get(container):
        return container[first], container[second]

    return get


@implements(operator.itemgetter)
def _(first, second, third):
    def get(container):
        return container[first], container[second], container[third]

    return get


@implements(operator.attrgetter)
def _(name):
    def get(instance):
        return getattr(instance, name)

    return get


@implements(operator.methodcaller)
def _(name, *args, **kwargs):
    def call(instance):
        return getattr(instance, name)(*args, **kwargs)

    return call


@implements(operator.call)
def _(function, *args, **kwargs):
    return function(*args, **kwargs)


@implements(operator.concat)
def _(left, right):
    return left + right


@implements(operator.iconcat)
def _(left, right):
    left += right
    return left
