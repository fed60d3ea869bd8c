"""The classes of `numpy.polynomial`, as classes in the language that hold coefficients, a domain and a window.

Guarantee: an object of such a class does what the original does with these arguments, by the same functions of
`numpy.polynomial` on the same numbers, so that values are the same bit for bit.
"""

import numpy as np
from numpy import polynomial as classes
from numpy.polynomial import chebyshev, hermite, hermite_e, laguerre, legendre, polynomial

from srcad.library.register import stands_for
from srcad.rules.polynomials import coefficients_of

ABCPolyBase = classes.Polynomial.__mro__[1]


def ends_of(interval, what):
    """The two ends of a domain or a window."""
    ends = coefficients_of(np.asarray(interval))
    if len(ends) != 2:
        raise ValueError(f"{what} has wrong number of elements.")
    return ends


def line_between(old, new):
    """Offset and slope of the line that takes one interval to the other."""
    length = old[1] - old[0]
    return (old[1] * new[0] - old[0] * new[1]) / length, (new[1] - new[0]) / length


class Series:
    """What the six classes share; `functions` of a basis are attributes of each."""

    def __init__(self, coef, domain=None, window=None, symbol="x"):
        self.coef = coefficients_of(coef if isinstance(coef, np.ndarray) else np.asarray(coef))
        self.is_usual = domain is None and window is None
        self.domain = self.usual if domain is None else ends_of(domain, "Domain")
        self.window = self.usual if window is None else ends_of(window, "Window")
        self.symbol = symbol

    def like(self, coef):
        """Another series with the same domain and window."""
        if self.is_usual:
            return type(self)(coef, symbol=self.symbol)
        return type(self)(coef, self.domain, self.window, self.symbol)

    def coefficients(self, other):
        """The coefficients of another series of the same kind, or what stands for them."""
        if not isinstance(other, ABCPolyBase):
            return np.atleast_1d(other)
        if not isinstance(other, type(self)):
            raise TypeError("Polynomial types differ")
        if not (self.is_usual and hasattr(other, "is_usual") and other.is_usual):
            if not np.all(self.domain == other.domain):
                raise TypeError("Domains differ")
            if not np.all(self.window == other.window):
                raise TypeError("Windows differ")
        return other.coef

    def mapparms(self):
        return (0.0, 1.0) if self.is_usual else line_between(self.domain, self.window)

    def __call__(self, arg):
        off, scl = self.mapparms()
        points = np.asarray(arg) if isinstance(arg, (list, tuple)) else arg
        return self.value(off + scl * points, self.coef)

    def __len__(self):
        return len(self.coef)

    def degree(self):
        return len(self.coef) - 1

    def copy(self):
        return self.like(self.coef)

    def __neg__(self):
        return self.like(-self.coef)

    def __pos__(self):
        return self

    def __add__(self, other):
        return self.like(self.add(self.coef, self.coefficients(other)))

    def __radd__(self, other):
        return self.like(self.add(np.atleast_1d(other), self.coef))

    def __sub__(self, other):
        return self.like(self.subtract(self.coef, self.coefficients(other)))

    def __rsub__(self, other):
        return self.like(self.subtract(np.atleast_1d(other), self.coef))

    def __mul__(self, other):
        return self.like(self.multiply(self.coef, self.coefficients(other)))

    def __rmul__(self, other):
        return self.like(self.multiply(np.atleast_1d(other), self.coef))

    def __truediv__(self, other):
        return self.like(self.divide(self.coef, np.atleast_1d(other))[0])

    def __floordiv__(self, other):
        return self.like(self.divide(self.coef, self.coefficients(other))[0])

    def __mod__(self, other):
        return self.like(self.divide(self.coef, self.coefficients(other))[1])

    def __pow__(self, other):
        return self.like(self.power(self.coef, other, maxpower=100))

    def truncate(self, size):
        if size < 1:
            raise ValueError("size must be a positive integer")
        return self.like(self.coef[:size])

    def cutdeg(self, deg):
        return self.truncate(deg + 1)

    def deriv(self, m=1):
        _off, scl = self.mapparms()
        return self.like(self.derivative(self.coef, m, scl))

    def integ(self, m=1, k=(), lbnd=None):
        off, scl = self.mapparms()
        low = 0 if lbnd is None else off + scl * lbnd
        return self.like(self.integral(self.coef, m, k, low, 1.0 / scl))

    def roots(self):
        off, scl = (0.0, 1.0) if self.is_usual else line_between(self.window, self.domain)
        return off + scl * self.zeros(self.coef)


def of_basis(original, module, prefix):
    """Registers what stands for a class of series: `prefix` begins the names of the functions of its basis."""

    @stands_for(original)
    class OfBasis(Series):
        usual = original.domain
        value = staticmethod(getattr(module, prefix + "val"))
        add = staticmethod(getattr(module, prefix + "add"))
        subtract = staticmethod(getattr(module, prefix + "sub"))
        multiply = staticmethod(getattr(module, prefix + "mul"))
        divide = staticmethod(getattr(module, prefix + "div"))
        power = staticmethod(getattr(module, prefix + "pow"))
        derivative = staticmethod(getattr(module, prefix + "der"))
        integral = staticmethod(getattr(module, prefix + "int"))
        zeros = staticmethod(getattr(module, prefix + "roots"))

    OfBasis.__name__ = original.__name__  # as errors call it


of_basis(classes.Polynomial, polynomial, "poly")
of_basis(classes.Chebyshev, chebyshev, "cheb")
of_basis(classes.Legendre, legendre, "leg")
of_basis(classes.Hermite, hermite, "herm")
of_basis(classes.HermiteE, hermite_e, "herme")
of_basis(classes.Laguerre, laguerre, "lag")
