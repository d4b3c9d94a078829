"""D5: an async view may show what is lazy: fetched in the pool, with the diffs of its def twin."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission

from django_phoenix.live.spec import spec_of
from tests.support.live_site import views
from tests.support.tree import flat, merged

TWINS = ["/lazy/", "/async-lazy/"]
FIRST = "<ul><li>one</li><li>three</li><li>two</li></ul><p>Ada Lovelace</p>True may 0\n"
LATER = "<ul><li>two</li><li>three</li><li>one</li></ul><p>Ada Lovelace</p>True may 0\n"


@pytest.fixture
async def permitted(ada_browser, ada, groups):
    permission = await Permission.objects.aget(codename="view_group")
    await ada.user_permissions.aadd(permission)
    spec_of(views.AsyncLazyLive).renders_in_pool = False
    return ada_browser


@pytest.mark.parametrize("url", TWINS)
async def test_lazy_values_are_shown_at_get_at_join_and_after_an_event(permitted, url):
    page = await permitted.get(url)
    assert page.inner == FIRST
    view = await permitted.join(page)
    tree = view.joined["rendered"]
    assert flat(tree) == FIRST
    tree = merged(tree, (await view.event("more"))["diff"])
    assert flat(tree) == LATER


async def test_the_diffs_of_the_twins_are_the_same(permitted):
    diffs = []
    for url in TWINS:
        view = await permitted.open(url)
        diffs.append([view.joined["rendered"], await view.event("more"), await view.event("inc")])
    assert diffs[0] == diffs[1]


async def test_a_view_whose_rendering_needed_the_database_renders_in_the_pool_from_then_on(permitted):
    spec = spec_of(views.AsyncLazyLive)
    view = await permitted.open("/async-lazy/")
    await view.event("inc")
    assert not spec.renders_in_pool  # what was fetched for the first rendering serves the next
    await view.event("more")
    assert spec.renders_in_pool
    assert (await view.event("inc"))["diff"] is not None


async def test_the_log_is_quiet_about_it(permitted, caplog):
    view = await permitted.open("/async-lazy/")
    await view.event("more")
    assert caplog.records == []
