"""The policy listener (TCP 943): tells programs of other origins which port they may open a connection to.

``config`` is what an operator may set, ``rules`` the decisions, ``service`` what acts on them.
`docs/services/policy.md` is its page.
"""
