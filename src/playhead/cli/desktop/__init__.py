"""The demo's desktop: Xvfb with real programs, and a scripted agent who works in them. Used where there is no display.

async with Desktop(folder) as desktop:
    ...  # record desktop.display with desktop.environment
    await desktop.agent_at_work()
"""

from playhead.cli.desktop.desktop import ALL_ROLES, Desktop
from playhead.cli.desktop.script import Role

__all__ = ["ALL_ROLES", "Desktop", "Role"]
