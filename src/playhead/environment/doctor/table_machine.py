"""What the doctor can find on a machine itself."""

from typing import Final

from playhead.environment.doctor.code import Code
from playhead.environment.doctor.findings import Severity

_OK, _INFO, _WARNING, _ERROR = Severity.OK, Severity.INFO, Severity.WARNING, Severity.ERROR

MACHINE: Final = (
    Code("catalogue.fits", _OK, "What is recorded can be found; the catalogue is of this version."),
    Code(
        "catalogue.older", _WARNING,
        "An older version made the catalogue, and this one has not started on it yet. Recordings are safe.",
        "Start it, which upgrades the catalogue: `{start}`.",
    ),
    Code(
        "catalogue.newer", _ERROR,
        "This version does not know the catalogue, so it does not start, and nothing is taken in.",
        "Install the newer version again, or restore a backup that is older than it (`playhead restore`).",
    ),
    Code(
        "catalogue.unavailable", _ERROR,
        "Nothing can be taken in, found or played.",
        "See to what it says of the catalogue; where that is lost: docs/operations.md, After a disaster.",
    ),
    Code("disk.enough", _OK, "There is room for what is going to be recorded."),
    Code(
        "disk.short", _WARNING,
        "At the present rate the disk is full before the first recordings are old enough to be erased.",
        "Add disk, or keep less: `playhead retention set --days N`.",
    ),
    Code(
        "disk.narrow", _WARNING,
        "When the server cannot be reached, recording pauses within the day.",
        "Make room on the disk, or raise `spool_max` in workstation.toml.",
    ),
    Code(
        "disk.full", _ERROR,
        "Nothing new is taken, or will soon not be; workstations keep it as long as they have room themselves.",
        "Make room on the disk of {folder}, or add disk.",
    ),
    Code("files.quick", _OK, "Writing a file and renaming it takes no longer here than elsewhere on the disk."),
    Code(
        "files.delayed", _WARNING,
        "Something looks at every file as it is written in this folder, most often a virus scanner: recordings are "
        "taken in more slowly, and stop where it locks them.",
        "Exclude the folder: `playhead environment antivirus`.",
    ),
    Code(
        "files.slow", _WARNING,
        "Recordings are taken in more slowly than they are made, and acknowledged late.",
        "Look at what else works on this disk (`iostat -x`), and exclude it: `playhead environment antivirus`.",
    ),
    Code(
        "files.held", _WARNING,
        "Another program holds our files open. It may lock them, or keep room that was freed.",
        "Exclude the folder from what it does: `playhead environment antivirus`.",
    ),
    Code(
        "files.unwritable", _ERROR,
        "Nothing can be kept here, so nothing is recorded or taken in.",
        "Give {folder} to the account that the service runs as, and look whether its disk is mounted read-only.",
    ),
    Code("display.readable", _OK, "The desktop can be captured."),
    Code(
        "display.denied", _ERROR,
        "The desktop cannot be captured, so nothing is recorded.",
        "Run the workstation in the agent's own session, or give it DISPLAY and XAUTHORITY of that session.",
    ),
    Code(
        "display.wayland", _ERROR,
        "Desktops under Wayland cannot be recorded yet; nothing is recorded.",
        "Sign in to an X11 session (such as GNOME on Xorg), or name an X11 display in workstation.toml.",
    ),
    Code("certificate.valid", _OK, "It holds, and is renewed in time."),
    Code(
        "certificate.ends", _WARNING,
        "It should have been renewed by now. Once it has ended, nothing is sent, or browsers are turned away.",
        "Ours are renewed while workstation and server run and are connected; renew your own where you got it.",
    ),
    Code(
        "certificate.ended", _ERROR,
        "Nothing is sent, or browsers are turned away.",
        "Look at the clock first. Then: enrol the workstation again; restart the server; renew one of your own.",
    ),
    Code(
        "identity.missing", _ERROR,
        "This machine is not enrolled, so the server takes nothing from it.",
        "Make a code on the server (`playhead premises enrolment-code`) and run `playhead workstation enrol`.",
    ),
    Code("program.runs", _OK, "The program does its work."),
    Code(
        "program.stopped", _WARNING,
        "While it does not run, nothing is recorded, or taken in.",
        "Start it: `playhead workstation run` on an agent's PC, `playhead premises run` on the server.",
    ),
    Code("antivirus.none", _INFO, "No scanner is known to slow recording down here; none that is installed was asked."),
    Code("antivirus.proven", _OK, "The scanner does not slow recording down, and what is foreign is caught beside it."),
    Code("antivirus.closed", _OK, "Nothing foreign can hide in what the scanner leaves alone."),
    Code("antivirus.present", _OK, "The scanner's settings leave these recordings alone."),
    Code(
        "antivirus.absent", _WARNING,
        "The scanner reads what is being recorded: recording waits, and a file that it locks ends its recording.",
        "Enter what `playhead environment antivirus clamav --account ACCOUNT` prints, and restart the scanner.",
    ),
    Code(
        "antivirus.scanned", _WARNING,
        "Every append of a recording waits for the scanner, and a scanner that locks a file ends its recording.",
        "Enter what `playhead environment antivirus clamav --account ACCOUNT` prints, and restart the scanner.",
    ),
    Code(
        "antivirus.missed", _WARNING,
        "Either the scanner leaves too much alone, or it sees nothing here and exclusions change nothing.",
        "Look for a wider exclusion, for signatures (`freshclam`), and whether the scanner's account may read there.",
    ),
    Code(
        "antivirus.failed", _WARNING,
        "Nothing on this machine is scanned on demand, and what the scanner leaves alone cannot be told.",
        "Most often it has no signatures: run `freshclam`, then `clamscan` by hand on any file and read what it says.",
    ),
    Code(
        "antivirus.wide", _INFO,
        "clamonacc knows folders and accounts, no names of files. What lies in that folder is seen on demand alone.",
        "Exclude the service's account instead: `playhead environment antivirus clamav --account ACCOUNT`.",
    ),
    Code(
        "antivirus.stuck", _ERROR,
        "Whoever opens a file here waits for ever, the recorder too.",
        "Exclude the scanner's own account (`OnAccessExcludeUname clamav`) and let clamd run as that, not as root.",
    ),
    Code(
        "antivirus.broad", _WARNING,
        "Recordings gain nothing by it, and whatever comes to lie there is never scanned.",
        "Narrow that line to what `playhead environment antivirus clamav` prints.",
    ),
    Code(
        "antivirus.paths_unknown", _INFO,
        "While a recording is written, these lines do not keep the scanner away.",
        "Exclude the service's account: `playhead environment antivirus clamav --account ACCOUNT`.",
    ),
    Code(
        "antivirus.access_off", _INFO,
        "Nothing is scanned while it is written: recording does not wait, and nothing else is kept from being opened.",
    ),
    Code(
        "antivirus.access_first", _INFO,
        "What the scan on demand would leave alone cannot be told while scanning on access is on.",
        "To know it, stop clamonacc for a moment and ask again.",
    ),
    Code("antivirus.access_silent", _INFO, "The scanner keeps nobody from opening files: whether it looks is unseen."),
    Code("antivirus.access_elsewhere", _OK, "On access the scanner looks elsewhere: recording does not wait for it."),
    Code(
        "antivirus.writable", _WARNING,
        "What somebody puts there is not scanned, and what is put in place of a recording ends it.",
        "Let only the service write there: `chown -R ACCOUNT FOLDER`, `chmod -R go-w FOLDER`, `setfacl -Rb FOLDER`.",
    ),
    Code(
        "antivirus.executable", _WARNING,
        "No recording is a program: what can be run there was put there, and is never scanned.",
        "Look at what it is, and take it away or its leave to be run: `chmod a-x`; mount recordings `noexec`.",
    ),
    Code("antivirus.empty", _INFO, "There is nothing yet to be left alone.", "Ask again when something was recorded."),
    Code(
        "antivirus.rights", _INFO,
        "Whether the scanner leaves recordings alone is not known.",
        "Run `playhead environment antivirus verify --account ACCOUNT` as root.",
    ),
    Code("zone.set", _OK, "Times are shown as people here read their clocks; recordings keep UTC."),
    Code(
        "zone.unknown", _WARNING,
        "Times in lists of this machine are in UTC, hours away from the clocks on the wall; recordings are right.",
        "Set it: `timedatectl set-timezone Area/City`.",
    ),
    Code("encoder.present", _OK, "What is captured can be encoded."),
    Code(
        "encoder.missing", _ERROR,
        "Nothing can be recorded or exported on this machine.",
        "Install Playhead again, with its own PyAV: `pip install --force-reinstall av`.",
    ),
    Code(
        "doctor.slow", _WARNING,
        "This was not looked at to its end, so nothing is known of it.",
        "Run `playhead doctor` again; where it stays, look at what the machine is busy with.",
    ),
    Code(
        "doctor.failed", _WARNING,
        "This could not be looked at, so nothing is known of it.",
        "Report it with the line of the log that names it.",
    ),
)  # fmt: skip
