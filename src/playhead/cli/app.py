"""The command tree. Each group is a module of its own; what a command does is in the modules it imports."""

import click

from playhead import __version__
from playhead.cli.audit import audit
from playhead.cli.backup import backup, recovery_key, restore
from playhead.cli.check import check
from playhead.cli.coverage import coverage
from playhead.cli.demo import demo
from playhead.cli.doctor import doctor
from playhead.cli.drill import drill
from playhead.cli.environment import environment
from playhead.cli.erasure import erasure
from playhead.cli.groups import groups
from playhead.cli.permissions import roles
from playhead.cli.premises import premises
from playhead.cli.quarantine import quarantine
from playhead.cli.record import record
from playhead.cli.recordings import recordings
from playhead.cli.retention import retention
from playhead.cli.up import up
from playhead.cli.users import users
from playhead.cli.verify import verify
from playhead.cli.workstation import workstation


@click.group(
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
  playhead environment ports               what must be open, where and why
  playhead doctor                          what is wrong here, what it means and what mends it
  playhead retention set --days 90         how long recordings are kept
  playhead audit verify                    was anything in the log of who did what changed?
  playhead coverage                        what should exist and does not, and why
  playhead backup /mnt/backups --incremental
  playhead check                           is everything that was acknowledged there, and whole?
  playhead drill                           is anything lost when things go wrong? rehearsed here
  playhead quarantine list                 what could not be taken in, and waits for somebody
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


for command in (
    up,
    demo,
    workstation,
    premises,
    record,
    recordings,
    coverage,
    verify,
    check,
    doctor,
    backup,
    restore,
    recovery_key,
    drill,
    quarantine,
    retention,
    erasure,
    environment,
    users,
    groups,
    roles,
    audit,
):
    playhead.add_command(command)
