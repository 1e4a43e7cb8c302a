"""Every finding there can be: its code, how bad it is, what it means for recordings and what mends it.

The one table: checks take their words from it by `playhead.environment.doctor.codes`, and the table in
docs/services/environment.md is made from it.
"""

from dataclasses import dataclass
from typing import Final

from playhead.environment.doctor.findings import Severity


@dataclass(frozen=True, slots=True)
class Code:
    """A row of the table."""

    code: str
    """``area.what``, stable: programs and support pages match on it."""
    severity: Severity
    """Unless a check says otherwise."""
    meaning: str
    """For recordings. It and the mend may name evidence in braces."""
    mend: str | None = None


_OK, _INFO, _WARNING, _ERROR = Severity.OK, Severity.INFO, Severity.WARNING, Severity.ERROR

TABLE: Final = (
    Code("name.resolved", _OK, "The server's name leads to an address."),
    Code(
        "name.unknown", _ERROR,
        "The server is not found, so nothing is sent to it. Recordings wait on this machine until its room is used up.",
        "Enter {host} in the site's name service, or set the server's address under `premises` in workstation.toml.",
    ),
    Code(
        "name.slow", _WARNING,
        "Every new connection waits for the name service first; after a restart recordings arrive late.",
        "Look at the first name server of this machine (/etc/resolv.conf): most often it is dead and another answers.",
    ),
    Code(
        "name.partly", _WARNING,
        "Connections are tried at an address that does not answer, and wait there before they take the other one.",
        "Take {address} out of the name service, or let it through to the server.",
    ),
    Code(
        "name.moved", _WARNING,
        "The running connection leads to an address that the name no longer has; it ends with the next restart.",
        "Where the server has moved, let the new address through every firewall; else correct the name service.",
    ),
    Code("port.reached", _OK, "The port is open all the way, and what answers is ours."),
    Code(
        "port.refused", _ERROR,
        "The machine is there and nobody listens on the port. What fails: {purpose}.",
        "Start the server there (`playhead premises status`); where it runs, let it listen beyond itself "
        "(`listen` in premises.toml), or correct the address here.",
    ),
    Code(
        "port.dropped", _ERROR,
        "A firewall swallows the connection. What fails: {purpose}.",
        "Let it through at: {open_at}. It is the rule {rule} (TCP {port}): `playhead environment firewall`, once for "
        "each role, writes it.",
    ),
    Code(
        "port.unroutable", _ERROR,
        "A router or firewall on the way says no. What fails: {purpose}.",
        "Look at the route to {address} (`ip route get`), and let TCP {port} through at: {open_at} (rule {rule}).",
    ),
    Code(
        "port.silent", _ERROR,
        "The port takes connections and nothing answers in them: a server that hangs, a firewall that answers in its "
        "place, or a way that loses large packets. What fails: {purpose}.",
        "Look at the server (`playhead premises status`); where it is well, have firewalls pass TCP {port} as it is.",
    ),
    Code(
        "port.foreign", _ERROR,
        "Another program has the port, or the address is of another machine. What fails: {purpose}.",
        "Correct the address, or stop that program on the server, or set another port in premises.toml.",
    ),
    Code(
        "port.taken", _ERROR,
        "The server cannot listen there, so it does not start.",
        "Stop that program (`{remedy}`), or set another port in premises.toml and write the firewall rules again.",
    ),
    Code(
        "port.forbidden", _ERROR,
        "The server cannot listen there, so it does not start.",
        "Give the service CAP_NET_BIND_SERVICE, or set a port from 1024 on in premises.toml.",
    ),
    Code("port.free", _OK, "The server can listen there once it is started."),
    Code("firewall.fits", _OK, "This machine's own firewall has the rules for the ports that are configured."),
    Code(
        "firewall.lacks", _WARNING,
        "The rules loaded here are for other ports. Where the firewall drops what no rule names, this port is shut.",
        "Write them again and load them: `playhead environment firewall {form}`.",
    ),
    Code(
        "tls.intercepted", _ERROR,
        "Something between the machines opens the encryption. Workstations trust the site's own authority alone and "
        "send nothing through it; browsers would show recordings to it.",
        "Exempt {address} port {port} from TLS inspection at the product of {issuer}.",
    ),
    Code(
        "tls.other_site", _ERROR,
        "This is a Playhead server of another site, or one that lost its keys; nothing is sent to it.",
        "Correct the address; where the server was set up anew, enrol here again: `playhead workstation enrol`.",
    ),
    Code(
        "tls.missing", _ERROR,
        "The server speaks plain TCP where this workstation insists on TLS; nothing is sent.",
        'Remove `transport = "plain"` from [screen] in premises.toml, or what ends TLS before the server.',
    ),
    Code(
        "tls.unwanted", _ERROR,
        "The server speaks TLS where this workstation is set to plain TCP; nothing is sent.",
        "Remove `plain = true` from workstation.toml, and enrol: `playhead workstation enrol`.",
    ),
    Code(
        "tls.failed", _ERROR,
        "There is no encrypted connection, so nothing is sent: old TLS or ciphers, or a firewall that looks inside.",
        "Have firewalls pass TCP {port} as it is; both ends need TLS 1.2 or later.",
    ),
    Code("peer.fits", _OK, "The server takes what this workstation records."),
    Code(
        "peer.refuses", _ERROR,
        "The server knows this workstation no longer, or under another key. Recordings wait here and are not taken.",
        "Make a code on the server (`playhead premises enrolment-code {machine}`) and enrol again.",
    ),
    Code(
        "peer.version", _ERROR,
        "The two programs have no protocol in common; nothing is sent until they do.",
        "Update the older one; premises servers first.",
    ),
    Code(
        "peer.older", _INFO,
        "The server is of another version that speaks the same protocol; what is newer here has no effect there.",
        "Update the older one; premises servers first.",
    ),
    Code("clock.right", _OK, "Times of this machine and of the server agree."),
    Code(
        "clock.skew", _WARNING,
        "Recordings bear this machine's time. Searches by time miss them by as much; from a day on, certificates are "
        "refused and nothing is sent.",
        "Have both follow one time server: `timedatectl set-ntp true`.",
    ),
    Code("path.whole", _OK, "Packets of every size get through."),
    Code(
        "path.black_hole", _ERROR,
        "Small answers pass and large ones are lost on the way: connections open, and stand still once a recording is "
        "sent.",
        'Let ICMP "fragmentation needed" (RFC 1191) through, or lower the MTU here: '
        "`ip link set dev INTERFACE mtu 1400`.",
    ),
    Code("link.enough", _OK, "The network is fast enough."),
    Code(
        "link.narrow", _WARNING,
        "Busy desktops record faster than this, so that what is recorded arrives later and later, and live views lag.",
        "Give this way more room, or lower `fps` or raise `quality` in workstation.toml.",
    ),
    Code(
        "link.far", _WARNING,
        "Live views lag, and waiting recordings are sent slowly: each connection sends 64 KiB a round trip.",
        "Look for a detour (VPN, proxy) on the way to the server.",
    ),
    Code("web.reached", _OK, "The portal answers, with its headers whole and without delay."),
    Code(
        "web.local", _INFO,
        "Nobody opens the portal from another machine.",
        "Where people shall: set `listen` and `https_listen` under [portal], and `listen` under [tokens], to `*`.",
    ),
    Code(
        "web.host_unknown", _ERROR,
        "The portal refuses browsers that call it by this name.",
        "Add it to `names` under [portal] in premises.toml.",
    ),
    Code(
        "web.headers_stripped", _WARNING,
        "A proxy takes headers away. Players need them to seek and to be let in, browsers to be safe.",
        "Have the proxy pass headers of {address} as they are, or go past it.",
    ),
    Code(
        "web.buffered", _WARNING,
        "A proxy holds answers back until they are whole. Live views and changes in lists arrive late or never.",
        "Turn buffering off for {address} (nginx: `proxy_buffering off`), or go past the proxy.",
    ),
    Code(
        "web.proxied", _INFO,
        "Requests pass a proxy, which sees what is played unless TLS goes through it as it is.",
        "Exempt {address} from the proxy.",
    ),
    Code(
        "web.untrusted", _INFO,
        "Browsers warn before the portal, unless they know its authority by other ways than this machine.",
        "Have browsers trust what `playhead premises web-authority` prints, or set `certificate` under [portal].",
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
