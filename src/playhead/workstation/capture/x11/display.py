"""The connection to an X server: the few requests that capture makes, typed, with errors turned into ours.

With `playhead.workstation.capture.x11.windows` the only module of the capture that knows xcffib, which is generated and
untyped.
"""

# The generated bindings carry no types at all, so everything that comes out of them is Any; each value is given its
# type where it leaves this module.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingParameterType=false, reportUnknownParameterType=false, reportAttributeAccessIssue=false

import struct
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import xcffib
import xcffib.damage
import xcffib.randr
import xcffib.shm
import xcffib.xfixes
import xcffib.xproto

from playhead.base.errors import UnavailableError
from playhead.workstation.capture.source import Monitor, Rectangle
from playhead.workstation.capture.x11.refusal import is_there
from playhead.workstation.capture.x11.windows import WindowTree

_ALL_PLANES: Final = 0xFFFFFFFF
_Z_PIXMAP: Final = 2
_REPLY_BYTES: Final = 32  # X11 protocol §1, "Reply Format": fixed part of every reply
_RECTANGLE: Final = struct.Struct("=hhHH")
RECTANGLES_MAX: Final = 256
"""Damage of more rectangles than this is taken as its bounding box: walking them would cost more than it spares."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """The pointer's shape: ``width`` × ``height`` ARGB pixels with premultiplied alpha, 4 bytes each, native order."""

    width: int
    height: int
    hot_x: int
    hot_y: int
    pixels: bytes


@dataclass(slots=True)
class News:
    """What events have told since it was asked last."""

    damage: bool = False
    layout: bool = False
    pointer_shape: bool = False
    windows: bool = False

    def __bool__(self) -> bool:
        return self.damage or self.layout or self.pointer_shape or self.windows


class RefusedByServerError(Exception):
    """The X server answered a request with an error: a monitor that is gone, memory it cannot attach. Stays inside."""


@contextmanager
def _errors(what: str) -> Generator[None]:
    try:
        yield
    except xcffib.ConnectionException as error:
        raise UnavailableError("capture.no_display", f"The X server went away ({what}).") from error
    except (xcffib.Error, xcffib.XcffibException) as error:
        raise RefusedByServerError(f"{what}: {type(error).__name__}") from error


