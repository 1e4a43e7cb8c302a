"""An X11 desktop as a capture source.

A look at an unchanged screen costs one round trip to the server, for the place of the pointer: the server tells by
itself when something was drawn (DAMAGE) or the layout changed (RANDR). What was drawn to is copied into shared memory
by the server, and compared with the picture kept, because much of what is drawn is the same again.
"""

from dataclasses import dataclass, field

from playhead.base.errors import UnavailableError
from playhead.workstation.capture.picture import Picture, Pixels, area, box, clip
from playhead.workstation.capture.source import Frame, Layout, Monitor, Rectangle
from playhead.workstation.capture.x11.display import Display, News, Pointer, RefusedByServerError
from playhead.workstation.capture.x11.images import ConnectionImages, Images, SharedImages
from playhead.workstation.capture.x11.masking import Masking
from playhead.workstation.capture.x11.pointer import PointerSprite

_RECTANGLES_MAX = 16
"""More damaged rectangles than this in one monitor are taken as one box: each costs a round trip to the server."""
_BOX_RATIO = 2
"""And so are fewer, where their box has less than this times their area."""


@dataclass(frozen=True, slots=True)
class Extensions:
    """Which extensions to use where the server has them. Tests switch some off to reach what takes their place."""

    shm: bool = True
    """Without: pixels come through the connection."""
    damage: bool = True
    """Without: every look grabs and compares everything."""
    monitors: bool = True
    """RANDR 1.5. Without: the root window is one monitor named ``screen``."""
    pointer: bool = True
    """XFIXES. Without: the pointer is not in the picture."""


@dataclass(slots=True)
class _View:
    """What is kept of one monitor between two looks."""

    picture: Picture
    sprite: PointerSprite
    damaged: list[Rectangle] = field(default_factory=list[Rectangle])
    """In the monitor's pixels."""
    pointed: tuple[Pointer | None, tuple[int, int]] | None = None
    """The pointer's shape and place in the root window at the last look."""
    masked: tuple[Rectangle, ...] = ()
    """What was black on purpose at the last look, in the monitor's pixels."""
    seen: bool = False
    """Whether it was handed out; the first frame is new all over, even where it is as black as the empty picture."""

    @classmethod
    def new(cls, monitor: Monitor) -> "_View":
        picture = Picture(monitor.width, monitor.height)
        return cls(picture, PointerSprite(picture), [Rectangle(0, 0, monitor.width, monitor.height)])


