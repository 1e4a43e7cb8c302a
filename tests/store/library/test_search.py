"""Looking through the columns finds exactly what looking at each recording finds, in the same order."""

from random import Random

import pytest
from store.library.rows import AGENTS, DESKS, SITES, TAGS, Known, batch, some

from playhead.domain.access import Sight
from playhead.domain.library import Order, Place, Question
from playhead.domain.recordings import RecordingState
from playhead.store.library import columns as c
from playhead.store.library.columns import Columns
from playhead.store.library.facets import VALUES_MAX, facets
from playhead.store.library.search import search

ALL = Sight(everyone=True)
SIGHTS = [
    ALL,
    ALL,
    Sight(everyone=True, everyone_since_us=20_000_000),
    Sight(everyone=True, everyone_since_us=30_000_000, agents={"ana": 10_000_000, "eva.adler": None}),
    Sight(everyone=False, agents={"ana": None, "nobody": None}),
    Sight(everyone=False, agents={"ana": None, "ben": 15_000_000, "eva.brandt": 25_000_000}),
    Sight(everyone=False),
]


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    """So that a few recordings already lie in several."""
    monkeypatch.setattr(c, "CHUNK_ROWS", 16)


def make(rows):
    made = Columns()
    made.apply(batch(rows))
    return made


def wanted(row, question):
    """The question, word by word."""
    length_ms = row.length_us // 1000
    return (
        question.sight.holds(row.agent, row.started_us)
        and (not question.agents or row.agent in question.agents)
        and (question.members is None or row.agent in question.members)
        and (not question.workstations or row.workstation in question.workstations)
        and (not question.sites or row.site in question.sites)
        and (not question.states or row.state in question.states)
        and (not question.tags or bool(question.tags & set(row.tags)))
        and (question.from_us is None or row.started_us >= question.from_us)
        and (question.to_us is None or row.started_us < question.to_us)
        and (question.length_us_min is None or length_ms * 1000 >= question.length_us_min)
        and (question.length_us_max is None or length_ms * 1000 <= question.length_us_max)
        and (question.has_gap is None or row.gap == question.has_gap)
        and (question.has_blackout is None or row.blackout == question.has_blackout)
        and (question.held is None or row.held == question.held)
        and all(any(one.startswith(word) for one in row.words) for word in question.words)
    )


