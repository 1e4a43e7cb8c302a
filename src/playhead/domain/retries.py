"""How often something that fails is tried again, how long it rests in between, and when to leave it to a person."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Failing:
    """What has failed, and not succeeded since."""

    attempts: int
    until_us: int
    """It rests until then, in monotonic time."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses that double, and an end to trying."""

    attempts_max: int
    """With so many failures it is given up."""
    first_us: int
    """Pause after the first failure."""
    longest_us: int

    def pause_us(self, attempts: int) -> int:
        """How long to rest after so many failures (1 and more)."""
        doublings = min(attempts - 1, self.longest_us.bit_length())  # more would only make a larger number
        return min(self.first_us << doublings, self.longest_us)

    def failed(self, before: Failing | None, now_us: int) -> Failing:
        """It has failed now."""
        attempts = 1 if before is None else before.attempts + 1
        return Failing(attempts, now_us + self.pause_us(attempts))

    def has_given_up(self, failing: Failing | None) -> bool:
        """Whether trying again is left to a person."""
        return failing is not None and failing.attempts >= self.attempts_max
