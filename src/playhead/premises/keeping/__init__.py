"""Keeping and destroying: carries out the policy of retention every night, and finishes every erasure that was begun.

``config`` is what an operator may set, ``rules`` the decisions (those of the policy itself are in
`playhead.domain.retention`), ``service`` what acts on them. `docs/services/keeping.md` is its page.
"""
