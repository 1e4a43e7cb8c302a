"""Native players (RTSP, TCP 4510): recordings and live desktops outside the browser.

``config`` is what an operator may set, ``rules`` and ``refusals`` the decisions, ``service`` what listens. ``access``
is who may, ``conversation`` what is answered, ``session`` what comes of it; ``walks`` finds the next picture of a
track, ``reels`` has it read once for all, ``playing`` sends it when it is due. `docs/services/native_players.md` is its
page.
"""
