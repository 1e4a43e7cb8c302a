from collections.abc import Iterator

import pytest
from workstation.capture.contract import SourceContract

from playhead.testing.desktop_source import DesktopSource
from playhead.workstation.capture.source import Monitor, Rectangle


class PaintedDesk:
    def __init__(self):
        self.source = DesktopSource(Monitor("screen", 0, 0, 320, 240))
        self.vanish, self.come_back, self.arrange = self.source.vanish, self.source.come_back, self.source.arrange

    def paint(self, x: int, y: int, width: int, height: int, colour: int) -> None:
        for monitor in self.source.layout().monitors:
            self.source.paint(monitor.name, Rectangle(x - monitor.x, y - monitor.y, width, height), colour)


class TestDesktopSource(SourceContract):
    @pytest.fixture
    def desk(self) -> Iterator[PaintedDesk]:
        desk = PaintedDesk()
        yield desk
        desk.source.close()
