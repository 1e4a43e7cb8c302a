"""Which messages somebody wants, as topic exchanges have it (AMQP 0-9-1 §3.1.3.3)."""


def matches(pattern: str, key: str) -> bool:
    """Whether a routing key is one that a binding key means: ``*`` is one word, ``#`` any number of them, also none."""
    return _matches(tuple(pattern.split(".")), tuple(key.split(".")))


def _matches(pattern: tuple[str, ...], words: tuple[str, ...]) -> bool:
    reached: set[int] = {0}  # how much of the pattern may be used up
    for word in (*words, None):
        for place in range(len(pattern)):
            if place in reached and pattern[place] == "#":
                reached.add(place + 1)
        if word is None:
            return len(pattern) in reached
        reached = {
            place if pattern[place] == "#" else place + 1
            for place in reached
            if place < len(pattern) and pattern[place] in {"#", "*", word}
        }
    return False
