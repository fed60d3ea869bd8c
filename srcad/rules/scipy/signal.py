"""`scipy.signal`, by family; importing this module registers all of it."""

from srcad.rules.scipy import convolutions, filters, signal_spectra, signal_splines, signal_transforms

__all__ = ["convolutions", "filters", "signal_spectra", "signal_splines", "signal_transforms"]
