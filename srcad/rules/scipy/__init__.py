"""The rules of SciPy's functions, which register themselves once SciPy is imported; srcad does not import it."""

from srcad.rules.register import when_imported

when_imported("scipy.fft", "srcad.rules.scipy.transforms")
when_imported("scipy.integrate", "srcad.rules.scipy.integrate")
when_imported("scipy.interpolate", "srcad.rules.scipy.interpolate")
when_imported("scipy.interpolate", "srcad.rules.scipy.interpolate_pieces")
when_imported("scipy.ndimage", "srcad.rules.scipy.ndimage")
when_imported("scipy.linalg", "srcad.rules.scipy.linear_algebra")
when_imported("scipy.signal", "srcad.rules.scipy.signal")
when_imported("scipy.stats", "srcad.rules.scipy.stats")
when_imported("scipy.stats", "srcad.rules.scipy.stats_shaped")
when_imported("scipy.special", "srcad.rules.scipy.special")
