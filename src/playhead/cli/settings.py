"""The premises server's settings: one file, one table a service."""

from typing import Annotated

import msgspec
from msgspec import Meta

from playhead.base import config
from playhead.base.config import Section
from playhead.base.ids import SiteId
from playhead.cli.places import PremisesPlaces
from playhead.portal.config import PortalConfig
from playhead.portal.oidc_config import OidcConfig
from playhead.premises.coverage import CoverageConfig
from playhead.premises.export import ExportConfig
from playhead.premises.keeping import KeepingConfig
from playhead.premises.messaging import MessagingConfig
from playhead.premises.player import PlayerConfig
from playhead.premises.screen import ScreenConfig
from playhead.premises.tokens import TokensConfig


class SiteConfig(Section, frozen=True):
    """``[site]``: which customer location this server is."""

    id: Annotated[SiteId, Meta(description="Name of the site; part of every certificate, so choose it once.")] = SiteId(
        "site"
    )


class PremisesSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``premises.toml``. Every table and every key may be left out."""

    site: SiteConfig = SiteConfig()
    screen: ScreenConfig = ScreenConfig()
    tokens: TokensConfig = TokensConfig()
    portal: PortalConfig = PortalConfig()
    oidc: OidcConfig = OidcConfig()
    player: PlayerConfig = PlayerConfig()
    export: ExportConfig = ExportConfig()
    coverage: CoverageConfig = CoverageConfig()
    keeping: KeepingConfig = KeepingConfig()
    messaging: MessagingConfig = MessagingConfig()

    @classmethod
    def load(cls, places: PremisesPlaces) -> "PremisesSettings":
        """The settings of a data folder; all defaults where it has no file.

        Raises:
            InvalidInputError: as `playhead.base.config.load`.
        """
        return config.load(places.config, cls) if places.config.exists() else cls()
