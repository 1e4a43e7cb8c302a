"""Where an object lies in its store: below the site's name, as its file lies in the segment store."""

from playhead.base.ids import SiteId


def key_of(site: SiteId, location: str) -> str:
    """The key of the object of a segment that lies at a path of the segment store.

    `playhead.store.segments.layout.local_of` is the way back.
    """
    return f"{site}/{location}"
