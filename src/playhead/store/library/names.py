"""Texts as small numbers: agents, workstations, sites, tags, words."""

from bisect import bisect_left
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from playhead.domain.words import words_of


class Names:
    """Gives each text a number, in the order they come, for ever."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self.texts: list[str] = []
        """By their numbers."""
        self._sorted: list[str] = []
        self._words: list[tuple[str, int]] = []
        self._words_of = 0

    def __len__(self) -> int:
        return len(self.texts)

    def code(self, text: str) -> int:
        """The number of a text, which may be new."""
        code = self._codes.setdefault(text, len(self.texts))
        if code == len(self.texts):
            self.texts.append(text)
        return code

    def codes(self, texts: Iterable[str]) -> list[int]:
        """The numbers of those texts that are known."""
        return [self._codes[text] for text in texts if text in self._codes]

    def beginning_with(self, prefix: str) -> list[int]:
        """The numbers of the texts that begin so."""
        found: list[int] = []
        for text in self.sorted_from(prefix):
            if not text.startswith(prefix):
                break
            found.append(self._codes[text])
        return found

    def with_word(self, prefix: str) -> list[int]:
        """The numbers of the texts in which a word begins so."""
        if self._words_of < len(self.texts):
            new = enumerate(self.texts[self._words_of :], self._words_of)
            self._words += [(word, code) for code, text in new for word in words_of(text)]
            self._words.sort()
            self._words_of = len(self.texts)
        found: list[int] = []
        for at in range(bisect_left(self._words, (prefix, 0)), len(self._words)):
            word, code = self._words[at]
            if not word.startswith(prefix):
                break
            found.append(code)
        return found

    def sorted_from(self, text: str) -> Iterable[str]:
        """The texts in their order, from the first that does not come before ``text``."""
        if len(self._sorted) < len(self.texts):
            self._sorted = sorted(self.texts)
        return (self._sorted[at] for at in range(bisect_left(self._sorted, text), len(self._sorted)))

    def table(self, codes: Iterable[int]) -> NDArray[np.bool_]:
        """For each number, whether it is one of ``codes``."""
        table = np.zeros(max(1, len(self.texts)), dtype=np.bool_)
        table[list(codes)] = True
        return table

    def values(self, of: Callable[[str], int]) -> NDArray[np.int64]:
        """A value for each number, told from its text."""
        return np.fromiter((of(text) for text in self.texts), dtype=np.int64, count=len(self.texts))
