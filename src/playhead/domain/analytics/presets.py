"""Settings of privacy to begin with, by country, each with the reason for which it is so.

No legal advice, and no substitute for the agreement with those who are watched or their council: what is proportionate
depends on what it is for. They err on the side of telling less.
"""

from dataclasses import dataclass
from typing import Final

from playhead.domain.analytics.privacy import Hide, Privacy

_HOME: Final = (
    Hide(title="*bank*", how="drop"),
    Hide(url="*bank*", how="drop"),
    Hide(title="*webmail*", how="away"),
    Hide(title="*gmail*", how="away"),
    Hide(url="*://mail.google.com/*", how="away"),
    Hide(title="*whatsapp*", how="away"),
    Hide(url="*://web.whatsapp.com/*", how="away"),
)
"""What people use at work for themselves."""

_HEALTH: Final = (
    Hide(title="*patient*", how="hash"),
    Hide(title="*krank*", how="hash"),
    Hide(title="*health*", how="hash"),
)


@dataclass(frozen=True, slots=True)
class Preset:
    """Settings, and why."""

    privacy: Privacy
    reason: str


PRESETS: Final = {
    "none": Preset(Privacy(), "Everything but card numbers and what follows ? in addresses. For tests."),
    "general": Preset(
        Privacy(hide=_HOME, urls="path"),
        "Private mail, chats and banks are left out; the rest is told. Where the law asks for notice above all.",
    ),
    "de": Preset(
        Privacy(applications=(), titles="hash", urls="site", counts=False, hide=(*_HOME, *_HEALTH)),
        "Only listed applications, to be listed in the works agreement: a technical system that can watch conduct "
        "needs the works council's consent (BetrVG section 87 (1) no. 6), and data of employees must be necessary "
        "(BDSG section 26; GDPR article 5 (1) c). A key logger was found disproportionate without a suspicion (BAG 2 "
        "AZR 681/16).",
    ),
    "at": Preset(
        Privacy(applications=(), titles="hash", urls="site", counts=False, hide=(*_HOME, *_HEALTH)),
        "As in Germany: a system of control that touches human dignity needs the works council (ArbVG section 96 (1) "
        "no. 3).",
    ),
    "fr": Preset(
        Privacy(
            titles="keep",
            urls="site",
            counts=False,
            hide=(*_HOME, Hide(title="*personnel*", how="away"), Hide(title="*privé*", how="away")),
        ),
        "What is marked as personal may not be looked at (Cass. soc. 2 October 2001, 99-42.942, Nikon); the CNIL holds "
        "constant watching and the counting of keys to be excessive, and wants employees and the CSE informed before.",
    ),
    "nl": Preset(
        Privacy(titles="keep", urls="site", counts=False, hide=(*_HOME, *_HEALTH)),
        "The works council consents to systems that watch staff (WOR article 27 (1) l); GDPR article 5 (1) c.",
    ),
    "it": Preset(
        Privacy(applications=(), titles="drop", urls="drop", counts=False, hide=_HOME),
        "Remote control of workers needs an agreement with the unions or the inspectorate (Statuto dei Lavoratori, "
        "article 4); only that an application was used is told.",
    ),
    "uk": Preset(
        Privacy(titles="keep", urls="path", counts=True, hide=(*_HOME, *_HEALTH)),
        "The ICO's guidance on monitoring workers (2023) asks for a purpose, an assessment and notice.",
    ),
    "us": Preset(
        Privacy(titles="keep", urls="path", counts=True, hide=(*_HOME, *_HEALTH)),
        "Some states ask for written notice of electronic monitoring (New York Civil Rights Law section 52-c, "
        "Connecticut General Statutes section 31-48d, Delaware Code title 19 section 705); health data is kept away "
        "because of HIPAA.",
    ),
}
"""By name; a country's is its ISO 3166 code, but ``uk``."""
