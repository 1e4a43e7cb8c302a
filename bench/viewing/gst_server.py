"""GStreamer's own RTSP server, run by the system's Python: each file at /NAME, read anew for each viewer.

    /usr/bin/python3 gst_server.py FILE.mp4 ...

Prints its port once it listens.
"""

import sys
from pathlib import Path

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

Gst.init(None)
server = GstRtspServer.RTSPServer.new()
server.set_address("127.0.0.1")
server.set_service("0")
server.set_backlog(512)
for path in map(Path, sys.argv[1:]):
    factory = GstRtspServer.RTSPMediaFactory.new()
    factory.set_launch(f"( filesrc location={path} ! qtdemux ! rtph264pay name=pay0 pt=96 config-interval=-1 )")
    factory.set_shared(False)
    server.get_mount_points().add_factory(f"/{path.stem}", factory)
server.attach(None)
print(server.get_bound_port(), flush=True)
GLib.MainLoop().run()
