"""What the doctor can find of what a server works with: the broker, the cloud, a store of objects."""

from typing import Final

from playhead.environment.doctor.code import Code
from playhead.environment.doctor.findings import Severity

_OK, _WARNING = Severity.OK, Severity.WARNING

SERVICES: Final = (
    Code("messaging.reached", _OK, "The broker takes what other programs are to be told, and brings commands."),
    Code(
        "messaging.away", _WARNING,
        "Other programs are told nothing and give no commands. Events wait here for days; then the oldest are given "
        "up. Recordings are made as ever.",
        "Start the broker at {address}, let TCP {port} through on the way there, or correct `broker` under "
        "[messaging].",
    ),
    Code(
        "messaging.unset", _WARNING,
        "The server cannot sign in to the broker: nobody is told what happens, and no commands come.",
        "Run `playhead messaging provision`, and name the file it makes as `password_file` under [messaging].",
    ),
    Code(
        "messaging.foreign", _WARNING,
        "What answers is no broker, or not over TLS as it should: nobody is told what happens, and no commands come.",
        "Correct `broker` and `security` under [messaging] in premises.toml, or what listens at {address} port {port}.",
    ),
    Code(
        "messaging.untrusted", _WARNING,
        "It may be an impostor, or an inspector on the way: nothing is sent there, and no commands come.",
        "Where it is the right one, name the certificate of {issuer} as `authority` under [messaging].",
    ),
    Code(
        "messaging.refused", _WARNING,
        "The broker does not know the account, or has not what is to be there: nobody is told, and no commands come.",
        "Have the broker import what `playhead messaging provision` writes, or correct `user`, `vhost` and "
        "`password_file`.",
    ),
    Code("messaging.current", _OK, "Other programs are told what happens as it does."),
    Code(
        "messaging.behind", _WARNING,
        "Other programs are told late what happens, and after {kept} not at all. Recordings are made as ever.",
        "See to the broker; after an outage all of it goes out by itself, in its order. Where it becomes more and more "
        "while the broker is there, that or its disk is too slow.",
    ),
    Code("cloud.reached", _OK, "The way to the cloud is open, and who answers there is the cloud."),
    Code("cloud.linked", _OK, "What is recorded is told to the cloud, and it reaches this site."),
    Code(
        "cloud.unreached", _WARNING,
        "Nothing is told to the cloud, and it does not reach this site. Recordings are kept here, and told later.",
        "Let TCP {port} out to {address} at: {open_at} (rule {rule}, `playhead environment firewall --cloud ADDRESS`), "
        "or correct `address` under [cloud].",
    ),
    Code(
        "cloud.proxy", _WARNING,
        "The proxy does not lead to the cloud. Recordings are kept here, and told later.",
        "Have the proxy {proxy} allow CONNECT to {address} port {port}, or correct `proxy` under [cloud].",
    ),
    Code(
        "cloud.intercepted", _WARNING,
        "Something on the way opens the encryption; nothing is sent through it. Recordings are kept here.",
        "Exempt {address} port {port} from TLS inspection at the product of {issuer}.",
    ),
    Code(
        "cloud.upgrade", _WARNING,
        "Something on the way does not let links begin. Recordings are kept here, and told later.",
        "Have it pass TCP {port} without looking into it, or allow Upgrade (RFC 9110, 7.8).",
    ),
    Code(
        "cloud.plain", _WARNING,
        "Links may have no TLS: whoever is on the way reads and changes everything, pictures included.",
        "Set `transport` under [cloud] at the sites to tls and `plain` under [links] at the cloud to false, "
        "unless a tunnel protects the whole way.",
    ),
    Code(
        "cloud.refused", _WARNING,
        "The cloud does not take this site. Recordings are kept here, and not told.",
        "Look at the clocks of both; otherwise ask the cloud's administrator for a code: "
        "`playhead premises join CODE --cloud ADDRESS`.",
    ),
    Code("policy.narrow", _OK, "Old players of these hosts are given leave to connect, and no others."),
    Code("policy.empty", _OK, "Old players are told that they may not connect.",
         "Name those that may in `origins` under [policy], or turn it off."),
    Code(
        "policy.wide", _WARNING,
        "Whoever puts a program under such a name can have a browser of old open connections to the player port.",
        "Name hosts one by one in `origins` under [policy] instead of {origins}; or turn it off: no present browser "
        "asks for it.",
    ),
    Code("storage.reached", _OK, "Recordings can be uploaded there."),
    Code(
        "storage.unreached", _WARNING,
        "Recordings are kept here and not uploaded, so that the disk here fills.",
        "Let TCP 443 out to it (`playhead environment firewall --cloud ADDRESS`), or correct `url`, `endpoint` under "
        "[upload].",
    ),
    Code(
        "storage.refused", _WARNING,
        "Recordings are kept here and not uploaded, so that the disk here fills.",
        "Correct the `credentials` under [upload], and what the store allows them: to list, read and write there.",
    ),
)  # fmt: skip
