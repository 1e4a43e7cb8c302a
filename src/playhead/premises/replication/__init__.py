"""Tells the cloud of this site's recordings, over the link (docs/services/cloud.md).

``config`` is what an operator may set, ``rules`` the pauses, ``service`` what acts on them.
"""
