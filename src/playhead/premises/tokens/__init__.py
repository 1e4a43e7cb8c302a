"""Tokens for the player (HTTP 5650): on the strength of a sign-in, leave for a minute to play one recording.

``config`` is what an operator may set, ``rules`` the decisions, ``service`` what acts on them.
`docs/services/tokens.md` is its page.
"""
