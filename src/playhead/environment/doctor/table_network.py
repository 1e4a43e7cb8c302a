"""What the doctor can find on the way from one machine to another."""

from typing import Final

from playhead.environment.doctor.code import Code
from playhead.environment.doctor.findings import Severity

_OK, _INFO, _WARNING, _ERROR = Severity.OK, Severity.INFO, Severity.WARNING, Severity.ERROR

NETWORK: Final = (
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
)  # fmt: skip
