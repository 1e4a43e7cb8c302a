"""The catalogue: what exists, whose it is and where it lies, in SQL.

`Catalogue` opens the database, brings its schema up to date and hands out transactions. Every other module here is
about one table: plain async functions whose first argument is the connection of a transaction, so that a caller
decides what belongs together. Statements are kept to SQL that SQLite and PostgreSQL both accept. Where one may be
refused by a constraint it is nested, for after a refusal PostgreSQL does nothing more in a transaction.
"""

from playhead.store.catalogue.catalogue import Catalogue

__all__ = ["Catalogue"]
