"""Uploading: recordings go to an object store as they become durable, and the files here may go when that is proven.

``config`` is what an operator may set, ``rules`` the decisions, ``service`` what acts on them; the steps themselves are
in `playhead.store.objects`. `docs/services/upload.md` is its page.
"""
