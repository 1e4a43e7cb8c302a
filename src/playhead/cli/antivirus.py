"""``playhead environment antivirus``: what scanners should leave alone, and whether they do."""

import sys
from pathlib import Path

import click

from playhead.cli.options import data_option, json_option
from playhead.environment.antivirus.written import FORMS

_FORMS = ("table", *FORMS)


class _ListByDefault(click.Group):
    """``antivirus defender`` is ``antivirus list defender``: most want the list."""

    default = "list"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = [self.default, *args]
        return super().parse_args(ctx, args)


_role_option = click.option(
    "--role",
    type=click.Choice(["premises", "workstation"]),
    help="Which machine; by default what its data folder says.",
)


@click.group(
    cls=_ListByDefault,
    epilog="""\b
Examples:
  playhead environment antivirus
  playhead environment antivirus defender > playhead.ps1
  playhead environment antivirus suggest /srv/shop --seconds 600
  playhead environment antivirus verify --account playhead""",
)
def antivirus() -> None:
    """What virus scanners should leave alone here (`list`, or nothing), and whether they do."""


@antivirus.command("list")
@click.argument("form", type=click.Choice(_FORMS), default=_FORMS[0], metavar="[FORM]")
@_role_option
@click.option("--profile", type=click.Choice(["wfo-17"]), help="The list of another product instead, with warnings.")
@click.option("--account", default="", help="clamav: the system user that the service runs as.")
@click.option("--remove", is_flag=True, help="defender, registry: print what takes the exclusions away again.")
@data_option
def list_(form: str, role: str | None, profile: str | None, account: str, data: Path, *, remove: bool) -> None:
    r"""Print what to leave alone, and why; for one product or for all others.

    The list comes from the data folder and is as narrow as it can be: files of ours in folders of ours.

    \b
    Examples:
      playhead environment antivirus
      playhead environment antivirus defender > playhead.ps1
      playhead environment antivirus clamav --account playhead
      playhead environment antivirus --profile wfo-17
    """
    from playhead.cli.scanning import write_antivirus

    write_antivirus(data, form, role=role, profile=profile, account=account, remove=remove)


@antivirus.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--pid", type=click.IntRange(min=1), help="Only what this process and its children write, wherever.")
@click.option("--seconds", type=float, default=60.0, show_default=True, help="How long to watch.")
@json_option
def suggest(paths: tuple[Path, ...], pid: int | None, seconds: float, *, as_json: bool) -> None:
    r"""Watch folders or a process, of any application, and say which exclusions are justified.

    By three criteria: files that are locked, large, or temporary. Each with what was seen and how sure that is. Root
    sees who writes; others see their own programs only. Ctrl-C ends it early and judges what was seen.

    \b
    Examples:
      playhead environment antivirus suggest /var/lib/postgresql --seconds 600
      playhead environment antivirus suggest --pid 4711 --json
    """
    from playhead.cli.scanning import suggest_exclusions

    suggest_exclusions(paths, pid, seconds, as_json=as_json)


@antivirus.command()
@_role_option
@click.option("--account", help="The system user that the service runs as; by default the owner of its data.")
@click.option(
    "--clamd-config",
    type=click.Path(path_type=Path),
    show_default="that of the running clamd, or the distribution's",
    help="ClamAV's configuration.",
)
@data_option
@json_option
def verify(role: str | None, account: str | None, clamd_config: Path | None, data: Path, *, as_json: bool) -> None:
    r"""Prove here and now that the exclusions work, and that they are not a hole.

    Puts the EICAR test file, which harms nobody and every scanner takes for a virus, for a moment where the exclusions
    are and beside them. Tell whoever watches over your scanner before: it will report them.

    \b
    Examples:
      playhead environment antivirus verify
      playhead environment antivirus verify --account playhead --data /srv/playhead --json
    """
    from playhead.cli.scanning import Asked, verify_exclusions

    sys.exit(verify_exclusions(data, Asked(role, account, clamd_config), as_json=as_json))
