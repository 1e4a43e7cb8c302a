"""What watching costs: a desktop whose agent switches windows and whose titles change, and the processor time it takes.

    DISPLAY=:0 python bench/desktop_watching.py [seconds]

Makes windows of its own on the display, with a switch every three seconds and ten titles a second in one of them, which
is more than an agent's day has. Prints processor seconds of the watching alone, as a share of one core.
"""

import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import xcffib
import xcffib.xproto as x

from playhead.base.clock import SystemClock
from playhead.domain.analytics.rules import parsed
from playhead.store.disk import SystemDisk
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


def busy_desktop(seconds: float, titles_per_s: float) -> None:
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


async def watch(seconds: float) -> tuple[float, int]:
    """Watch for so long; the processor's time, and how many events came of it."""
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        spool = EventSpool(SystemDisk(), Path(folder), bytes_max=8 << 20, new_name=lambda: f"{random.random()}"[2:])
        spool.open()
        acting = Acting(lambda **_: None, lambda *_: None, lambda *_: None, clock, fails_closed=True)
        acting.set_rules(parsed(RULES))
        teller = Teller(spool.tell, "anna", os.urandom(32), clock, idle_us=60_000_000)

        def seen(view, counted, since_us) -> None:  # noqa: ANN001 - as `Watcher` has it
            acting.look(view, Blind(), since_us=since_us, is_locked=False)
            teller.see(view, "", counted, session="", private=False)

        watcher = Watcher(lambda: X11Desktop("", clock), seen, acting.failed, lambda: acting.due_us, clock)
        task = asyncio.create_task(watcher.run())
        await asyncio.sleep(2)
        began = time.process_time()
        await asyncio.sleep(seconds)
        spent = time.process_time() - began
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        teller.end()
        spool.close()
        return spent, teller.told


def main() -> None:
    """Measure on the display of the environment, quiet and busy."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    for words, titles_per_s in (
        ("an agent's desktop (a title each 2 s)", 0.5),
        ("a noisy one (10 titles a second)", 10.0),
    ):
        command = [sys.executable, __file__, "--desktop", str(seconds + 4), str(titles_per_s)]
        with subprocess.Popen(command) as desktop:
            spent, events = asyncio.run(watch(seconds))
            desktop.terminate()
        print(f"{words}: {100 * spent / seconds:.2f} % of a core, {events} events in {seconds:.0f} s")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--desktop"]:
        busy_desktop(float(sys.argv[2]), float(sys.argv[3]))
    else:
        main()
