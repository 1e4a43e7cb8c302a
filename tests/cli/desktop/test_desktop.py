"""Real X servers and real programs; each test waits for what it can see, never for time to pass."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from playhead.base.errors import InvalidInputError, UnavailableError
from playhead.cli.desktop import Desktop, Role
from playhead.cli.desktop.x11 import X11


def processes(folder: Path) -> list[tuple[int, str]]:
    """Programs whose environment names the folder, with their id; a zombie has none."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and str(folder).encode() in (entry / "environ").read_bytes():
                found.append((int(entry.name), (entry / "cmdline").read_bytes().split(b"\0")[0].decode()))
        except OSError:
            continue
    return found


def alive(folder: Path) -> list[str]:
    return [command for _, command in processes(folder)]


async def until(happened, seconds=20.0):
    async with asyncio.timeout(seconds):
        while not happened():  # noqa: ASYNC110 - what is waited for is another process
            await asyncio.sleep(0.02)


async def test_a_bare_display_starts_is_private_resizes_and_goes(tmp_path):
    async with Desktop(tmp_path, roles=(), size=(1280, 720)) as desktop:
        x11 = X11(desktop.display, desktop.cookie)
        assert x11.size() == (1280, 720)
        for width, height in [(800, 600), (2560, 1440), (1280, 720)]:
            await desktop.resize(width, height)
            assert x11.size() == (width, height)
        for width, height in [(3841, 2160), (3840, 2161), (319, 200), (320, 199)]:
            with pytest.raises(InvalidInputError, match="cannot be made"):
                await desktop.resize(width, height)
        with pytest.raises(UnavailableError, match="cannot be opened"):
            X11(desktop.display, bytes(16))
        assert desktop.xauthority.stat().st_mode & 0o077 == 0
        await desktop.agent_at_work()  # nothing to work in: over at once
        x11.close()
    assert alive(tmp_path) == []


async def test_two_desktops_live_side_by_side(tmp_path):
    async with Desktop(tmp_path / "a", roles=()) as one, Desktop(tmp_path / "b", roles=()) as other:
        assert one.display != other.display
    assert alive(tmp_path) == []


async def test_the_agent_types_into_real_windows(tmp_path):
    async with Desktop(tmp_path, roles=(Role.TERMINAL, Role.EDITOR)) as desktop:
        assert set(desktop.roles) == {Role.TERMINAL, Role.EDITOR}
        x11 = X11(desktop.display, desktop.cookie)
        windows = {window.program.split()[0]: window.id for window in x11.windows()}
        seen = set()
        work = asyncio.create_task(desktop.agent_at_work())

        def both_used():
            seen.add(x11.active())
            return seen >= set(windows.values())

        await until(both_used, seconds=60)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        x11.close()
    assert alive(tmp_path) == []


async def test_with_a_browser_all_windows_are_there_and_nothing_is_left_behind(tmp_path):
    async with Desktop(tmp_path, clock_hz=5) as desktop:
        assert set(desktop.roles) == set(Role)
        await desktop.agent_at_work(seconds=1)
        assert len(alive(tmp_path)) > 5
    assert alive(tmp_path) == []


async def test_a_program_that_ignores_being_told_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr("playhead.cli.desktop.processes.STOP_WITHIN_S", 0.05)
    async with Desktop(tmp_path, roles=(Role.EDITOR,)) as desktop:
        editor = next(pid for pid, command in processes(desktop.folder) if "mousepad" in command)
        os.kill(editor, signal.SIGSTOP)
    assert alive(tmp_path) == []


async def test_work_on_a_display_that_died_says_so(tmp_path):
    async with Desktop(tmp_path, roles=(Role.TERMINAL,)) as desktop:
        server = next(pid for pid, command in processes(tmp_path) if command == "Xvfb")
        os.kill(server, signal.SIGKILL)
        with pytest.raises(UnavailableError) as caught:
            await desktop.agent_at_work()
        assert caught.value.code == "desktop.no_display"
    assert alive(tmp_path) == []


async def test_a_desktop_whose_owner_is_killed_does_not_outlive_it(tmp_path):
    program = (
        "import asyncio, sys, pathlib\n"
        "from playhead.cli.desktop import Desktop, Role\n"
        "async def main():\n"
        "    async with Desktop(pathlib.Path(sys.argv[1]), roles=(Role.TERMINAL,)):\n"
        "        print('ready', flush=True)\n"
        "        await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert await owner.stdout.readline() == b"ready\n"
    owner.kill()
    await owner.wait()
    await until(lambda: alive(tmp_path / "home") == [])
