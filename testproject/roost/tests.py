"""Roost's own tests, as its makers would write them: `manage.py test testproject.roost`."""

from __future__ import annotations

import tempfile
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_login_failed
from django.http import Http404
from django.test import TestCase, override_settings
from django.utils import timezone

from django_phoenix.testing.live import LiveFile, LivePage, live
from testproject.roost import deeds
from testproject.roost.models import Activity, Board, Card, Comment, Deed, Lane, Profile
from testproject.roost.rows import urgency


class RoostTests(TestCase):
    """Ada has a board; Mia is on it, Joe is not."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.ada, cls.mia, cls.joe = (
            get_user_model().objects.create_user(name) for name in ("ada", "mia", "joe")
        )
        for user in (cls.ada, cls.mia, cls.joe):
            Profile.of(user)
        cls.board = deeds.make_board(cls.ada, "Garden", "All that grows", "moss")
        cls.board.members.add(cls.mia)
        cls.lane = Lane.objects.get(board=cls.board, name="To do")
        cls.card = deeds.add_card(cls.ada, cls.lane, "Water the plants")

    def page(self, user: object, path: str = "") -> LivePage:
        client = self.client_class()
        client.force_login(user)
        return live(client, path or self.board.get_absolute_url())

    def titles(self, page: LivePage, lane: str) -> list[str]:
        return page.element(f'[data-name="{lane}"] .card-title').texts

    # The way in.

    def test_a_password_is_tried_when_it_is_sent_and_not_while_it_is_typed(self) -> None:
        tried: list[object] = []
        user_login_failed.connect(receiver := lambda credentials, **_: tried.append(credentials["username"]))
        self.addCleanup(user_login_failed.disconnect, receiver)
        page = live(self.client_class(), "/account/login/")
        form = page.form("#login", {"username": "ada", "password": "no"})
        form.change()
        self.assertEqual(tried, [])
        form.submit()
        self.assertEqual(tried, ["ada"])
        self.assertIn("Please enter a correct username", page.text)
        page.form("#login", {"username": "mia", "password": "no"}).change()
        self.assertEqual(tried, ["ada"])

    # Boards.

    def test_what_one_adds_the_other_sees(self) -> None:
        ada, mia = self.page(self.ada), self.page(self.mia)
        ada.form(f"#add-{self.lane.pk}", {"title": "Cut the roses"}).submit()
        for page in (ada, mia):
            self.assertEqual(self.titles(page, "To do"), ["Water the plants", "Cut the roses"])

    def test_a_card_laid_into_a_list_that_finishes_is_done(self) -> None:
        done = Lane.objects.get(board=self.board, name="Done")
        page = self.page(self.mia)
        page.element("#lanes").render_hook("move", {"id": self.card.pk, "lane": done.pk, "index": 0})
        self.assertEqual(self.titles(page, "Done"), ["Water the plants"])
        self.assertEqual(Activity.objects.first().deed, Deed.DONE)

    def test_a_card_keeps_to_the_place_where_it_was_laid(self) -> None:
        for title in ("two", "three"):
            deeds.add_card(self.ada, self.lane, title)
        deeds.move_card(self.ada, self.card, self.lane, 1)
        self.assertEqual(
            list(self.lane.cards.values_list("title", flat=True)), ["two", "Water the plants", "three"]
        )

    def test_a_board_is_there_for_its_members_only(self) -> None:
        self.client.force_login(self.joe)
        answer = self.client.get(self.board.get_absolute_url())
        self.assertContains(answer, "Nobody sits on this perch", status_code=404)
        self.client.logout()
        self.assertRedirects(
            self.client.get(self.board.get_absolute_url()),
            f"/account/login/?next={self.board.get_absolute_url()}",
        )

    def test_who_is_dismissed_is_led_away(self) -> None:
        mia, ada = self.page(self.mia), self.page(self.ada, f"/boards/{self.board.pk}/settings/")
        ada.element(f"#person-{self.mia.pk} button").click()
        mia.render_async()
        self.assertEqual(mia.url, "/boards/")
        self.assertIn("not on that board any more", mia.text)

    def test_cards_of_other_boards_cannot_be_moved_here(self) -> None:
        other = deeds.make_board(self.joe, "Elsewhere")
        card = deeds.add_card(self.joe, other.lanes.first(), "Not yours")
        page = self.page(self.ada)
        with self.assertRaisesMessage(Http404, "No Card matches"):
            page.element("#lanes").render_hook("move", {"id": card.pk, "lane": self.lane.pk, "index": 0})
        card.refresh_from_db()
        self.assertEqual(card.lane.board, other)

    def test_the_bell_rings_for_those_whose_card_it_is(self) -> None:
        Profile.objects.update(rung_at=timezone.now())
        mia = self.page(self.mia, "/search/")
        ada = self.page(self.ada, self.card.get_absolute_url())
        ada.element(".choice", "mia").click()
        self.assertEqual(mia.child("bell").element(".bell-count").text, "1")
        mia.child("bell").element("button").click()
        self.assertFalse(mia.child("bell").has_element(".bell-count"))
        self.assertIn("gave you Water the plants", mia.child("bell").element(".notice p").texts[0])

    # Cards.

    def test_comments_come_in_while_a_card_is_open(self) -> None:
        ada, mia = (self.page(user, self.card.get_absolute_url()) for user in (self.ada, self.mia))
        mia.form(f"#comment-on-{self.card.pk}", {"text": "With rain water?"}).submit()
        self.assertIn("With rain water?", ada.element(".comment-text").text)

    def test_a_card_saves_itself_while_it_is_written(self) -> None:
        page = self.page(self.ada, self.card.get_absolute_url())
        page.form(f"#card-form-{self.card.pk}", {"title": "Water all plants", "text": "Twice a day"}).change()
        self.card.refresh_from_db()
        self.assertEqual((self.card.title, self.card.text), ("Water all plants", "Twice a day"))
        page.form(f"#card-form-{self.card.pk}", {"title": ""}).change()
        self.card.refresh_from_db()
        self.assertEqual(self.card.title, "Water all plants")

    def test_a_file_is_kept_when_it_has_arrived(self) -> None:
        with tempfile.TemporaryDirectory() as folder, override_settings(MEDIA_ROOT=folder):
            page = self.page(self.ada, self.card.get_absolute_url())
            page.file_input(f"#upload-{self.card.pk} input", LiveFile("plan.txt", b"roses left"))
            attachment = self.card.attachments.get()
            self.assertEqual(attachment.file.read(), b"roses left")
            for user, status in ((self.mia, 200), (self.joe, 404)):
                self.client.force_login(user)
                self.assertEqual(self.client.get(attachment.get_absolute_url()).status_code, status)

    # The rest.

    def test_a_search_goes_into_the_address(self) -> None:
        page = self.page(self.ada, "/search/")
        page.form("#filters", {"q": "plants"}).change()
        self.assertIn("q=plants", page.url)
        self.assertEqual(page.element("#found mark").text, "plants")
        page.form("#filters", {"q": "nothing like that"}).change()
        self.assertIn("Nothing found", page.text)

    def test_a_card_found_by_a_comment_shows_what_was_said(self) -> None:
        Comment.objects.create(card=self.card, author=self.mia, text="With rain, if there is any.")
        page = self.page(self.ada, "/search/?q=rain")
        self.assertEqual(page.element("#found mark").text, "rain")
        self.assertEqual(page.element("#found .row-text").text, "With rain, if there is any.")

    def test_a_new_board_is_there_at_once(self) -> None:
        page = self.page(self.joe, "/boards/new/")
        page.form("#board-form", {"name": "x"}).change()
        self.assertIn("Two letters at least.", page.text)
        page.form("#board-form", {"name": "Bees"}).submit()
        self.assertEqual(page.title, "Bees · Roost")
        self.assertEqual(Board.objects.get(name="Bees").owner, self.joe)

    def test_the_chart_grows_while_one_looks(self) -> None:
        page = self.page(self.ada, "/activity/")
        before = page.element(".kind-made dd").text
        deeds.add_card(self.mia, self.lane, "Sow")
        page.render_async()
        self.assertEqual(page.element(".kind-made dd").text, str(int(before) + 1))
        self.assertIn("Sow", page.element("#feed .row").texts[0])

    def test_who_is_dismissed_hears_no_more_of_the_board(self) -> None:
        page = self.page(self.mia, "/activity/")
        self.assertIn("Water the plants", page.text)
        self.board.members.remove(self.mia)
        deeds.add_card(self.ada, self.lane, "Secret")
        page.render_async()
        self.assertFalse(page.has_element("#feed .row"))
        self.assertEqual(page.element(".kind-made dd").text, "0")

    def test_urgency(self) -> None:
        today = timezone.localdate()
        cases = ((-1, False, "late"), (2, False, "soon"), (3, False, "later"), (-1, True, "done"))
        for days, finished, word in cases:
            self.assertEqual(urgency(today + timedelta(days=days), finished), word)
        self.assertEqual(urgency(None, False), "")

    def test_a_card_that_is_removed_leaves_its_deeds(self) -> None:
        deeds.remove_card(self.ada, self.card)
        self.assertFalse(Card.objects.exists())
        self.assertEqual({each.title for each in Activity.objects.all()}, {"Water the plants"})
