"""Whether the screen is blanked, as the X server's screen saver extension (MIT-SCREEN-SAVER) says."""

# As in `display`: the generated bindings carry no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportAttributeAccessIssue=false
# pyright: reportUnknownArgumentType=false

import xcffib
import xcffib.screensaver


def is_saver_on(name: str | None) -> bool | None:
    """Whether the screen saver is on; None where nobody can tell. Blocks for one connection and two replies.

    Args:
        name: of the display, as in ``DISPLAY``; None takes that variable.
    """
    try:
        connection = xcffib.connect(display=name)
        try:
            if not connection.core.QueryExtension(len("MIT-SCREEN-SAVER"), "MIT-SCREEN-SAVER").reply().present:
                return None
            root = connection.setup.roots[connection.pref_screen].root
            reply = connection(xcffib.screensaver.key).QueryInfo(root).reply()
            return int(reply.state) == int(xcffib.screensaver.State.On)
        finally:
            connection.disconnect()
    except (xcffib.ConnectionException, xcffib.Error, xcffib.XcffibException):
        return None
