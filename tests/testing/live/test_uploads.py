"""Files are chosen, sent in part or whole, and arrive."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from django_phoenix.testing.live import LiveFile, live

URLS = "tests.support.live_site.upload_views"
INPUT = "input[type=file]"

pytestmark = pytest.mark.usefixtures("site")


def said(page):
    return page.element("u").text


def test_chosen_files_are_sent_by_a_submit(client, tmp_path):
    (tmp_path / "b.md").write_text("bee")
    page = live(client, "/uploads/")
    page.file_input(INPUT, SimpleUploadedFile("a.txt", b"ay"), tmp_path / "b.md")
    assert said(page) == "2 chosen"
    page.form("#f").submit()
    assert said(page) == "a.txt=ay, b.md=bee"


def test_a_file_is_sent_in_part(client):
    page = live(client, "/uploads/")
    upload = page.file_input(INPUT, ("a.txt", b"x" * 130_000))
    upload.upload("a.txt", 50)
    assert "a.txt:50" in page.text
    assert upload.entries[0].progress == 50
    upload.upload()
    assert "a.txt:100" in page.text
    page.render_hook("count")
    assert said(page) == "1 done, 0 waiting"


def test_an_automatic_upload_needs_nothing_more_unless_it_is_held(client):
    page = live(client, "/uploads/auto/")
    held = page.file_input(INPUT, ("a.txt", b"abc"), hold=True)
    assert said(page) == "1 chosen"
    held.upload("a.txt", 34)
    assert said(page) == "files 33"
    held.upload()
    assert said(page) == "files 100"
    page = live(client, "/uploads/auto/")
    page.file_input(INPUT, ("away.txt", b""))
    page.assert_navigated("/uploads/")


def test_what_the_server_refuses_stays_in_the_page_and_keeps_the_form_from_being_submitted(client):
    page = live(client, "/uploads/single/")
    upload = page.file_input(INPUT, LiveFile("a.txt", b"x" * 11))
    page.form("#f").submit()
    assert said(page) == "1 chosen"
    assert upload.entries[0].errors == ["too_large"]
    assert page.element("i").exists


def test_external_uploads_are_told_of_and_can_fail(client):
    page = live(client, "/uploads/external/")
    upload = page.file_input(INPUT, ("a.txt", b"a"), ("b.txt", b"b"))
    upload.upload("a.txt")
    assert upload.entries[0].meta == {"uploader": "S3", "url": "https://s3.example/a.txt"}
    upload.fail("b.txt")
    assert "a.txt:100" in page.text
    assert page.element("i").exists


def test_when_one_external_upload_has_failed_the_others_go_on(client):
    page = live(client, "/uploads/external/")
    upload = page.file_input(INPUT, ("a.txt", b"a"), ("b.txt", b"b"))
    upload.fail("b.txt")
    upload.upload("a.txt")
    assert "a.txt:100" in page.text
    assert repr(upload.entries) == "[<Entry 'a.txt': 100 %>, <Entry 'b.txt': 0 %, ['failed']>]"


def test_a_writers_failure_is_the_entrys(client):
    page = live(client, "/uploads/writer/")
    upload = page.file_input(INPUT, ("write.txt", b"a"))
    upload.upload()
    assert upload.entries[0].errors == ["writer_error"]


def test_components_have_uploads_of_their_own(client):
    page = live(client, "/uploads/components/")
    page.file_input("#at-2 input", ("a.txt", b"a")).upload()
    assert "2 files 100" in page.element("#at-2").text
    assert "files" not in page.element("#at-1").text


def test_mistakes_are_told(client):
    page = live(client, "/uploads/single/")
    with pytest.raises(AssertionError, match="takes one file"):
        page.file_input(INPUT, ("a", b""), ("b", b""))
    upload = page.file_input(INPUT, ("a.txt", b"a"))
    with pytest.raises(AssertionError, match=r"no file 'b.txt' is waiting in 'files'; there are: 'a.txt'"):
        upload.upload("b.txt")
    with pytest.raises(TypeError, match="A chosen file should be"):
        page.file_input(INPUT, b"bytes")
