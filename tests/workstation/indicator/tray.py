"""A system tray (System Tray Protocol 0.3) as small as one can be: takes one item in, and shows it."""

import struct

import xcffib
import xcffib.xproto as x


class Tray:
    def __init__(self, display: str) -> None:
        self.connection = xcffib.connect(display=display)
        self.core = self.connection.core
        self.screen = self.connection.get_setup().roots[0]
        self.window = self.connection.generate_id()
        self.item = 0
        self.core.CreateWindow(
            24,
            self.window,
            self.screen.root,
            5,
            100,
            24,
            24,
            0,
            x.WindowClass.InputOutput,
            self.screen.root_visual,
            0,
            [],
        )
        self.core.MapWindow(self.window)
        selection, manager = self._atom("_NET_SYSTEM_TRAY_S0"), self._atom("MANAGER")
        self.core.SetSelectionOwner(self.window, selection, x.Time.CurrentTime)
        propagate = False
        told = struct.pack(
            "=BBHIIIIIII", 33, 32, 0, self.screen.root, manager, x.Time.CurrentTime, selection, self.window, 0, 0
        )
        self.core.SendEvent(propagate, self.screen.root, x.EventMask.StructureNotify, told)
        self.connection.flush()

    def take(self) -> None:
        """Take in the item that asks for it, if one does."""
        while (event := self.connection.poll_for_event()) is not None:
            is_message = isinstance(event, x.ClientMessageEvent)
            if is_message and int(event.type) == self._atom("_NET_SYSTEM_TRAY_OPCODE"):
                self.item = int(event.data.data32[2])
                self.core.ReparentWindow(self.item, self.window, 0, 0)
                self.core.MapWindow(self.item)
                self.connection.flush()

    def close(self) -> None:
        self.connection.disconnect()

    def _atom(self, name: str) -> int:
        return self.core.InternAtom(only_if_exists=False, name_len=len(name), name=name).reply().atom
