"""Masks on a real X server, with real windows that move while they are looked at."""

import subprocess
import time
from collections.abc import Iterator

import numpy as np
import pytest
import xcffib
from workstation.capture.contract import RED, picture
from workstation.capture.windows_desk import SECRET, Program, moving
from workstation.capture.x11_desk import HEIGHT, WIDTH, Xvfb
from workstation.decoding import Decoder

from playhead.base.clock import SystemClock
from playhead.base.errors import UnavailableError
from playhead.testing.clock import SimClock
from playhead.workstation.capture.masks import LINGER_US, Mask
from playhead.workstation.capture.source import Monitor
from playhead.workstation.capture.x11 import Extensions, Masking, X11Source
from playhead.workstation.capture.x11 import windows as windows_module
from playhead.workstation.outputs import Epoch, Sample
from playhead.workstation.pipeline import Pipeline, PipelineConfig

PLAIN = Extensions(pointer=False)
BY_CLASS = (Mask(window_class="secret"),)


class Desk:
    """A desktop that is captured with masks."""

    def __init__(self, display: str, masks: tuple[Mask, ...], extensions: Extensions) -> None:
        self.display = display
        self.clock = SimClock()
        self.source = X11Source(display, extensions, masking=Masking(masks, self.clock))

    @property
    def monitor(self) -> Monitor:
        return self.source.layout().monitors[0]

    def look(self) -> np.ndarray:
        """What is captured now, as 0xRRGGBB."""
        frame = self.source.grab(self.monitor, force=True)
        assert frame is not None
        return picture(frame)


@pytest.fixture(scope="module")
def server() -> Iterator[Xvfb]:
    server = Xvfb()
    yield server
    server.stop()


@pytest.fixture
def desk_of(server: Xvfb):
    desks: list[Desk] = []

    def make(*masks: Mask, extensions: Extensions = PLAIN) -> Desk:
        desks.append(Desk(server.display, masks, extensions))
        return desks[-1]

    yield make
    for desk in desks:
        desk.source.close()


@pytest.fixture
def program(server: Xvfb) -> Iterator[Program]:
    with Program(server.display) as program:
        yield program


def shows(found: np.ndarray, colour: int = SECRET) -> bool:
    return bool((found == colour).any())


