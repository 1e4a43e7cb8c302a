"""What is known of the present of all sites."""

from cloud.conftest import ACME

from playhead.base.ids import SiteId
from playhead.cloud.present import Present
from playhead.domain.accounts import Present as Covered
from playhead.domain.live import CoverageChanged, HealthChanged
from playhead.testing.site import SITE


async def test_a_site_that_is_away_is_told_of_and_so_is_its_return(cloud):
    async with cloud.tenants.catalogue(ACME) as catalogue:
        present = Present(ACME, catalogue, cloud.links, cloud.site.clock)
        await present.look()
        assert present.problems() == ()
        cloud.link.is_up.clear()
        with present.subscribe() as changes:
            await present.look()
            await present.look()
            cloud.link.is_up.set()
            await present.look()
            news = aiter(changes)
            away, back = await anext(news), await anext(news)
    assert isinstance(away, HealthChanged)
    assert [(one.code, one.message) for one in away.problems] == [("site.away", f"{SITE} is not connected.")]
    assert isinstance(back, HealthChanged)
    assert back.problems == ()


async def test_who_is_covered_is_told_by_the_name_in_the_cloud(cloud):
    cloud.site.control.connect("pc-1", agent="jane")
    cloud.coverage.look()
    async with cloud.tenants.catalogue(ACME) as catalogue:
        present = Present(ACME, catalogue, cloud.links, cloud.site.clock)
        with present.subscribe() as changes:
            await present.look()
            [one] = present.coverage()
            assert isinstance(one, Covered)
            assert (str(one.workstation), one.agent) == (f"{SITE}.pc-1", "jane")
            told = [await anext(aiter(changes)) for _ in range(2)]
        assert CoverageChanged(one) in told
        assert present.zone_of(SITE).key == "Europe/Vienna"
        assert present.zone_of(SiteId("nowhere")) is None
