"""What a workload is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from benchmarks.peers import competitors, directional_error
from benchmarks.timing import Workload


@dataclass(frozen=True)
class Case:
    """A function at fixed arguments, differentiated with respect to the first, and its gradient written by hand.

    `others` are further programs for value and gradient.  `forms` gives peers the function in another form, where
    they cannot run it as it is: "autograd", "torch" or "jax".
    """

    name: str
    function: Callable
    hand: Callable
    arguments: Callable[[], tuple]
    rtol: float = 1e-9
    others: Mapping[str, Callable] = field(default_factory=dict)
    forms: Mapping[str, Callable] = field(default_factory=dict)

    def workload(self, programs: frozenset[str] | None = None) -> Workload:
        """The case with its competitors, or those of the given names, ready to be measured."""
        args = self.arguments()
        if self.rtol < 1e-6:  # float64: the yardstick itself is checked against difference quotients
            error = directional_error(self.function, args, self.hand(*args)[1])
            assert error < 1e-5, f"the hand-written gradient of {self.name} is off by {error}"
        found = competitors(self.function, args, {"hand": self.hand, **self.others}, self.forms, programs)
        return Workload(self.name, lambda: self.function(*args), found, self.rtol)
