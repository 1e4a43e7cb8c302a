"""What the API says and hears about the library: filters, bulk changes, views, bookmarks."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from playhead.base.ids import WorkstationId
from playhead.base.instants import utc, wall_us
from playhead.domain.access import Sight, agent_key
from playhead.domain.annotations import BULK_MAX, REASON_CHARS_MAX
from playhead.domain.library import PAGE_ITEMS_MAX, VALUES_MAX, Order, Question
from playhead.domain.recordings import RecordingState
from playhead.domain.words import QUESTION_CHARS_MAX, TAG_CHARS_MAX, searched_words, tag_of
from playhead.portal.api.shapes import Answer, Input, Instant
from playhead.store.analytics.questions import PATTERN_CHARS_MAX, Sought
from playhead.store.catalogue.bookmarks import TEXT_CHARS_MAX, Bookmark
from playhead.store.catalogue.holds import Hold
from playhead.store.catalogue.views import COLUMNS_MAX, NAME_CHARS_MAX, QUERY_CHARS_MAX, View

LENGTH_S_MAX = 10_000_000
"""Past what a recording can last."""

MOMENT_MS_MAX = LENGTH_S_MAX * 1000

_Texts = Annotated[list[Annotated[str, Field(max_length=255)]], Field(max_length=VALUES_MAX)]
_Pattern = Annotated[str, Field(max_length=PATTERN_CHARS_MAX)]
"""In any case, with ``*`` for anything."""
_Percent = Annotated[int | None, Field(ge=0, le=100)]
_Seconds = Annotated[int | None, Field(ge=0, le=LENGTH_S_MAX)]
_Moment = Annotated[int, Field(ge=0, le=MOMENT_MS_MAX, description="On the recording's timeline, in milliseconds.")]


class LibraryQuery(BaseModel):
    """Which recordings, in which order, from which place on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    before: Annotated[str | None, Field(max_length=64, description="`next` of the page before.")] = None
    limit: Annotated[int, Field(ge=1, le=PAGE_ITEMS_MAX)] = 50
    order: Annotated[Order, Field(description="A minus: the greatest first.")] = Order.NEWEST
    agent: Annotated[_Texts, Field(description="Operating-system logins; any of them.")] = []
    workstation: _Texts = []
    site: _Texts = []
    group: Annotated[str | None, Field(max_length=63, description="Of agents who are in it now.")] = None
    state: Annotated[list[RecordingState], Field(max_length=len(RecordingState))] = []
    tag: Annotated[_Texts, Field(description="Any of them.")] = []
    began_from: Annotated[Instant | None, Field(alias="from", description="Began at or after.")] = None
    began_to: Annotated[Instant | None, Field(alias="to", description="Began before.")] = None
    min_length: Annotated[_Seconds, Field(alias="minLength", description="Seconds.")] = None
    max_length: Annotated[_Seconds, Field(alias="maxLength", description="Seconds.")] = None
    gap: bool | None = None
    blackout: bool | None = None
    held: bool | None = None
    q: Annotated[
        str,
        Field(
            max_length=QUESTION_CHARS_MAX,
            description="Beginnings of words, all of which are found in the agent, the workstation, a tag, a shared "
            "bookmark or the reason of the hold.",
        ),
    ] = ""

    application: Annotated[_Pattern, Field(description="Worked with during the recording. Needs `analyse`.")] = ""
    url: Annotated[_Pattern, Field(description="Shown during it, in that application. Needs `analyse`.")] = ""
    rule: Annotated[_Pattern, Field(description="A rule that did something during it. Needs `analyse`.")] = ""
    idle_from: Annotated[
        _Percent, Field(alias="idleFrom", description="Least share of idle time, in percent. Needs `analyse`.")
    ] = None
    idle_to: Annotated[_Percent, Field(alias="idleTo", description="Greatest share, likewise.")] = None

    @property
    def sought(self) -> Sought | None:
        """What must have been worked with; None where nothing is asked for."""
        sought = Sought(
            application=self.application,
            url=self.url,
            rule=self.rule,
            idle_share_min=None if self.idle_from is None else self.idle_from / 100,
            idle_share_max=None if self.idle_to is None else self.idle_to / 100,
        )
        return None if sought == Sought() else sought

    def question(self, sight: Sight, members: frozenset[str] | None) -> Question:
        """What is asked of the library.

        Args:
            sight: what the caller may see.
            members: of the group asked for, if one is.

        Raises:
            InvalidInputError: ``tag.malformed``, ``id.malformed``.
            LimitError: ``search.length``.
        """
        return Question(
            sight=sight,
            agents=frozenset(agent_key(agent) for agent in self.agent),
            members=members,
            workstations=frozenset(str(WorkstationId(name)) for name in self.workstation),
            sites=frozenset(self.site),
            states=frozenset(self.state),
            tags=frozenset(tag_of(tag) for tag in self.tag),
            from_us=None if self.began_from is None else wall_us(self.began_from),
            to_us=None if self.began_to is None else wall_us(self.began_to),
            length_us_min=None if self.min_length is None else self.min_length * 1_000_000,
            length_us_max=None if self.max_length is None else self.max_length * 1_000_000,
            has_gap=self.gap,
            has_blackout=self.blackout,
            held=self.held,
            words=searched_words(self.q),
        )


