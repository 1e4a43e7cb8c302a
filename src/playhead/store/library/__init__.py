"""The library: finds recordings by anything that is known of them, at the same speed whatever is asked.

An index in SQL serves one set of filters and one order; the library has thousands of sets. So what is filtered by is
kept in columns, in memory: about 25 bytes a recording, looked through newest first and no further than needed, at most
some five milliseconds for each million. The catalogue stays the truth. It notes which recordings changed, in the
transaction that changes them; each question first takes up what is new, in the transaction that then reads the
recordings found. So an answer is never behind the catalogue, whoever wrote to it.
"""

from playhead.store.library.library import Facets, Library, LibraryPage

__all__ = ["Facets", "Library", "LibraryPage"]
