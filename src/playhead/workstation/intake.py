"""Turns what the capture pipeline hands on into what can be recorded, and knows what is on the desk.

This is also where a blackout closes: from the command on nothing passes that was taken before the pipeline knew of it.
"""

from playhead.workstation.outputs import Epoch, Notice, Output, Thumbnail
from playhead.workstation.pieces import Details, Item, Mark, Picture, track_id


class Intake:
    """What is known of the desktop."""

    def __init__(self) -> None:
        self._epochs: dict[int, Epoch] = {}
        self._blackout: Mark | None = None
        self._asked = self._done = 0
        self.no_display = False
        """The display is gone."""

    @property
    def epochs(self) -> tuple[Epoch, ...]:
        """The present epoch of every track."""
        return tuple(self._epochs.values())

    @property
    def tracks(self) -> frozenset[int]:
        """The tracks that are there."""
        return frozenset(self._epochs)

    @property
    def blackout(self) -> Mark | None:
        """The marker that began the blackout in force."""
        return self._blackout

    def forget(self) -> None:
        """The capture begins anew, and with it the numbers of tracks and epochs. A blackout stays in force."""
        self._epochs.clear()
        self.no_display = False

    def set_blackout(self, at_us: int, *, on: bool, reason: str) -> Mark:
        """Begin or end a blackout; returns its marker."""
        mark = Mark(at_us, "blackout.on" if on else "blackout.off", because(reason))
        self._blackout = mark if on else None
        self._asked += 1
        return mark

    def confirm(self, changes: int | None) -> None:
        """What comes now was taken after so many changes of blackouts; None: after all of them.

        They are counted because a picture may be from between two: from after one that was lifted, before the next.
        """
        self._done = self._asked if changes is None else changes

    def is_shut_for(self, output: Output) -> bool:
        """Whether this output shows something that a blackout covers."""
        if self._blackout is None or self._done >= self._asked or isinstance(output, Epoch | Notice):
            return False
        return output.at_us >= self._blackout.at_us

    def take(self, output: Output) -> Item | None:
        """The item to record, or None where there is nothing to show."""
        if isinstance(output, Epoch):
            self._epochs[output.track] = output
            self.no_display = False
            return None
        if isinstance(output, Notice):
            return self._notice(output)
        if isinstance(output, Thumbnail):
            return output
        epoch = self._epochs.get(output.track)
        if epoch is None or epoch.epoch != output.epoch:
            return None  # of an epoch that is over
        return Picture(epoch, output.at_us, output.data, output.key, output.changed)

    def _notice(self, notice: Notice) -> Mark:
        details = dict(notice.details)
        track = details.get("track")
        if isinstance(track, int):
            details["track"] = track_id(track)
        match notice.code:
            case "capture.no_display":
                self.no_display = True
            case "capture.display_back":
                self.no_display = False
            case "capture.track_ended" if isinstance(track, int):
                self._epochs.pop(track, None)
            case _:
                pass
        return Mark(notice.at_us, notice.code, details)


def because(reason: str) -> Details:
    """A marker's details that hold nothing but a reason, or nothing at all."""
    return {"reason": reason} if reason else {}