class GroupName(Answer):
    """A group of agents."""

    id: str
    name: str


class FacetsItem(Answer):
    """What there is to choose from, of what the caller may see."""

    agents: list[str] = Field(description="As filters take them: without a Windows domain, and in one case.")
    workstations: list[str]
    tags: list[str]
    sites: list[str]
    groups: list[GroupName]


class HoldItem(Answer):
    """Why a recording must not be deleted."""

    reason: str
    by: str
    at: datetime


class BulkOrder(Input):
    """What to do with some recordings."""

    recordings: Annotated[list[Annotated[str, Field(max_length=36)]], Field(min_length=1, max_length=BULK_MAX)]
    action: Literal["tag", "untag", "hold", "release"]
    tag: Annotated[str, Field(max_length=4 * TAG_CHARS_MAX, description="For `tag` and `untag`.")] = ""
    reason: Annotated[str, Field(max_length=REASON_CHARS_MAX, description="For `hold`, which needs one.")] = ""


class Refused(Answer):
    """A recording that stayed as it was."""

    id: str
    code: str


class BulkAnswer(Answer):
    """What was done."""

    done: int = Field(description="Recordings that are so now, whether or not they were before.")
    refused: list[Refused]


class ViewInput(Input):
    """A question to the library that somebody keeps."""

    name: Annotated[str, Field(min_length=1, max_length=NAME_CHARS_MAX)]
    query: Annotated[str, Field(max_length=QUERY_CHARS_MAX, description="Of the page's address, after the `?`.")]
    shared: bool = False
    columns: tuple[Annotated[str, Field(max_length=32)], ...] = Field(default=(), max_length=COLUMNS_MAX)


class ViewItem(Answer):
    """A kept question, with its columns."""

    id: str
    name: str
    query: str
    shared: bool
    columns: list[str]
    mine: bool


class ViewList(Answer):
    """One's own views and the shared ones, by name."""

    items: list[ViewItem]


class BookmarkInput(Input):
    """A moment of a recording, or a stretch, worth coming back to."""

    recording: Annotated[str, Field(max_length=36)]
    at_ms: _Moment
    end_ms: _Moment | None = None
    text: Annotated[str, Field(max_length=TEXT_CHARS_MAX)]
    shared: bool = False


class BookmarkChange(Input):
    """What becomes different; the rest stays."""

    at_ms: _Moment | None = None
    end_ms: _Moment | None = Field(default=None, description="Null for a moment.")
    text: Annotated[str | None, Field(max_length=TEXT_CHARS_MAX)] = None
    shared: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("Nothing is to be changed.")
        return self


class BookmarkItem(Answer):
    """A bookmark."""

    id: str
    recording: str
    at_ms: int
    end_ms: int | None
    text: str
    shared: bool
    by: str
    mine: bool
    created_at: datetime


class BookmarkPage(Answer):
    """Some bookmarks, the newest first."""

    items: list[BookmarkItem]
    next: str | None = Field(description="`before` of the next page; null at the end.")


def view_item(view: View, *, mine: bool) -> ViewItem:
    """A view for the wire."""
    return ViewItem(
        id=str(view.id), name=view.name, query=view.query, shared=view.shared, columns=list(view.columns), mine=mine
    )


def bookmark_item(bookmark: Bookmark, *, mine: bool) -> BookmarkItem:
    """A bookmark for the wire."""
    return BookmarkItem(
        id=str(bookmark.id),
        recording=str(bookmark.recording),
        at_ms=bookmark.at_us // 1000,
        end_ms=None if bookmark.end_us is None else bookmark.end_us // 1000,
        text=bookmark.text,
        shared=bookmark.shared,
        by=str(bookmark.user),
        mine=mine,
        created_at=utc(bookmark.created_at_us),
    )


def hold_item(hold: Hold) -> HoldItem:
    """A hold for the wire."""
    return HoldItem(reason=hold.reason, by=str(hold.by_user), at=utc(hold.at_us))