class Display:
    """One connection to an X server.

    Args:
        name: the display's name, as in ``DISPLAY``; None takes that variable.

    Raises:
        UnavailableError: ``capture.no_display``; ``capture.denied``; ``capture.unsupported`` where its pixels are not
            BGRX in 32 bits.
    """

    def __init__(self, name: str | None) -> None:
        try:
            self._connection = xcffib.connect(display=name)
            self._connection.invalid()
        except (xcffib.ConnectionException, xcffib.XcffibException) as error:
            named = f"X display {name!r}" if name else "X display"
            if is_there(name):
                hint = "XAUTHORITY must name the cookie file of whoever is signed in, readable by this program."
                raise UnavailableError("capture.denied", f"The {named} does not let us in.", hint=hint) from error
            message = f"There is no {named} to capture."
            hint = "Is somebody signed in, and DISPLAY (and XAUTHORITY) theirs?"
            raise UnavailableError("capture.no_display", message, hint=hint) from error
        try:
            with _errors("setup"):
                self._set_up()
        except RefusedByServerError as error:
            self._connection.disconnect()
            raise UnavailableError("capture.no_display", f"The X display refused: {error}.") from error
        except UnavailableError:
            self._connection.disconnect()
            raise

    def _set_up(self) -> None:
        self._tree: WindowTree | None = None
        connection = self._connection
        screen = connection.setup.roots[connection.pref_screen]
        self._root: int = screen.root
        depth: int = screen.root_depth
        bits = {int(form.depth): int(form.bits_per_pixel) for form in connection.setup.pixmap_formats}
        little = int(connection.setup.image_byte_order) == 0
        if depth not in (24, 32) or bits.get(depth) != 32 or not little:  # noqa: PLR2004 - bits of BGRX
            message = f"The X display has {depth} bits of colour in {bits.get(depth)} bits a pixel."
            hint = "Capture needs 24 bits of colour in 32, little-endian, as practically every desktop has."
            raise UnavailableError("capture.unsupported", message, hint=hint)
        mask = xcffib.xproto.EventMask.StructureNotify
        connection.core.ChangeWindowAttributes(self._root, xcffib.xproto.CW.EventMask, [mask])
        self.has_shm = self._has("MIT-SHM")
        self.has_damage = self._has("DAMAGE") and self._has("XFIXES")
        self.has_pointer = self._has("XFIXES")
        self.has_monitors = False
        if self.has_pointer:
            self._fixes = connection(xcffib.xfixes.key)
            self._fixes.QueryVersion(5, 0).reply()
        if self._has("RANDR"):
            self._randr = connection(xcffib.randr.key)
            version = self._randr.QueryVersion(1, 5).reply()
            self.has_monitors = (int(version.major_version), int(version.minor_version)) >= (1, 5)
            notify = xcffib.randr.NotifyMask
            self._randr.SelectInput(self._root, notify.ScreenChange | notify.CrtcChange | notify.OutputChange)
        if self.has_shm:
            self._shm = connection(xcffib.shm.key)
            self._shm.QueryVersion().reply()

    def _has(self, extension: str) -> bool:
        return bool(self._connection.core.QueryExtension(len(extension), extension).reply().present)

    def fileno(self) -> int:
        """The socket to the server."""
        with _errors("descriptor"):
            return int(self._connection.get_file_descriptor())

    def close(self) -> None:
        """Hang up."""
        self._connection.disconnect()

    def news(self, into: News) -> None:
        """Take in the events that have arrived, without waiting."""
        while True:
            try:
                with _errors("events"):
                    event = self._connection.poll_for_event()
            except RefusedByServerError:
                continue  # the late answer to a request nobody waits for: what it was about shows again on the next one
            if event is None:
                return
            match event:
                case xcffib.damage.NotifyEvent():
                    into.damage = True
                case xcffib.xfixes.CursorNotifyEvent():
                    into.pointer_shape = True
                case _ if self._tree is not None and (is_news := self._tree.take(event)) is not None:
                    into.windows |= is_news
                case _:  # RANDR's, and the root window's change of size, which follows every change of the monitors
                    into.layout = True

    # --- layout

    def monitors(self) -> list[Monitor]:
        """The monitors by RANDR 1.5, clipped to the root window, in the server's order.

        Raises:
            RefusedByServerError: should not happen.
        """
        bounds = self.bounds()
        with _errors("GetMonitors"):
            reply = self._randr.GetMonitors(self._root, get_active=1).reply()
            atoms = [self._connection.core.GetAtomName(each.name) for each in reply.monitors]
            names = [str(atom.reply().name.to_string()) for atom in atoms]
        found: list[Monitor] = []
        for name, each in zip(names, reply.monitors, strict=True):
            x, y, width, height = int(each.x), int(each.y), int(each.width), int(each.height)
            left, top = max(x, 0), max(y, 0)
            right, bottom = min(x + width, bounds.width), min(y + height, bounds.height)
            if right > left and bottom > top:
                found.append(Monitor(name, left, top, right - left, bottom - top))
        return found

    def bounds(self) -> Rectangle:
        """The root window."""
        with _errors("GetGeometry"):
            reply = self._connection.core.GetGeometry(self._root).reply()
        return Rectangle(0, 0, int(reply.width), int(reply.height))

    # --- damage

    def watch_damage(self) -> None:
        """Begin to collect damage of the whole root window. `News.damage` comes once until `take_damage`."""
        with _errors("Damage"):
            self._damage_extension = self._connection(xcffib.damage.key)
            self._damage_extension.QueryVersion(1, 1).reply()
            self._damage = self._connection.generate_id()
            self._region = self._connection.generate_id()
            self._damage_extension.CreateChecked(self._damage, self._root, xcffib.damage.ReportLevel.NonEmpty).check()
            self._fixes.CreateRegion(self._region, 0, [])

    def take_damage(self) -> list[Rectangle]:
        """What was drawn to since the last time, in the root window's coordinates; it is forgotten by the server."""
        with _errors("Damage"):
            self._damage_extension.Subtract(self._damage, xcffib.NONE, self._region)
            cookie = self._fixes.FetchRegion(self._region)
            # The generated reply would build an object for each rectangle; this reads the same bytes
            # (XFIXES protocol §14, FetchRegion: the extents, 16 unused bytes, then the rectangles).
            reply = self._connection.wait_for_reply(cookie.sequence)
            body = memoryview(reply.buf)
        count = (len(body) - _REPLY_BYTES) // _RECTANGLE.size
        if count > RECTANGLES_MAX:
            return [Rectangle(*_RECTANGLE.unpack_from(body, 8))]
        return [Rectangle(*found) for found in _RECTANGLE.iter_unpack(body[_REPLY_BYTES:])]

    # --- windows

    def watch_windows(self) -> WindowTree:
        """Begin to tell of changes of the windows as `News.windows`."""
        with _errors("windows"):
            self._tree = WindowTree(self._connection, self._root)
            return self._tree

    # --- pixels

    def attach(self, shared_id: int) -> int:
        """Let the server write to System V shared memory; returns the server's name for it.

        Raises:
            RefusedByServerError: it cannot, because it is another machine, say, or lives in another container.
        """
        with _errors("shared memory"):
            segment = int(self._connection.generate_id())
            self._shm.AttachChecked(segment, shared_id, read_only=False).check()
            return segment

    def detach(self, segment: int) -> None:
        """Undo `attach`."""
        with _errors("shared memory"):
            self._shm.Detach(segment)
            self._connection.flush()

    def copy_image(self, area: Rectangle, segment: int) -> None:
        """Have the server write part of the root window to the beginning of shared memory, row after row.

        Raises:
            RefusedByServerError: the part is not inside the root window (any more).
        """
        with _errors("ShmGetImage"):
            self._shm.GetImage(
                self._root, area.x, area.y, area.width, area.height, _ALL_PLANES, _Z_PIXMAP, segment, 0
            ).reply()

    def image(self, area: Rectangle) -> memoryview:
        """Part of the root window through the connection, row after row: slow, and works everywhere.

        Raises:
            RefusedByServerError: as for `copy_image`.
        """
        with _errors("GetImage"):
            cookie = self._connection.core.GetImage(
                _Z_PIXMAP, self._root, area.x, area.y, area.width, area.height, _ALL_PLANES
            )
            # The generated reply would make a Python integer of each byte.
            reply = self._connection.wait_for_reply(cookie.sequence)
            return memoryview(bytes(reply.buf))[_REPLY_BYTES : _REPLY_BYTES + area.width * area.height * 4]

    # --- pointer

    def watch_pointer(self) -> None:
        """Begin to tell of changes of the pointer's shape as `News.pointer_shape`."""
        with _errors("pointer"):
            self._fixes.SelectCursorInput(self._root, xcffib.xfixes.CursorNotifyMask.DisplayCursor)

    def pointer_position(self) -> tuple[int, int] | None:
        """Where the pointer is in the root window, or None where it is on another screen. One round trip."""
        with _errors("QueryPointer"):
            reply = self._connection.core.QueryPointer(self._root).reply()
        return (int(reply.root_x), int(reply.root_y)) if reply.same_screen else None

    def pointer(self) -> Pointer:
        """The pointer's shape as it is now."""
        with _errors("GetCursorImage"):
            reply = self._fixes.GetCursorImage().reply()
        width, height = int(reply.width), int(reply.height)
        pixels = struct.pack(f"={width * height}I", *reply.cursor_image)
        return Pointer(width, height, int(reply.xhot), int(reply.yhot), pixels)
