from __future__ import annotations

from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group, Permission
from django.core.validators import FileExtensionValidator
from django.db import models
from django.forms import modelform_factory
from django.test import Client
from django.test.utils import isolate_apps

from django_phoenix.generic.edit import model_field
from django_phoenix.live.upload_input import upload_options
from tests.live.test_posts import text_of
from tests.support.live_client import LiveClient
from tests.support.live_site import form_views
from tests.support.nested_client import elements, try_join
from tests.support.upload_client import Form as UploadForm
from tests.support.upload_client import file


def form_event(name: str, value: str, target: str | None = None) -> dict[str, object]:
    meta = {} if target is None else {"_target": target}
    return {"type": "form", "event": name, "value": value, "meta": meta}


async def test_a_change_shows_the_errors_of_used_inputs_only(browser):
    view = await browser.open("/forms/contact/")
    response = await view.call("event", form_event("validate", "name=&_unused_email=&email=", "name"))
    assert str(response["diff"]).count("This field is required.") == 1


async def test_only_what_changed_goes_over_the_wire(browser):
    view = await browser.open("/forms/contact/")
    await view.call("event", form_event("validate", "name=a&email=a@b.de", "name"))
    response = await view.call("event", form_event("validate", "name=ab&email=a@b.de", "name"))
    assert response == {"diff": {"1": {"k": {"0": {"0": {"0": {"2": {"0": ' value="ab"'}}}}, "kc": 3}}}}


async def test_a_submitted_form_shows_all_errors_or_leads_on(browser):
    view = await browser.open("/forms/contact/")
    response = await view.call("event", form_event("save", "name=&email="))
    assert str(response["diff"]).count("This field is required.") == 2
    response = await view.call("event", form_event("save", "name=a&email=a@b.de"))
    assert response["live_redirect"]["to"] == "/forms/groups/"


async def test_forms_are_recovered_between_join_and_first_use(browser):
    """LV-108"""
    page = await browser.get("/forms/recovered/")
    params = {"_csrf_token": page.csrf, "_mounts": 1, "_mount_attempts": 1}
    view = await browser.join(page, params=params)
    (cid,) = view.joined["rendered"]["c"]
    of_view = form_event("validate", "name=Ada&_unused_email=&email=x", "name")
    of_component = {**form_event("validate", "name=Bob&email=x", "name"), "cid": int(cid)}
    child, joined = await try_join(browser, elements(view.joined["rendered"])["child"])
    assert joined.status == "ok"
    of_child = form_event("validate", "name=Eve&email=x", "name")
    replies = [
        await view.push("event", of_view),
        await view.push("event", of_component),
        await child.push("event", of_child),
    ]
    diffs = [(await browser.reply(ref)).response["diff"] for ref in replies]
    assert "Ada" in str(diffs[0])
    assert list(diffs[1]) == ["c"]
    assert "Bob" in str(diffs[1])
    assert "Eve" in str(diffs[2])


async def test_an_object_is_made(browser, transactional_db):
    view = await browser.open("/forms/groups/new/")
    response = await view.call("event", form_event("validate", "name=", "name"))
    assert "This field is required." in str(response["diff"])
    response = await view.call("event", form_event("save", "name=four"))
    group = await Group.objects.aget(name="four")
    assert response["live_redirect"] == {"to": f"/forms/groups/{group.pk}/", "kind": "push"} | {
        key: value for key, value in response["live_redirect"].items() if key == "flash"
    }


async def test_what_a_model_forbids_is_told(browser, groups):
    view = await browser.open("/forms/groups/new/")
    response = await view.call("event", form_event("validate", "name=one", "name"))
    assert "already exists" in str(response["diff"])


async def test_an_object_is_changed_and_the_page_shows_it_as_saved_until_then(browser, groups):
    pk = groups[0].pk
    view = await browser.open(f"/forms/groups/{pk}/edit/")
    response = await view.call("event", form_event("validate", "name=uno", "name"))
    assert "<h1>" not in str(response["diff"])
    assert "0" not in response["diff"]  # the heading
    await view.call("event", form_event("save", "name=uno"))
    assert (await Group.objects.aget(pk=pk)).name == "uno"


def test_saving_without_script_changes_the_object(client, groups):
    pk = groups[0].pk
    response = client.post(f"/forms/groups/{pk}/edit/", {"name": "uno"})
    assert response["location"] == "/forms/groups/"
    assert Group.objects.get(pk=pk).name == "uno"


def test_a_page_with_errors_shows_the_object_as_it_is(client, groups):
    html = text_of(client.post(f"/forms/groups/{groups[0].pk}/edit/", {"name": "two"}))
    assert "<h1>one</h1>" in html
    assert "already exists" in html


