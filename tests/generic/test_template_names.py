"""What the template checks know of generic views: every name that their templates are given."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group

from django_phoenix.generic import ListLive
from django_phoenix.management.contract.assigned import assigned_by
from tests.support.live_site import form_views


class Named(ListLive):
    model = Group
    context_object_name = "teams"
    extra_context = {"more": 1}


class Open(ListLive):
    model = Group

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "another": 1}


@pytest.mark.parametrize(
    "url", ["contact/", "groups/", "groups/new/", "groups/1/", "groups/1/edit/", "groups/1/delete/"]
)
def test_what_a_view_shows_is_known(client, groups, ada, url):
    ada.is_superuser = True
    ada.save()
    client.force_login(ada)
    pk = str(groups[0].pk)
    view = client.get(f"/forms/{url.replace('1', pk)}").context["view"]
    assert set(vars(view.assigns)) - {"uploads"} <= assigned_by(type(view)).names


def test_own_names_are_known_and_own_context_data_may_give_any():
    assert assigned_by(Named).names >= {"teams", "more", "page_links"}
    assert not assigned_by(Named).open
    assert assigned_by(Open).open


def test_a_form_may_have_uploads():
    assert assigned_by(form_views.ContactLive).open_uploads
