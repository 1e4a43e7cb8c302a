"""What the doctor looks at on a premises server."""

import shutil
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from playhead.base.addresses import Address
from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError, UnavailableError
from playhead.cli.catalogues import looked_at_catalogue
from playhead.cli.cloud_way import cloud_checks
from playhead.cli.listening import certificate_hash, listening_at, web_certificates
from playhead.cli.places import PremisesPlaces, Running
from playhead.cli.ports import why_not
from playhead.cli.settings import PremisesSettings
from playhead.cli.surroundings import listeners_of
from playhead.environment.antivirus.exclusions import of_premises
from playhead.environment.doctor.checks.broker import look_at_broker
from playhead.environment.doctor.checks.certificates import look_at_certificate
from playhead.environment.doctor.checks.disk import look_at_room
from playhead.environment.doctor.checks.files import look_at_delays, look_at_holders
from playhead.environment.doctor.checks.firewall import look_at_own_firewall
from playhead.environment.doctor.checks.machine import look_at_encoder, look_at_zone
from playhead.environment.doctor.checks.messages import look_at_outbox
from playhead.environment.doctor.checks.own import Own, look_at_running, look_at_stopped
from playhead.environment.doctor.checks.policy import look_at_grants
from playhead.environment.doctor.checks.scanner import look_at_exclusions
from playhead.environment.doctor.codes import CODES, finding
from playhead.environment.doctor.findings import Finding, Report, Role
from playhead.environment.doctor.runner import Check, examine
from playhead.environment.firewall.rules import Role as FirewallRole
from playhead.environment.firewall.rules import rules_of
from playhead.environment.installation import Installation, Listener
from playhead.environment.ports import Service
from playhead.premises.messaging.broker import read_broker
from playhead.premises.messaging.config import MessagingConfig
from playhead.premises.messaging.rules import PATIENCE_US
from playhead.premises.policy.config import PolicyConfig
from playhead.premises.policy.rules import wide_origins
from playhead.store.catalogue.outbox import outbox_state
from playhead.store.catalogue.retention import load_policy
from playhead.store.catalogue.segments import recorded_since
from playhead.store.keyring import Keyring
from playhead.wire.pki import validity_of
from playhead.wire.pki.authority import DAY_US

RATE_DAYS = 7
"""Over so many days the present rate is taken: a week has its quiet days in it."""


async def examine_premises(places: PremisesPlaces, *, clock: Clock, environment: Mapping[str, str]) -> Report:
    """Look over this server, beside it or while it does not run.

    Raises:
        UnavailableError: ``data.no_premises``.
        InvalidInputError: as `PremisesSettings.load`.
        CorruptError: the site's keys cannot be read.
    """
    places.require()
    settings = PremisesSettings.load(places)
    keyring = Keyring.open_existing(places.keys, clock)
    web = web_certificates(places, settings)
    root, program = places.root.absolute(), Path(sys.executable)
    installation = Installation(listeners_of(settings))
    checks = [
        Check.done("certificates", _certificates(keyring, web, clock)),
        Check("catalogue", lambda: _look_at_catalogue(places, settings, clock)),
        Check.blocking("encoder", look_at_encoder),
        Check.blocking("time zone", lambda: look_at_zone(environment.get("TZ", ""))),
        Check.blocking("writing files", lambda: look_at_delays(places.recordings, depth=2)),
        Check.blocking("open files", lambda: look_at_holders(places.recordings)),
        Check.blocking("virus scanner", lambda: look_at_exclusions(of_premises(root, program), places.recordings)),
        Check.blocking("firewall", lambda: look_at_own_firewall(rules_of(FirewallRole.PREMISES, installation))),
        Check("messages", lambda: _look_at_messages(places, settings.messaging, clock)),
        *_broker(settings.messaging),
        *_policy(settings.policy),
        *cloud_checks(places, settings, clock),
        *_ports(places, settings, keyring, web, clock),
    ]
    return await examine(checks, machine=socket.gethostname(), role=Role.PREMISES, clock=clock)


