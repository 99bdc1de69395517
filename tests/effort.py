"""Work that must stay bounded on hostile input: told from a stall by processor time, with the machine's noise taken out.

In: a piece of work and a bound in seconds of processor time, chosen at ten times or more of what the work costs
Out: what the work returned
Raises: AssertionError where not one of the tries stays under the bound
"""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
TRIES = 4


def spent(work: Callable[[], T]) -> tuple[T, float]:
    """What the work returned and the processor's seconds that it took."""
    began = time.process_time()
    result = work()
    return result, time.process_time() - began


def bounded(work: Callable[[], T], seconds: float) -> T:
    """Does the work, again where a busy neighbour took the time: what really stalls is over the bound each time."""
    took = []
    for _ in range(TRIES):
        result, cost = spent(work)
        if cost < seconds:
            return result
        took.append(round(cost, 3))
    raise AssertionError(f"took {took} s of processor time, the bound is {seconds} s")


def grows_like_its_input(work: Callable[[int], object], few: int, many: int, at_most: float) -> None:
    """Asserts that `many` cost at most `at_most` times what `few` cost; the best of some tries, since one alone is noise."""
    seen = []
    for _ in range(TRIES):
        small = max(min(spent(lambda: work(few))[1] for _ in range(3)), 0.01)
        large = spent(lambda: work(many))[1]
        if large < at_most * small:
            return
        seen.append((round(small, 3), round(large, 3)))
    raise AssertionError(f"{many} cost more than {at_most} times what {few} cost, in seconds: {seen}")
