"""Turns what the capture pipeline hands on into what can be recorded, and knows what is on the desk.

This is also where a blackout closes: from the command on nothing passes of a look that ended after it and did not know
of it.
"""

from playhead.workstation.blackout_marks import BlackoutMarks
from playhead.workstation.outputs import Epoch, Notice, Output, Thumbnail
from playhead.workstation.pieces import Details, Item, Mark, Picture, track_id


class Intake:
    """What is known of the desktop."""

    def __init__(self) -> None:
        self._epochs: dict[int, Epoch] = {}
        self.blackouts = BlackoutMarks()
        self._asked = 0
        self._shut_us: int | None = None
        self._shut_until = 0
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

    def forget(self) -> None:
        """The capture begins anew, and with it the numbers of tracks and epochs. A blackout stays in force."""
        self._epochs.clear()
        self.no_display = False

    def set_blackout(self, mark: Mark, in_force: tuple[Details, ...]) -> bool:
        """These requests are in force from this marker on. Whether it became black by that, or light."""
        was, on = bool(self.blackouts.in_force), bool(in_force)
        self.blackouts.note(mark, in_force)
        if on == was:
            return False
        self._asked += 1
        if on:
            self._shut_us = mark.at_us if self._shut_us is None else self._shut_us
            self._shut_until = self._asked
        return True

    def confirm(self, changes: int | None) -> None:
        """What comes now was taken after so many changes of blackouts; None: after all of them.

        They are counted because a picture may come late: when the blackout that covers it was lifted again already, or
        another one has begun.
        """
        if changes is None or changes >= self._shut_until:
            self._shut_us = None

    def is_shut_for(self, output: Output, ended_us: int) -> bool:
        """Whether this output may show something that a blackout covers.

        Args:
            output: what the capture gave.
            ended_us: when the look ended that it comes from. Its own time tells nothing: it is from before the grab.
        """
        return self._shut_us is not None and ended_us >= self._shut_us and not isinstance(output, Epoch | Notice)

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