class X11Source:
    """See `playhead.workstation.capture.source.Source`.

    Args:
        display: the display's name, as in ``DISPLAY``; None takes that variable.
        extensions: which extensions to use.
        masking: what is never captured; None for nothing.

    Raises:
        UnavailableError: from `layout`, not from here: an X server that is not up yet is nothing special.
    """

    def __init__(
        self,
        display: str | None = None,
        extensions: Extensions = Extensions(),
        *,
        masking: Masking | None = None,
    ) -> None:
        self._name = display
        self._extensions = extensions
        self._display: Display | None = None
        self._images: Images | None = None
        self._views: dict[Monitor, _View] = {}
        self._layout = Layout(())
        self._news = News()
        self._pointer: Pointer | None = None
        self._masking = masking

    def layout(self) -> Layout:
        """See `Source.layout`."""
        display = self._display or self._connect()
        try:
            display.news(self._news)
            if self._news.layout or not self._layout.monitors:
                self._news.layout = False
                self._read_layout(display)
        except UnavailableError:
            self._disconnect()
            raise
        except RefusedByServerError as error:
            self._news.layout = True
            raise UnavailableError("capture.no_display", f"The X server refused to say its layout: {error}.") from error
        return self._layout

    def grab(self, monitor: Monitor, *, force: bool = False) -> Frame | None:
        """See `Source.grab`."""
        display = self._display
        if display is None:
            raise UnavailableError("capture.no_display", "The X display is gone.")
        try:
            changed = self._look(display, monitor)
        except UnavailableError as error:
            if error.code == "capture.no_display":
                self._disconnect()
            raise
        except RefusedByServerError as error:
            # The root window shrank after the layout was read, or memory could not be had: look at the layout anew.
            self._news.layout = True
            raise UnavailableError("capture.layout_changed", f"The X server refused: {error}.") from error
        if not changed and not force and self._views[monitor].seen:
            return None
        view = self._views[monitor]
        if not view.seen:
            view.seen = True
            changed = [Rectangle(0, 0, monitor.width, monitor.height)]
        picture = view.picture
        pixels = picture.pixels.data.cast("B")
        all_masked = self._masking is not None and self._masking.is_unknown
        return Frame(monitor, monitor.width * 4, pixels, tuple(changed), all_masked)

    def ready(self) -> bool:
        """See `Source.ready`."""
        if self._display is None:
            return False
        try:
            self._display.news(self._news)
        except UnavailableError:
            return True  # and the next call of grab or layout says why
        return bool(self._news)

    def fileno(self) -> int:
        """See `Source.fileno`."""
        if self._display is None:
            return -1
        try:
            return self._display.fileno()
        except UnavailableError:
            return -1

    def close(self) -> None:
        """See `Source.close`."""
        self._disconnect()

    def _connect(self) -> Display:
        display = Display(self._name)
        self._use = Extensions(
            shm=self._extensions.shm and display.has_shm,
            damage=self._extensions.damage and display.has_damage,
            monitors=self._extensions.monitors and display.has_monitors,
            pointer=self._extensions.pointer and display.has_pointer,
        )
        self._display = display
        self._news = News(damage=self._use.damage, layout=True, pointer_shape=self._use.pointer)
        try:
            if self._use.damage:
                display.watch_damage()
            if self._use.pointer:
                display.watch_pointer()
            if self._masking is not None:
                self._masking.begin(display)
        except (UnavailableError, RefusedByServerError) as error:
            self._disconnect()
            raise UnavailableError("capture.no_display", f"The X server refused: {error}.") from error
        return display

    def _disconnect(self) -> None:
        display, self._display = self._display, None
        images, self._images = self._images, None
        if images is not None:
            images.close()
        if display is not None:
            display.close()
        self._views.clear()
        self._layout = Layout(())
        self._pointer = None

    def _read_layout(self, display: Display) -> None:
        monitors = display.monitors() if self._use.monitors else []
        if not monitors:  # no RANDR 1.5, or every output is off while the desktop is still there
            bounds = display.bounds()
            monitors = [Monitor("screen", 0, 0, bounds.width, bounds.height)]
        self._layout = Layout(tuple(monitors))
        self._views = {monitor: self._views.get(monitor) or _View.new(monitor) for monitor in monitors}
        pixels = max(monitor.width * monitor.height for monitor in monitors)
        if not isinstance(self._images, SharedImages) or self._images.pixels < pixels:
            self._images = self._new_images(display, pixels)

    def _new_images(self, display: Display, pixels: int) -> Images:
        if self._images is not None:
            self._images.close()
        if self._use.shm:
            try:
                return SharedImages(display, pixels)
            except RefusedByServerError:
                self._use = Extensions(
                    shm=False, damage=self._use.damage, monitors=self._use.monitors, pointer=self._use.pointer
                )
        return ConnectionImages(display)

    def _look(self, display: Display, monitor: Monitor) -> list[Rectangle]:
        """Bring the monitor's picture up to date; returns where it changed."""
        position = display.pointer_position() if self._use.pointer else None
        display.news(self._news)
        if self._news.layout:
            self._news.layout = False
            self._read_layout(display)
        view = self._views.get(monitor)
        if view is None:
            message = f"Monitor {monitor.name} is gone, or of another size or place."
            raise UnavailableError("capture.layout_changed", message)
        self._take_damage(display)
        self._take_masks(monitor, view)
        shape = self._pointer_shape(display) if self._use.pointer else None
        pointed = (shape, position) if position is not None else None
        if not view.damaged and pointed == view.pointed:
            return []
        view.pointed = pointed
        view.sprite.lift()
        try:
            changed = self._grab_damaged(display, monitor, view)
        finally:
            x, y = position or (0, 0)
            moved = view.sprite.drop(shape if pointed else None, x - monitor.x, y - monitor.y)
        return changed + moved

    def _take_damage(self, display: Display) -> None:
        if not self._use.damage:
            for monitor, view in self._views.items():
                view.damaged = [Rectangle(0, 0, monitor.width, monitor.height)]
        elif self._news.damage:
            self._news.damage = False
            for rectangle in display.take_damage():
                for monitor, view in self._views.items():
                    moved = Rectangle(
                        rectangle.x - monitor.x, rectangle.y - monitor.y, rectangle.width, rectangle.height
                    )
                    clipped = clip(moved, monitor.width, monitor.height)
                    if clipped is not None:
                        view.damaged.append(clipped)

    def _take_masks(self, monitor: Monitor, view: _View) -> None:
        """Where a mask came, or went, the picture is not what it should be."""
        if self._masking is None:
            return
        self._masking.look(self._news)
        masked = self._masking.on(monitor)
        if masked != view.masked:
            view.damaged += [one for one in {*masked, *view.masked} if one not in masked or one not in view.masked]
            view.masked = masked

    def _grab_damaged(self, display: Display, monitor: Monitor, view: _View) -> list[Rectangle]:
        changed: list[Rectangle] = []
        if view.damaged:
            assert self._images is not None  # noqa: S101 - made with the layout
            for rectangle in _merge(view.damaged):
                fresh = self._grab(display, self._images, monitor, rectangle)
                changed += view.picture.take(fresh, rectangle.x, rectangle.y)
            view.damaged.clear()
        return changed

    def _grab(self, display: Display, images: Images, monitor: Monitor, part: Rectangle) -> Pixels:
        """Part of a monitor without what is masked."""
        if self._masking is not None:
            return self._masking.grab(display, images, self._news, monitor, part)
        return images.grab(Rectangle(monitor.x + part.x, monitor.y + part.y, part.width, part.height))

    def _pointer_shape(self, display: Display) -> Pointer | None:
        if self._news.pointer_shape:
            self._news.pointer_shape = False
            self._pointer = display.pointer()
        return self._pointer


def _merge(rectangles: list[Rectangle]) -> list[Rectangle]:
    """The same or a little more area, in few rectangles."""
    if len(rectangles) == 1:
        return rectangles
    around = box(rectangles)
    if len(rectangles) > _RECTANGLES_MAX or area([around]) < _BOX_RATIO * area(rectangles):
        return [around]
    return rectangles
