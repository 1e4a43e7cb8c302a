"""Screen recording at the premises (TCP 5633): takes segments from workstations, tells workstations what to do.

``config`` is what an operator may set, ``rules`` the decisions, ``service`` what acts on them, ``live`` what it tells
the rest of the premises. `docs/services/screen.md` is its page.
"""
