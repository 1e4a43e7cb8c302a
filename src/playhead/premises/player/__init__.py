"""The player's media (HTTP 2020, under ``/media``): what is in a recording, its pieces decrypted, and its live edge.

``config`` is what an operator may set, ``rules`` the decisions, ``service`` what acts on them. ``index`` is what one
segment holds, ``shelf`` keeps indexes and keys at hand, ``document`` tells a whole recording, ``sprites`` puts
thumbnails together, ``live`` follows what grows, ``demand`` tells workstations who is watching, ``routes`` is all of
it over HTTP. `docs/services/player.md` is its page.
"""
