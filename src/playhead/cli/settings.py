"""The premises server's settings: one file, one table a service."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from playhead.base import config
from playhead.base.addresses import Address
from playhead.base.config import KeyFaultError, Section
from playhead.base.ids import SiteId
from playhead.cli.places import PremisesPlaces
from playhead.environment.collisions import clash_in
from playhead.environment.installation import Listener
from playhead.environment.ports import Service
from playhead.portal.config import PortalConfig
from playhead.portal.oidc_config import OidcConfig
from playhead.premises.analytics.config import AnalyticsConfig
from playhead.premises.coverage.config import CoverageConfig
from playhead.premises.export.config import ExportConfig
from playhead.premises.keeping.config import KeepingConfig
from playhead.premises.link.config import LinkConfig
from playhead.premises.logs.config import LogsConfig
from playhead.premises.messaging.config import MessagingConfig
from playhead.premises.native_players.config import NativePlayersConfig
from playhead.premises.player.config import PlayerConfig
from playhead.premises.policy.config import PolicyConfig
from playhead.premises.replication.config import ReplicationConfig
from playhead.premises.screen.config import ScreenConfig
from playhead.premises.tokens.config import TokensConfig
from playhead.premises.upload.config import UploadConfig
from playhead.store.catalogue.config import CatalogueConfig

LISTENING: Final = (
    (Service.PORTAL, "portal", "listen"),
    (Service.HTTPS, "portal", "https_listen"),
    (Service.TOKENS, "tokens", "listen"),
    (Service.SCREEN, "screen", "listen"),
    (Service.LOGGING, "logs", "listen"),
    (Service.ANALYTICS, "analytics", "listen"),
    (Service.POLICY, "policy", "listen"),
    (Service.CLIENT_PLAYERS, "native_players", "listen"),
)
"""Which key of which table says where each service listens."""


class SiteConfig(Section, frozen=True):
    """``[site]``: which customer location this server is."""

    id: Annotated[SiteId, Meta(description="Name of the site; part of every certificate, so choose it once.")] = SiteId(
        "site"
    )


class PremisesSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``premises.toml``. Every table and every key may be left out."""

    site: SiteConfig = SiteConfig()
    catalogue: CatalogueConfig = CatalogueConfig()
    screen: ScreenConfig = ScreenConfig()
    tokens: TokensConfig = TokensConfig()
    portal: PortalConfig = PortalConfig()
    oidc: OidcConfig = OidcConfig()
    player: PlayerConfig = PlayerConfig()
    export: ExportConfig = ExportConfig()
    coverage: CoverageConfig = CoverageConfig()
    keeping: KeepingConfig = KeepingConfig()
    logs: LogsConfig = LogsConfig()
    analytics: AnalyticsConfig = AnalyticsConfig()
    policy: PolicyConfig = PolicyConfig()
    native_players: NativePlayersConfig = NativePlayersConfig()
    messaging: MessagingConfig = MessagingConfig()
    cloud: LinkConfig = LinkConfig()
    replication: ReplicationConfig = ReplicationConfig()
    upload: UploadConfig = UploadConfig()

    def __post_init__(self) -> None:
        """No two services can have one port."""
        listening = self.listening()
        clash = clash_in([*listening.values()])
        if clash is None:
            return
        keys = {listener: key for key, listener in listening.items()}
        instead = f"such as {clash.instead}" if clash.instead else "that nobody has"
        message = f"{keys[clash.other]} has port {clash.fault.port} already; give one of them another, {instead}."
        raise KeyFaultError([keys[clash.fault], keys[clash.other]], message)

    def listening(self) -> dict[str, Listener]:
        """What the server listens on, by the key that says where, such as ``portal.https_listen``."""
        found: dict[str, Listener] = {}
        for service, table, key in LISTENING:
            section = getattr(self, table)
            if service is Service.HTTPS and self.portal.transport == "plain":
                continue
            if not getattr(section, "enabled", True):  # most services have no such key: they are always on
                continue
            address: Address = getattr(section, key)
            found[f"{table}.{key}"] = Listener(service, address.host, address.port)
        return found

    @classmethod
    def load(cls, places: PremisesPlaces) -> "PremisesSettings":
        """The settings of a data folder; all defaults where it has no file.

        Raises:
            InvalidInputError: as `playhead.base.config.load`.
        """
        return config.load(places.config, cls) if places.config.exists() else cls()
