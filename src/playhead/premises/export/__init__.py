"""Export of a recording as a standard MP4, without re-encoding (docs/export.md).

``plan`` says which pieces, ``mp4`` writes them; ``service`` does so for the portal, by ``config`` and ``rules``.
"""
