"""A plain POST to a live page: the form's handler runs where no script does."""

from __future__ import annotations

import logging

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from tests.support.live_site.form_views import SheepWriter

pytestmark = pytest.mark.django_db


def text_of(response) -> str:
    """What stands in the view's container."""
    html = response.content.decode()
    return html[html.index(">", html.index("data-phx-main")) + 1 : html.rindex("</div>")]


@pytest.mark.parametrize("how", ["key", "default"])
def test_the_event_is_named_by_the_form_or_the_view(client, how):
    url = {"key": "/forms/plain/", "default": "/forms/default/"}[how]
    data = {"text": "hi", "times": "2"} | ({"_event": "say"} if how == "key" else {})
    response = client.post(url, data)
    assert response.status_code == 200
    assert text_of(response).startswith("hihi|")


def test_the_page_script_is_told_what_is_the_answer_to_a_form(client):
    mark = b" data-phx-posted"
    assert mark in client.post("/forms/default/", {"text": "hi"}).content
    assert mark not in client.get("/forms/default/").content


def test_no_link_to_a_page_says_what_its_form_does(client):
    """A form without action is sent to the URL of its page, whoever has made that up."""
    assert text_of(client.post("/forms/default/?_event=whole", {"text": "hi"})).startswith("hi|")
    assert client.post("/forms/plain/?_event=say", {"text": "hi"}).status_code == 405


def test_a_form_may_name_another_event_than_the_views(client):
    response = client.post("/forms/default/", {"_event": "say_later", "text": "hi"})
    assert text_of(response).startswith("async hi|")


def test_the_parameters_are_those_of_the_same_form_on_the_socket(client):
    data = {
        "_event": "whole",
        "csrfmiddlewaretoken": "x",
        "user[name]": "ada",
        "tags[]": ["1", "2"],
        "a": "1",
    }
    assert "{&#x27;user&#x27;: {&#x27;name&#x27;: &#x27;ada&#x27;}, &#x27;tags&#x27;: [" in text_of(
        client.post("/forms/plain/", data)
    )


@pytest.mark.parametrize(("event", "to"), [("go", "/plain/"), ("patch", "/forms/plain/?at=2")])
def test_where_the_handler_leads_is_a_redirect(client, event, to):
    response = client.post("/forms/plain/", {"_event": event, "to": "/plain/"})
    assert (response.status_code, response["location"]) == (302, to)


def test_the_page_is_the_one_of_the_url(client):
    response = client.post("/forms/plain/?at=3", {"_event": "say", "text": "x"})
    assert text_of(response) == "x|3|"


@pytest.mark.parametrize(
    ("url", "data", "status"),
    [
        ("/forms/plain/", {}, 405),
        ("/forms/get-only/", {"text": "x"}, 405),
        ("/forms/plain/", {"_event": "mount"}, 400),
        ("/forms/plain/", {"_event": "handle_event"}, 400),
        ("/forms/any-event/", {"_event": "lv:clear-flash"}, 400),
        ("/forms/plain/", {"_event": "say"}, 400),
        ("/forms/plain/", {"_event": "say", "text": "x", "times": "many"}, 400),
        ("/forms/guarded/", {"_event": "say", "text": "x"}, 302),
    ],
)
def test_what_the_view_does_not_take_is_refused(client, caplog, url, data, status):
    assert client.post(url, data).status_code == status
    assert all(record.levelno < logging.ERROR for record in caplog.records)  # which are mailed


@pytest.mark.parametrize(("event", "said"), [("say", "saw say"), ("nobodys", "saw nobodys"), ("whole", "{")])
def test_hooks_see_the_event_first_and_may_halt_it(client, event, said):
    assert text_of(client.post("/forms/hooked/", {"_event": event, "text": "x"})).startswith(said)


def test_handle_event_takes_what_no_method_does(client):
    assert "later" in text_of(client.post("/forms/any-event/", {"_event": "later", "a": "1"}))


def test_a_view_may_answer_posts_itself(client):
    assert client.post("/forms/own-post/", {"_event": "say", "text": "x"}).content == b"own"


