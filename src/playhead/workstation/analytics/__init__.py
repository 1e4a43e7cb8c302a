"""Desktop analytics on the agent's PC: what is worked with, told to the premises (port 5634), and what not to show.

``source`` says what is asked of a desktop, ``x11`` asks it, ``accessible`` asks programs for addresses and texts;
``watcher`` looks, ``acting`` runs the rules, ``telling`` writes down what may be told, ``spool`` keeps it, ``shipping``
sends it, ``service`` is all of it. `docs/services/desktop_analytics.md` is its page.
"""