def _certificates(keyring: Keyring, web: Mapping[Service, bytes], clock: Clock) -> Sequence[Finding]:
    shown = {
        "site's authority": keyring.authority.certificate,
        "screen port's certificate": x509.load_pem_x509_certificate(keyring.server_file.read_bytes()).public_bytes(
            Encoding.DER
        ),
    }
    if Service.HTTPS in web:
        shown["web ports' certificate"] = web[Service.HTTPS]
    return [look_at_certificate(name, validity_of(one), now_us=clock.wall_us()) for name, one in shown.items()]


async def _look_at_catalogue(places: PremisesPlaces, settings: PremisesSettings, clock: Clock) -> Sequence[Finding]:
    """Whether it can be read, and, as only it knows how much is recorded, how long the disk lasts."""
    now_us = clock.wall_us()
    keep_days: int | None = None
    recorded, oldest_days = 0, 0
    subject = settings.catalogue.url or str(places.catalogue)
    try:
        async with looked_at_catalogue(places) as catalogue, catalogue.reading() as connection:
            keep_days = (await load_policy(connection)).default_days
            recorded, oldest_us = await recorded_since(connection, now_us - RATE_DAYS * DAY_US)
        oldest_days = 0 if oldest_us is None else max(0, now_us - oldest_us) // DAY_US
        found = finding("catalogue.fits", subject, "It can be read.")
    except PlayheadError as error:
        code = error.code if error.code in CODES else "catalogue.unavailable"
        found = finding(code, subject, str(error), start="playhead premises run")
    room = look_at_room(
        str(places.recordings),
        free_bytes=shutil.disk_usage(places.recordings).free,
        reserve_bytes=settings.screen.disk_free_min.bytes,
        bytes_per_day=recorded // min(RATE_DAYS, max(1, oldest_days)),
        oldest_days=oldest_days,
        keep_days=keep_days,
    )
    return [found, room]


async def _look_at_messages(places: PremisesPlaces, config: MessagingConfig, clock: Clock) -> Sequence[Finding]:
    try:
        async with looked_at_catalogue(places) as catalogue, catalogue.reading() as connection:
            waiting = await outbox_state(connection)
    except PlayheadError:
        return []  # which is told already
    waited_us = 0 if waiting.oldest_at_us is None else max(0, clock.wall_us() - waiting.oldest_at_us)
    found = look_at_outbox(
        events=waiting.events,
        waited_s=waited_us // 1_000_000,
        patience_s=PATIENCE_US // 1_000_000,
        kept=str(config.kept),
    )
    return [found]


def _broker(config: MessagingConfig) -> Sequence[Check]:
    """None is looked at where none is used."""
    if config.transport == "in-process":
        return []
    return [Check("broker", lambda: look_at_broker(config.broker, lambda: read_broker(config)))]


def _policy(config: PolicyConfig) -> Sequence[Check]:
    """Nothing is granted where it is off."""
    if not config.enabled:
        return []
    return [Check.done("policy", [look_at_grants(config.origins, wide_origins(config.origins))])]


def _ports(
    places: PremisesPlaces, settings: PremisesSettings, keyring: Keyring, web: Mapping[Service, bytes], clock: Clock
) -> Sequence[Check]:
    try:
        running = Running.read(places)
    except UnavailableError as error:
        stopped = finding("program.stopped", "premises server", error.message)
        return [Check.blocking("ports", lambda: [stopped, *map(_stopped, listeners_of(settings))])]
    runs = finding("program.runs", "premises server", f"It runs as process {running.process}.", process=running.process)
    own = Own(
        keyring.site,
        keyring.authority.certificate,
        settings.screen.transport == "plain",
        {service: certificate_hash(web, service) for service in web},
    )
    ports = {Service(name): Address.parse(text).port for name, text in running.listeners.items()}
    return [
        Check.done("program", [runs]),
        *(_running(one, own, clock) for one in listening_at(settings, ports)),
    ]


def _stopped(listener: Listener) -> Finding:
    return look_at_stopped(listener, why_not=why_not)


def _running(listener: Listener, own: Own, clock: Clock) -> Check:
    return Check(f"port {listener.port}", lambda: look_at_running(listener, own, clock=clock))
