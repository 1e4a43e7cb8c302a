"""GStreamer as a player, run by the system's Python: plays an address, seeks once, and tells each picture it shows.

    /usr/bin/python3 gst_play.py ADDRESS SEEK_AFTER_S SEEK_TO_S

A line for each picture: ``play`` or ``sought``, its time in seconds, and the number in it; then ``end``.
"""

# ruff: noqa: T201 - it tells the test

import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402 # pyright: ignore[reportAttributeAccessIssue]

BARS = 16


def number_in(line):
    """As `playhead.testing.pictures.number_of`."""
    step = -(-len(line) // BARS)
    found = 0
    for bar in range(BARS):
        found = found << 1 | (line[bar * step + step // 2] > 128)
    return found


class Player:
    def __init__(self, address, after_s, to_s):
        self.after_ns, self.to_ns = int(after_s * Gst.SECOND), int(to_s * Gst.SECOND)
        self.sought = False
        self.code = 1
        self.loop = GLib.MainLoop()
        self.pipeline = Gst.parse_launch(
            "rtspsrc name=source protocols=tcp latency=200 ! rtph264depay ! avdec_h264 ! videoconvert"
            " ! video/x-raw,format=GRAY8 ! appsink name=sink emit-signals=true sync=true"
        )
        self.pipeline.get_by_name("source").set_property("location", address)
        self.pipeline.get_by_name("sink").connect("new-sample", self.shown)
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message::eos", self.ended)
        bus.connect("message::error", self.failed)

    def run(self):
        self.pipeline.set_state(Gst.State.PLAYING)
        self.loop.run()
        self.pipeline.set_state(Gst.State.NULL)
        return self.code

    def shown(self, sink):
        sample = sink.emit("pull-sample")
        buffer, width = sample.get_buffer(), sample.get_caps().get_structure(0).get_value("width")
        at_ns = sample.get_segment().to_stream_time(Gst.Format.TIME, buffer.pts)
        line = buffer.extract_dup(width * 40, width)
        print("sought" if self.sought else "play", at_ns / Gst.SECOND, number_in(line), flush=True)
        if not self.sought and at_ns >= self.after_ns:
            self.sought = True
            GLib.idle_add(self.seek)
        return Gst.FlowReturn.OK

    def seek(self):
        flags = Gst.SeekFlags.FLUSH | Gst.SeekFlags.ACCURATE
        if not self.pipeline.seek_simple(Gst.Format.TIME, flags, self.to_ns):
            print("seek refused", file=sys.stderr)
            self.loop.quit()
        return False

    def ended(self, _bus, _message):
        print("end")
        self.code = 0
        self.loop.quit()

    def failed(self, _bus, message):
        print(*message.parse_error(), file=sys.stderr)
        self.loop.quit()


if __name__ == "__main__":
    Gst.init(None)
    sys.exit(Player(sys.argv[1], float(sys.argv[2]), float(sys.argv[3])).run())
