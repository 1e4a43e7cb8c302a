"""The command tree. Each group is a module of its own; what a command does is in the modules it imports.

Only the module of the command that is asked for is loaded: a workstation that is started anew records the sooner.
"""

from importlib import import_module
from typing import Final, cast

import click
from typing_extensions import override

from playhead import __version__

_COMMANDS: Final = {
    "up": "up",
    "demo": "demo",
    "workstation": "workstation",
    "premises": "premises",
    "pool": "pool",
    "cloud": "cloud",
    "record": "record",
    "recordings": "recordings",
    "coverage": "coverage",
    "verify": "verify",
    "check": "check",
    "doctor": "doctor",
    "storage": "storage",
    "backup": "backup",
    "restore": "backup",
    "recovery-key": "backup",
    "drill": "drill",
    "quarantine": "quarantine",
    "messaging": "messaging",
    "messages": "messages",
    "logs": "logs",
    "retention": "retention",
    "erasure": "erasure",
    "environment": "environment",
    "users": "users",
    "groups": "groups",
    "roles": "permissions",
    "analytics": "analytics",
    "audit": "audit",
}
"""Module of each command."""


class _Commands(click.Group):
    """Loads a command when it is called, or its help is wanted."""

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = _COMMANDS.get(cmd_name)
        if module is None:
            return None
        found = getattr(import_module(f"playhead.cli.{module}"), cmd_name.replace("-", "_"))
        return cast("click.Command", found)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Examples:
  playhead demo                            everything on this machine, with a desktop to watch
  playhead up                              premises server and portal on this machine
  playhead premises enrolment-code desk-7  a one-time code for a new workstation
  playhead workstation enrol --server recorder.example:5633
  playhead record start desk-7             record now, beginning ten seconds ago
  playhead users add jo                    let somebody sign in to the portal
  playhead recordings list                 what there is
  playhead recordings export ID call.mp4   a standard MP4, without re-encoding
  playhead verify ID --ocr                 is it what was recorded, black where it should be?
  playhead pool status                     how is the link to the cloud?
  playhead cloud site add acme/berlin      let a site join this cloud
  playhead environment ports               what must be open, where and why
  playhead doctor                          what is wrong here, what it means and what mends it
  playhead retention set --days 90         how long recordings are kept
  playhead audit verify                    was anything in the log of who did what changed?
  playhead coverage                        what should exist and does not, and why
  playhead backup /mnt/backups --incremental
  playhead check                           is everything that was acknowledged there, and whole?
  playhead drill                           is anything lost when things go wrong? rehearsed here
  playhead quarantine list                 what could not be taken in, and waits for somebody
  playhead logs tail --level warning       what all machines say, as it comes
  playhead analytics usage --period yesterday   what agents worked with, and for how long
  playhead messaging provision broker/     let other programs follow and give orders, by RabbitMQ
  playhead messages status                 does what happens reach them?
\b
Every command and group has its own --help with examples.
Data lies in ~/.local/share/playhead unless --data or PLAYHEAD_DATA says otherwise.""",
)
@click.version_option(__version__, prog_name="playhead")
def playhead() -> None:
    """Record what agents see and do; replay it in a browser seconds later.

    A WORKSTATION (the agent's PC) captures, encrypts and spools its screen. The PREMISES server stores it
    and shows it in the portal, while it is still being recorded.
    """