async def test_deleting_takes_the_permission(ada_browser, groups):
    reply = await ada_browser.fetch(f"/forms/groups/{groups[0].pk}/delete/")
    assert reply.status_code == 403


async def test_an_object_is_deleted(ada, groups):
    permission = await Permission.objects.aget(codename="delete_group")
    await ada.user_permissions.aadd(permission)
    client = Client()
    await sync_to_async(client.force_login)(ada)
    async with LiveClient(client) as browser:
        view = await browser.open(f"/forms/groups/{groups[0].pk}/delete/")
        response = await view.call("event", form_event("delete", ""))
        assert response["live_redirect"]["to"] == "/forms/groups/"
    assert not await Group.objects.filter(name="one").aexists()


async def test_async_checks_run_once_for_each_value(browser):
    form_views.NickForm.asked.clear()
    view = await browser.open("/forms/nick/")
    response = await view.call("event", form_event("validate", "nick=taken&age=", "nick"))
    assert "Somebody has that name." in str(response["diff"])
    await view.call("event", form_event("validate", "nick=taken&age=3", "age"))
    assert form_views.NickForm.asked == ["taken"]
    response = await view.call("event", form_event("save", "nick=Free&age=3"))
    assert "free" in str(response["diff"])


async def test_async_checks_run_anew_when_the_form_is_submitted(browser):
    view = await browser.open("/forms/nick/")
    await view.call("event", form_event("validate", "nick=free", "nick"))
    form_views.NickForm.asked.clear()
    await view.call("event", form_event("save", "nick=free"))
    assert form_views.NickForm.asked == ["free"]


def test_async_checks_run_for_a_plain_post(client):
    assert "Somebody has that name." in text_of(client.post("/forms/nick/", {"nick": "taken"}))


async def test_rows_of_a_formset_come_and_go_in_a_form_view(browser):
    view = await browser.open("/forms/lines/")
    start = "lines-TOTAL_FORMS=1&lines-INITIAL_FORMS=0&lines-0-item=a&lines-0-count=1&lines_sort[]=0"
    response = await view.call("event", form_event("validate", f"{start}&lines_sort[]=new", "lines_sort[]"))
    assert "lines-1-item" in str(response["diff"])
    two = start.replace("TOTAL_FORMS=1", "TOTAL_FORMS=2") + "&lines-1-item=b&lines-1-count=2&lines_sort[]=1"
    response = await view.call("event", form_event("validate", f"{two}&lines_drop[]=0", "lines_drop[]"))
    assert "'kc': 1" in str(response["diff"])
    response = await view.call("event", form_event("save", two))
    assert "a, b" in str(response["diff"])


def test_a_button_that_adds_a_row_saves_nothing(client):
    data = {"lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0", "lines-0-item": "a", "lines-0-count": "1"}
    html = text_of(client.post("/forms/lines/", {**data, "lines_sort": "new"}))
    assert 'name="lines-1-item"' in html
    assert html.endswith("</form>")
    assert text_of(client.post("/forms/lines/", data)).endswith("</form>a")


async def test_a_valid_login_form_is_submitted_by_http(browser):
    view = await browser.open("/forms/log-in/")
    response = await view.call("event", form_event("validate", "user=ada&password=pw", "password"))
    assert "trigger" not in str(response["diff"])
    assert ' value="pw"' in str(response["diff"])
    response = await view.call("event", form_event("save", "user=ada&password=pw"))
    assert " phx-trigger-action" in str(response["diff"])


async def test_a_form_that_is_sent_before_its_file_says_so(browser):
    form = UploadForm(await browser.open("/forms/file/"))
    await form.choose(file(0, b"its text", path="doc"))
    await form.submit(title="x")
    assert "The file has not arrived yet." in form.html
    assert "This field is required" not in form.html
    await form.upload(b"its text", path="doc")
    await form.submit(title="x")
    assert "its text" in form.text


async def test_a_form_that_is_sent_with_a_refused_file_says_why(browser):
    form = UploadForm(await browser.open("/forms/file/"))
    await form.choose(file(0, 10**9, path="doc"))
    await form.submit(title="x")
    assert "This file is larger than" in form.html


@isolate_apps("tests")
def test_an_upload_accepts_what_the_models_field_does():
    class Shot(models.Model):  # noqa: DJ008
        photo = models.FileField(validators=[FileExtensionValidator(["jpg", "png"])])

        class Meta:
            app_label = "tests"

    form = modelform_factory(Shot, fields=["photo"])()
    options = upload_options(form.fields["photo"], model_field(form, "photo"))
    assert options == {"accept": [".jpg", ".png"]}
