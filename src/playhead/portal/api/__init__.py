"""The HTTP API under ``/api``: one module for each kind of thing, ``models`` for what goes over the wire."""
