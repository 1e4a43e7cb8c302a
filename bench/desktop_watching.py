"""What watching costs: a desktop whose agent switches windows and whose titles change, and the processor time it takes.

    DISPLAY=:0 python bench/desktop_watching.py [seconds]

Makes windows of its own on the display, with a switch every three seconds and ten titles a second in one of them, which
is more than an agent's day has. Opens a text editor too, whose process the window with the titles claims to be of, so
that asking by AT-SPI looks for its window again with each title. Prints processor seconds of the watching alone, as a
share of one core.
"""

import asyncio
import contextlib
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import xcffib
import xcffib.xproto as x

from playhead.base.clock import SystemClock
from playhead.domain.analytics.rules import parsed
from playhead.store.disk import SystemDisk
from playhead.workstation.analytics.accessible import Accessibility
from playhead.workstation.analytics.acting import Acting, Blind
from playhead.workstation.analytics.spool import EventSpool
from playhead.workstation.analytics.telling import Teller
from playhead.workstation.analytics.watcher import Watcher
from playhead.workstation.analytics.x11 import X11Desktop

RULES = "".join(
    f'[[rule]]\nname = "r{number}"\nwhen = {{ application = "*app{number}*", title = "*card {number}*" }}\n'
    'then = [{ blackout = "start" }, { tag = "card" }]\n'
    for number in range(20)
)
TEXT_RULE = '[[rule]]\nname = "label"\nwhen = { text = "*card number*" }\nthen = [{ tag = "card" }]\n'


def busy_desktop(seconds: float, titles_per_s: float, process: int) -> None:
    """Another program: windows that are switched, and one with a title that never rests."""
    connection = xcffib.connect()
    screen = connection.get_setup().roots[0]
    windows = []
    for number in range(6):
        window = connection.generate_id()
        connection.core.CreateWindow(
            24, window, screen.root, 0, 0, 300, 200, 0, x.WindowClass.InputOutput, screen.root_visual, 0, []
        )
        name = f"app{number}\0App{number}\0".encode()
        connection.core.ChangeProperty(x.PropMode.Replace, window, x.Atom.WM_CLASS, x.Atom.STRING, 8, len(name), name)
        connection.core.MapWindow(window)
        windows.append(window)
    pid = connection.core.InternAtom(only_if_exists=False, name_len=11, name="_NET_WM_PID").reply().atom
    connection.core.ChangeProperty(x.PropMode.Replace, windows[0], pid, x.Atom.CARDINAL, 32, 1, [process])
    connection.flush()
    ends, turn = time.monotonic() + seconds, 0
    while time.monotonic() < ends:
        title = f"document {turn} of many - application".encode()
        connection.core.ChangeProperty(
            x.PropMode.Replace, windows[0], x.Atom.WM_NAME, x.Atom.STRING, 8, len(title), title
        )
        if turn % max(int(3 * titles_per_s), 1) == 0:
            front = windows[turn % len(windows)]
            connection.core.SetInputFocus(x.InputFocus.PointerRoot, front, x.Time.CurrentTime)
            connection.core.ConfigureWindow(front, x.ConfigWindow.StackMode, [x.StackMode.Above])
        connection.flush()
        turn += 1
        time.sleep(1 / titles_per_s)
    connection.disconnect()


@contextlib.contextmanager
def editor() -> Iterator[tuple[str, int]]:
    """A session's D-Bus and an accessible program on it: the bus's address, and the program's process."""
    bus_command = ["dbus-daemon", "--session", "--nofork", "--print-address"]
    with (
        tempfile.TemporaryDirectory() as home,
        subprocess.Popen(bus_command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as bus,
    ):
        assert bus.stdout
        address = bus.stdout.readline().strip()
        environment = os.environ | {"DBUS_SESSION_BUS_ADDRESS": address, "HOME": home}
        with subprocess.Popen(["mousepad", "--disable-server"], env=environment, stderr=subprocess.DEVNULL) as program:
            try:
                yield address, program.pid
            finally:
                program.terminate()
                bus.terminate()


async def watch(seconds: float, bus: str, rules: str) -> tuple[float, int]:
    """Watch for so long, asking programs on the bus if there is one; the processor's time, and how many events came."""
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        spool = EventSpool(SystemDisk(), Path(folder), bytes_max=8 << 20, new_name=lambda: f"{random.random()}"[2:])
        spool.open()
        acting = Acting(lambda **_: None, lambda *_: None, lambda *_: None, clock, fails_closed=True)
        acting.set_rules(parsed(rules))
        teller = Teller(spool.tell, "anna", os.urandom(32), clock, idle_us=60_000_000)

        def seen(view, counted, since_us) -> None:  # noqa: ANN001 - as `Watcher` has it
            acting.look(view, eyes, since_us=since_us, is_locked=False)
            url = None if view.front is None else eyes.of(view.front)[0]
            teller.see(view, url or "", counted, session="", private=False)

        watcher = Watcher(lambda: X11Desktop("", clock), seen, acting.failed, lambda: acting.due_us, clock)
        asking = Accessibility(bus, watcher.wake, lambda: rules != RULES) if bus else None
        eyes = asking or Blind()
        tasks = [asyncio.create_task(one.run()) for one in (watcher, asking) if one]
        await asyncio.sleep(2)
        began = time.process_time()
        await asyncio.sleep(seconds)
        spent = time.process_time() - began
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        teller.end()
        spool.close()
        return spent, teller.told


def main() -> None:
    """Measure on the display of the environment, quiet and busy, and with programs that are asked what they show."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    with editor() as (bus, process):
        for words, titles_per_s, asked, rules in (
            ("an agent's desktop (a title each 2 s)", 0.5, "", RULES),
            ("a noisy one (10 titles a second)", 10.0, "", RULES),
            ("an agent's desktop, asked for addresses by AT-SPI", 0.5, bus, RULES),
            ("a noisy one, asked for addresses", 10.0, bus, RULES),
            ("an agent's desktop, asked for names of controls too", 0.5, bus, RULES + TEXT_RULE),
            ("a noisy one, asked for names of controls too", 10.0, bus, RULES + TEXT_RULE),
        ):
            command = [sys.executable, __file__, "--desktop", str(seconds + 4), str(titles_per_s), str(process)]
            with subprocess.Popen(command) as desktop:
                spent, events = asyncio.run(watch(seconds, asked, rules))
                desktop.terminate()
            print(f"{words}: {100 * spent / seconds:.2f} % of a core, {events} events in {seconds:.0f} s")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--desktop"]:
        busy_desktop(float(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
    else:
        main()
