"""`scipy.special`, by family; importing this module registers all of it."""

from srcad.rules.scipy import bessel, distributions, gamma, hypergeometric, integrals, normalising, quantiles, sequences

__all__ = ["bessel", "distributions", "gamma", "hypergeometric", "integrals", "normalising", "quantiles", "sequences"]
