"""Under a TestCase everything happens in the test's transaction."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.test import TestCase, override_settings

from django_phoenix.testing.live import live
from tests.live.conftest import SETTINGS


@override_settings(**SETTINGS)
class DjangoTests(TestCase):
    def test_a_view_works_in_the_tests_transaction(self):
        Group.objects.create(name="made in the test")
        page = live(self.client, "/lazy/")
        assert "made in the test" in page.text

    def test_nothing_of_another_test_is_there(self):
        assert not Group.objects.exists()
        with live(self.client, "/lazy/") as page:
            assert page.connected
        assert not page.connected