def expected(rows, question, order):
    found = [
        Place(row.length_us // 1000 if order.by_length else row.started_us, row.number)
        for row in rows
        if wanted(row, question)
    ]
    return sorted(found, reverse=order.descends)


def question(rng):
    """A random one: every filter is there in about a quarter of them."""

    def maybe(value, otherwise=None):
        return value if rng.random() < 0.25 else otherwise

    return Question(
        sight=rng.choice(SIGHTS),
        agents=maybe(frozenset(rng.sample(AGENTS, 2)), frozenset()),
        members=maybe(frozenset(rng.sample([*AGENTS, "nobody"], rng.randrange(4)))),
        workstations=maybe(frozenset([rng.choice([*DESKS, "none"])]), frozenset()),
        sites=maybe(frozenset([rng.choice(SITES)]), frozenset()),
        states=maybe(frozenset([rng.choice(list(RecordingState))]), frozenset()),
        tags=maybe(frozenset(rng.sample([*TAGS, "none"], 2)), frozenset()),
        from_us=maybe(rng.randrange(40) * 1_000_000),
        to_us=maybe(rng.randrange(1, 41) * 1_000_000),
        length_us_min=maybe(rng.choice([0, 1_000, 5_000_000])),
        length_us_max=maybe(rng.choice([0, 5_000_000, 60_000_000])),
        has_gap=maybe(rng.random() < 0.5),
        has_blackout=maybe(rng.random() < 0.5),
        held=maybe(rng.random() < 0.5),
        words=maybe(tuple(rng.sample(["refund", "e", "pc", "case", "7", "cafe", "zz"], rng.choice([1, 1, 2]))), ()),
    )


@pytest.mark.parametrize("seed", range(120))
def test_finds_what_is_wanted_in_order_page_by_page(seed):
    rng = Random(seed)  # noqa: S311 - repeats from its seed
    rows = some(rng, range(rng.choice([1, 15, 16, 17, 100])))
    columns = make(rows)
    for _ in range(6):
        asked, order, limit = question(rng), rng.choice(list(Order)), rng.choice([1, 3, 50])
        everything = expected(rows, asked, order)
        found, after = [], None
        while page := search(columns, asked, order, after, limit):
            assert len(page) <= limit
            found += page
            after = page[-1]
            assert len(found) <= len(everything)
        assert found == everything


@pytest.mark.parametrize("seed", range(20))
def test_changes_are_taken_up(seed):
    """Whatever a recording was before, afterwards it is found by what it is now, and not at all once it is gone."""
    rng = Random(seed)  # noqa: S311 - repeats from its seed
    rows = {row.number: row for row in some(rng, range(40))}
    columns = make(rows.values())
    for _ in range(5):
        changed = some(rng, rng.sample(range(60), 12))
        gone = rng.sample(sorted(rows), 5)
        rows |= {row.number: row for row in changed}
        for number in gone:
            rows.pop(number)
        columns.apply(batch([row for row in changed if row.number not in gone]), gone)
        assert len(columns) == len(rows)
        for _ in range(5):
            asked, order = question(rng), rng.choice(list(Order))
            assert search(columns, asked, order, None, 100) == expected(rows.values(), asked, order)


def test_many_of_equal_length_come_in_the_order_of_their_numbers():
    columns = make([Known(number) for number in range(40)])
    for order, numbers in ((Order.LONGEST, range(39, 34, -1)), (Order.SHORTEST, range(5))):
        assert [place.number for place in search(columns, Question(sight=ALL), order, None, 5)] == list(numbers)


def test_a_chunk_that_cannot_hold_a_better_one_is_not_looked_at(monkeypatch):
    columns = make([Known(number, started_us=number) for number in range(64)])
    looked_at = []
    whole = c.Chunk.__getitem__
    monkeypatch.setattr(c.Chunk, "__getitem__", lambda self, name: looked_at.append(self.base) or whole(self, name))
    assert len(search(columns, Question(sight=ALL), Order.NEWEST, None, 10)) == 10
    assert set(looked_at) == {48}
    looked_at.clear()
    search(columns, Question(sight=ALL, from_us=16, to_us=32), Order.OLDEST, None, 20)
    assert set(looked_at) == {16}


def test_a_length_beyond_what_is_kept_counts_as_the_longest():
    columns = make([Known(0, length_us=(c.LENGTH_MS_MAX + 5) * 1000), Known(1, length_us=-1)])
    places = search(columns, Question(sight=ALL), Order.LONGEST, None, 5)
    assert [place.value for place in places] == [c.LENGTH_MS_MAX, 0]


def test_nothing_is_there():
    assert search(Columns(), Question(sight=ALL), Order.NEWEST, None, 5) == []
    assert facets(Columns(), ALL).agents == ()


class TestFacets:
    ROWS = (
        Known(0, agent="ana", tags=("vip",)),
        Known(1, agent="ben", workstation="pc-2", site="south", tags=("refund", "vip"), started_us=9),
        Known(20, agent="", workstation="desk"),
    )

    def test_are_what_recordings_in_sight_have(self):
        found = facets(make(self.ROWS), ALL)
        assert (found.agents, found.workstations) == (("ana", "ben"), ("desk", "pc-1", "pc-2"))
        assert (found.tags, found.sites) == (("refund", "vip"), ("north", "south"))
        found = facets(make(self.ROWS), Sight(everyone=False, agents={"ana": None, "ben": 10}))
        assert (found.agents, found.workstations, found.tags, found.sites) == (
            ("ana",),
            ("pc-1",),
            ("vip",),
            ("north",),
        )
        found = facets(make(self.ROWS), Sight(everyone=True, everyone_since_us=9))
        assert (found.agents, found.tags) == (("ben",), ("refund", "vip"))

    def test_begin_with_what_is_typed(self):
        found = facets(make(self.ROWS), ALL, "pc")
        assert (found.agents, found.workstations) == ((), ("pc-1", "pc-2"))

    def test_a_tag_that_nothing_has_any_more_is_gone(self):
        columns = make(self.ROWS)
        columns.apply(batch([Known(1, agent="ben")]), [])
        assert facets(columns, ALL).tags == ("vip",)

    @pytest.mark.parametrize(("there", "told"), [(VALUES_MAX, VALUES_MAX), (VALUES_MAX + 1, VALUES_MAX)])
    def test_are_few_enough_for_a_menu(self, there, told):
        assert len(facets(make([Known(number, agent=f"a{number}") for number in range(there)]), ALL).agents) == told