@pytest.mark.parametrize("extensions", [PLAIN, Extensions(shm=False, damage=False, pointer=False)])
def test_an_area_is_black_and_the_rest_is_not(desk_of, program: Program, extensions: Extensions) -> None:
    desk = desk_of(Mask(area="50%x100%+0+0"), extensions=extensions)
    program.window((0, 0, WIDTH, HEIGHT), name="plain", colour=RED)
    found = desk.look()
    assert (found[:, : WIDTH // 2] == 0).all()
    assert (found[:, WIDTH // 2 :] == RED).all()


def test_a_window_is_black_wherever_it_goes_and_its_old_place_for_a_while(desk_of, program: Program) -> None:
    desk = desk_of(*BY_CLASS)
    program.window((0, 0, WIDTH, HEIGHT), name="plain", colour=RED)
    assert (desk.look() == RED).all()
    window = program.window((10, 20, 90, 70), name="secret")
    found = desk.look()
    assert (found[20:90, 10:100] == 0).all()
    assert (found == 0).sum() == 90 * 70
    program.move(window, 200, 100)
    found = desk.look()
    assert (found[100:170, 200:290] == 0).all()
    assert (found[20:90, 10:100] == 0).all()
    desk.clock.advance(LINGER_US)
    found = desk.look()
    assert (found[100:170, 200:290] == 0).all()
    assert (found == 0).sum() == 90 * 70
    program.close(window)
    desk.look()
    desk.clock.advance(LINGER_US)
    assert (desk.look() == RED).all()


def test_a_title_that_becomes_secret_and_the_menus_of_the_program(desk_of, program: Program, server: Xvfb) -> None:
    desk = desk_of(Mask(window_title="*card*"))
    window = program.window((10, 20, 90, 70), name="browser", title="News")
    assert shows(desk.look())
    program.entitle(window, "Your card")
    assert not shows(desk.look())
    program.window((150, 20, 40, 40), popup=True)
    program.window((200, 20, 40, 40), name="dialog", transient_for=window)
    assert not shows(desk.look())
    with Program(server.display) as other:
        other.window((150, 100, 40, 40), popup=True, colour=RED)
        assert shows(desk.look(), RED)


def test_a_window_in_the_frame_of_a_window_manager(desk_of, program: Program, server: Xvfb) -> None:
    desk = desk_of(*BY_CLASS)
    manager = subprocess.Popen(["openbox"], env={"DISPLAY": server.display, "HOME": "/nonexistent"})
    try:
        _until_managed(server.display)
        for number in range(5):
            window = program.window((10 * number, 20, 90, 70), name="secret")
            for _ in range(10):
                assert not shows(desk.look())
            program.close(window)
    finally:
        manager.terminate()
        manager.wait()


def _until_managed(display: str) -> None:
    connection = xcffib.connect(display=display)
    root = connection.get_setup().roots[0].root
    atom = connection.core.InternAtom(only_if_exists=False, name_len=24, name="_NET_SUPPORTING_WM_CHECK").reply().atom
    for _ in range(200):
        if (
            connection.core.GetProperty(delete=False, window=root, property=atom, type=0, long_offset=0, long_length=1)
            .reply()
            .value_len
        ):
            break
        time.sleep(0.02)  # for a program beside us, which tells nobody else
    connection.disconnect()


@pytest.mark.parametrize(
    "extensions",
    [PLAIN, Extensions(shm=False, pointer=False), Extensions(damage=False, pointer=False)],
)
def test_a_window_that_never_rests_is_never_seen(desk_of, server: Xvfb, extensions: Extensions) -> None:
    desk = desk_of(*BY_CLASS, extensions=extensions)
    places = [(7 * step % 220, 5 * step % 160) for step in range(64)]
    with moving(server.display, places) as moves:
        looks = 0
        while moves[0] < 1_000 or looks < 20:
            assert not shows(desk.look())
            looks += 1


def test_no_masked_pixel_is_in_what_is_decoded_of_the_recording(server: Xvfb, program: Program) -> None:
    clock = SystemClock()
    program.window((0, 0, WIDTH, HEIGHT), name="plain", colour=RED)
    source = X11Source(server.display, PLAIN, masking=Masking(BY_CLASS, clock))
    pipeline = Pipeline(source, PipelineConfig(fps=15, thumbnails=False), clock)
    pipeline.set_live(on=True)
    decoder: Decoder | None = None
    pictures = 0
    try:
        with moving(server.display, [(9 * step % 220, 4 * step % 160) for step in range(64)]) as moves:
            while pictures < 8 or moves[0] < 300:
                for output in pipeline.tick():
                    if isinstance(output, Epoch):
                        decoder = Decoder.of(output)
                    elif isinstance(output, Sample):
                        shown = decoder.rgb(output).astype(int)
                        # Magenta has as much blue as red; red and black have none, but for what the codec adds.
                        assert (shown[..., 2] < 128).all()
                        pictures += 1
                pipeline.wait(100_000)
    finally:
        pipeline.close()


def test_without_the_list_of_windows_all_is_black(desk_of, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    program.window((0, 0, WIDTH, HEIGHT), name="plain", colour=RED)
    monkeypatch.setattr(windows_module, "WINDOWS_MAX", 3)
    desk = desk_of(*BY_CLASS)
    assert shows(desk.look(), RED)
    more = [program.window((0, 0, 1, 1), name="plain") for _ in range(3)]
    assert (desk.look() == 0).all()
    assert desk.source.grab(desk.monitor, force=True).all_masked
    for window in more:
        program.close(window)
    desk.look()
    assert shows(desk.look(), RED)
    assert not desk.source.grab(desk.monitor, force=True).all_masked


def test_the_server_is_let_go_again_after_it_was_held(desk_of, server: Xvfb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playhead.workstation.capture.x11.masking.TRIES", 0)  # so that each grab holds it
    desk = desk_of(*BY_CLASS)
    with moving(server.display, [(0, 0), (50, 50), (100, 20)]) as moves:
        for wanted in range(10, 60, 10):
            assert not shows(desk.look())
            while moves[0] < wanted:
                assert not shows(desk.look())


def test_masks_that_come_after_the_display_went_away_hold_on_the_next_one() -> None:
    server = Xvfb()
    desk = Desk(server.display, BY_CLASS, PLAIN)
    try:
        desk.look()
        server.stop()
        with pytest.raises(UnavailableError, match="X server"):
            desk.look()
        server = Xvfb(display=server.display)
        with Program(server.display) as program:
            program.window((10, 20, 90, 70), name="secret")
            assert not shows(desk.look())
    finally:
        desk.source.close()
        server.stop()
