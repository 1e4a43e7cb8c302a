"""The ledger of coverage: what should exist, what durably does, and why the rest does not.

``config`` is what an operator may set, ``hours`` when the site records, ``ledger`` makes the accounts, ``now`` judges
the present, ``service`` watches it and keeps the past. `docs/services/coverage.md` is its page.
"""