def test_an_event_may_be_called_post(client):
    assert text_of(client.post("/forms/post-event/", {"text": "x"})) == "x"


def test_a_form_of_another_site_is_refused():
    client = Client(enforce_csrf_checks=True)
    data = {"_event": "say", "text": "x"}
    assert client.post("/forms/plain/", data).status_code == 403
    client.get("/forms/contact/")
    data["csrfmiddlewaretoken"] = client.cookies["csrftoken"].value
    assert client.post("/forms/plain/", data).status_code == 200


def test_a_form_of_another_site_is_refused_without_djangos_middleware_too(settings):
    name = "django.middleware.csrf.CsrfViewMiddleware"
    with override_settings(MIDDLEWARE=[path for path in settings.MIDDLEWARE if path != name]):
        client = Client(enforce_csrf_checks=True)
        assert client.post("/forms/plain/", {"_event": "say", "text": "x"}).status_code == 403


def test_files_of_a_plain_post_are_consumed_as_uploads_are(client):
    file = SimpleUploadedFile("a.txt", b"hello")
    assert text_of(client.post("/forms/plain/", {"_event": "keep", "doc": file})).startswith("a.txt: hello|")


@pytest.mark.parametrize(("name", "content"), [("a.txt", b"far too long"), ("a.exe", b"x")])
def test_a_file_that_may_not_be_keeps_the_handler_from_running(client, name, content):
    response = client.post("/forms/plain/", {"_event": "keep", "doc": SimpleUploadedFile(name, content)})
    said, _, error = text_of(response).split("|")
    assert said == ""
    assert error


def test_the_type_of_a_posted_file_is_not_taken_on_trust(client):
    file = SimpleUploadedFile("a\x1b.txt", b"<script>", content_type="text/html")
    said = text_of(client.post("/forms/plain/", {"_event": "keep_type", "doc": file}))
    assert said.startswith("a.txt text/plain|")


@pytest.mark.parametrize(
    ("event", "content", "said", "ended"),
    [
        ("keep", b"a sheep", "A SHEEP||", ["done", True]),
        ("say", b"a sheep", "x||", ["done", False]),
        ("keep", b"a wolf", "||The file could not be stored.", ["a wolf", False]),
        ("keep", b"far too long", "||This file is larger than 10\xa0bytes.", []),
    ],
)
def test_a_writer_of_the_sites_own_sees_the_files_of_a_plain_post(client, event, content, said, ended):
    """What it would refuse over the socket is refused here."""
    SheepWriter.ended.clear()
    data = {"_event": event, "text": "x", "doc": SimpleUploadedFile("a.txt", content)}
    assert text_of(client.post("/forms/writer/", data)) == said
    assert SheepWriter.ended == ended


def test_an_invalid_form_comes_back_with_what_was_typed_and_all_errors(client):
    html = text_of(client.post("/forms/contact/", {"name": "Ada", "email": "nonsense"}))
    assert 'value="Ada"' in html
    assert 'value="nonsense"' in html
    assert "Enter a valid email address." in html


def test_a_valid_form_leads_on(client):
    response = client.post("/forms/contact/", {"name": "Ada", "email": "a@b.de", "tags": ["a", "b"]})
    assert (response.status_code, response["location"]) == (302, "/forms/groups/")
    assert "Thanks, Ada." in [str(message) for message in client.get("/forms/groups/").context["messages"]]


def test_a_forms_file_comes_with_a_plain_post(client):
    file = SimpleUploadedFile("a.txt", b"hello")
    assert text_of(client.post("/forms/file/", {"title": "t", "doc": file})).endswith("hello")
    html = text_of(client.post("/forms/file/", {"title": "", "doc": file}))
    assert html.count("This field is required.") == 1
    assert "data-phx-hook" in html


def test_passwords_are_not_sent_back_to_a_browser_without_script(client):
    html = text_of(client.post("/forms/log-in/", {"user": "", "password": "secret"}))
    assert "secret" not in html
