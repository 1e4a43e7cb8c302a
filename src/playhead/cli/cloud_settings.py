"""The cloud's settings: one file, one table a service."""

from typing import Annotated

import msgspec
from msgspec import Meta

from playhead.base import config
from playhead.base.config import Section
from playhead.base.ids import CloudId
from playhead.cli.cloud_messaging import TenantMessagingConfig
from playhead.cli.cloud_objects import TenantStoreConfig
from playhead.cli.cloud_places import CloudPlaces
from playhead.cloud.links import LinksConfig
from playhead.portal.config import PortalConfig
from playhead.premises.export.config import ExportConfig
from playhead.premises.player.config import PlayerConfig
from playhead.premises.tokens.config import TokensConfig
from playhead.store.catalogue.config import DatabaseConfig


class CloudConfig(Section, frozen=True):
    """``[cloud]``: which cloud this is."""

    id: Annotated[CloudId, Meta(description="Name of the cloud; part of every certificate, so choose it once.")] = (
        CloudId("cloud")
    )


class CloudSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``cloud.toml``. Every table and every key may be left out."""

    cloud: CloudConfig = CloudConfig()
    database: DatabaseConfig = DatabaseConfig()
    links: LinksConfig = LinksConfig()
    portal: PortalConfig = PortalConfig()
    tokens: TokensConfig = TokensConfig()
    player: PlayerConfig = PlayerConfig()
    export: ExportConfig = ExportConfig()
    objects: tuple[TenantStoreConfig, ...] = ()
    messaging: tuple[TenantMessagingConfig, ...] = ()

    @classmethod
    def load(cls, places: CloudPlaces) -> "CloudSettings":
        """The settings of a data folder; all defaults where it has no file.

        Raises:
            InvalidInputError: as `playhead.base.config.load`.
        """
        return config.load(places.config, cls) if places.config.exists() else cls()
