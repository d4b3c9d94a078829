"""Uploads, through the frames that the official client sends (protocol 16)."""

from __future__ import annotations

import asyncio
import os

import pytest
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.template import Context, Template, TemplateSyntaxError
from django.test import override_settings

from django_phoenix import tokens
from django_phoenix.exceptions import LiveViewError
from django_phoenix.live.upload_accept import acceptor, file_name, read_accept, type_of
from django_phoenix.live.upload_channel import sign
from django_phoenix.live.upload_options import make_config
from django_phoenix.uploads import UploadEntry, Uploads
from tests.support.live_client import LiveClient
from tests.support.live_site import upload_views
from tests.support.upload_client import Form, file, join, uploading

pytestmark = pytest.mark.usefixtures("upload_site")

LISTS = ("data-phx-active-refs", "data-phx-done-refs", "data-phx-preflighted-refs")


@pytest.fixture
def upload_site(live_site, tmp_path):
    with override_settings(
        ROOT_URLCONF="tests.support.live_site.upload_views", FILE_UPLOAD_TEMP_DIR=str(tmp_path)
    ):
        upload_views.UploadLive.mounted.clear()
        upload_views.Recorder.calls.clear()
        yield


def mounted_view():
    """The view that was mounted last."""
    return upload_views.UploadLive.mounted[-1]


def mounted_upload():
    return mounted_view().assigns.uploads.files


# -- what the page shows, and the whole way of a file


async def test_the_file_input_has_what_the_client_reads():
    """LV-94, LV-104"""
    async with uploading("") as form:
        shown = form.input
        ref = form.ref
        assert shown == {
            "id": ref,
            "type": "file",
            "name": "files",
            "accept": ".txt,.md",
            "class": "pick",
            "data-phx-hook": "Phoenix.LiveFileUpload",
            "data-phx-upload-ref": ref,
            **dict.fromkeys(LISTS, ""),
            "multiple": "",
        }
        page = await form.client.get("/uploads/")
        assert ref not in page.html
        await form.choose(file(0, b"abc"), file(1, b"abc", "b.exe", "text/plain"), file(2, b"abc"))
        assert form.input["data-phx-active-refs"] == "0,1,2"
        assert form.input["data-phx-error-refs"] == f"1,{ref}"
        preview = (
            f'<img data-phx-entry-ref="0" data-phx-hook="Phoenix.LiveImgPreview" data-phx-update="ignore" '
            f'data-phx-upload-ref="{ref}" id="phx-preview-0" width="50">'
        )
        assert preview in form.html
        assert form.text == (
            "a.txt:0 b.exe:0 Files of this type are not accepted. a.txt:0 Choose at most 2 files. 3 chosen"
        )
    async with uploading("auto/") as form:
        assert form.input["data-phx-auto-upload"] == ""
        assert "multiple" not in form.input


async def test_a_file_is_sent_in_chunks_and_consumed():
    """LV-95, LV-96, LV-99, LV-100, LV-103"""
    async with uploading("") as form:
        one = file(0, b"hello world")
        assert "0" in (await form.choose(one))["diff"] or form.text == "a.txt:0 1 chosen"
        answer = await form.preflight(one)
        assert answer["ref"] == form.ref
        assert answer["config"] == {
            "max_file_size": 8_000_000,
            "max_entries": 2,
            "chunk_size": 64_000,
            "chunk_timeout": 10_000,
        }
        assert answer["errors"] == {}
        assert form.input["data-phx-preflighted-refs"] == "0"
        upload, reply = await form.join(answer["entries"]["0"])
        assert reply == ("ok", {})
        assert await upload.chunk(b"hello ") == ("ok", {})
        assert await form.progress(0, 54) != {}
        assert await upload.chunk(b"world") == ("ok", {})
        await form.progress(0, 100)
        assert form.input["data-phx-done-refs"] == "0"
        assert form.text == "a.txt:100 1 chosen"
        await form.event("keep")
        assert form.text == "a.txt:100 kept ['hello world']"
        await form.submit()
        await upload.closed()
        assert form.text == "a.txt=hello world"
        assert [form.input[name] for name in LISTS] == ["", "", ""]
        assert await form.client.silent()


@override_settings(DJANGO_PHOENIX={"MESSAGE_RATE": (20, 10)})
async def test_large_files_are_written_by_the_mebibyte_and_their_chunks_are_no_flood():
    """LV-99"""
    async with uploading("writer/") as form:
        content = os.urandom(3_000_000)
        await form.upload(content)
        writes = [len(part) for part in mounted_upload().entries[0]._upload.writer.parts]
        assert sum(writes) == len(content)
        assert len(writes) == 3
        assert upload_views.Recorder.calls == ["open", "write", "write", "write", ("close", "done")]


async def test_files_end_up_in_a_django_form_and_a_storage():
    async with uploading("form/") as form:
        await form.submit(title="x")
        assert "This field is required" in form.text
        await form.upload(b"content" * 100, name="../../etc/<b>.txt", type="text/html")
        await form.submit(title="")
        assert "'title'" in form.text
        assert "&lt;b&gt;" in form.html
        await form.submit(title="x")
        assert form.text.startswith("x/")
        assert "/etc" not in form.text
        with upload_views.FormLive.storage.open(form.text) as stored:
            assert stored.read() == b"content" * 100


async def test_a_storage_takes_the_file_over_its_path(tmp_path):
    target = tmp_path / "moved"

    def move(taken, entry):
        assert isinstance(taken, UploadedFile)
        os.rename(taken.temporary_file_path(), target)
        return taken.content_type, taken.size

    async with uploading("") as form:
        upload = await form.upload(b"content")
        assert os.listdir(tmp_path) == []  # no name, so that nothing is left if the process is killed
        found = await asyncio.to_thread(mounted_view().consume_uploaded_entries, "files", move)
        await upload.closed()
        assert found == [("text/plain", 7)]
        assert mounted_upload().entries == []
    assert target.read_bytes() == b"content"
    assert os.listdir(tmp_path) == ["moved"]


async def test_a_file_goes_into_a_file_field(tmp_path):
    class Model(models.Model):  # noqa: DJ008  (nobody looks at it)
        document = models.FileField(upload_to="here")

        class Meta:
            app_label = "uploads"

    def store(taken, entry):
        instance = Model()
        instance.document.save(taken.name, taken, save=False)
        return instance.document.path

    with override_settings(MEDIA_ROOT=str(tmp_path / "media")):
        async with uploading("") as form:
            await form.upload(b"content", name="a b.txt")
            (path,) = await asyncio.to_thread(mounted_view().consume_uploaded_entries, "files", store)
    assert path == str(tmp_path / "media" / "here" / "a_b.txt")
    assert (tmp_path / "media" / "here" / "a_b.txt").read_bytes() == b"content"


async def test_an_async_view_consumes_without_blocking():
    async with uploading("async/") as form:
        await form.upload(b"hello")
        await form.submit()
        assert form.text == "hello"
        assert "error" in await form.preflight(file(1, b"again"))  # one in all


# -- nothing is left


def open_files(folder):
    """Files of this folder that this process holds open."""
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{name}")
        except FileNotFoundError:
            continue
        if target.startswith(str(folder)):
            found.append(target)
    return found


async def gone(folder):
    async with asyncio.timeout(5):
        while open_files(folder) or os.listdir(folder):  # noqa: ASYNC110  (a file's end has no event)
            await asyncio.sleep(0.005)
    return True


@pytest.mark.parametrize("end", ["cancel", "crash", "leave", "lost", "leave upload", "consume", "too much"])
@pytest.mark.parametrize("complete", [True, False])
async def test_nothing_is_left_of_a_file_however_it_ends(end, complete, tmp_path, monkeypatch):
    """LV-103"""
    if end in ("crash", "lost"):
        monkeypatch.setattr(os, "O_TMPFILE", None, raising=False)  # a system that has only files with names
    async with LiveClient() as browser:
        form = Form(await browser.open("/uploads/"))
        content = b"x" * 1_200_000
        upload = await form.begin(file(0, content))
        for start in range(0, len(content) if complete else 1_150_000, 64_000):
            assert (await upload.chunk(content[start : start + 64_000])).status == "ok"
        assert open_files(tmp_path)
        if complete:
            await form.progress(0, 100)
        if end == "cancel":
            await form.event("cancel", {"ref": "0"})
            assert form.input["data-phx-active-refs"] == ""
            await upload.closed()
        elif end == "crash" or (end == "consume" and not complete):
            await form.view.send_event(
                "crash" if complete else "save"
            )  # what is on its way can't be consumed
            await upload.closed()
        elif end == "leave":
            await form.view.call("phx_leave", {})
            await upload.closed()
        elif end == "leave upload":
            await upload.leave()
            await form.settled()
            assert form.input["data-phx-active-refs"] == ""
        elif end == "too much":
            reply = await upload.chunk(b"y" * 100_000)
            assert reply == ("error", {"reason": "file_size_limit_exceeded", "limit": len(content)})
            await form.settled()
            assert form.input["data-phx-active-refs"] == ""
        elif end == "consume":
            await form.submit()
        else:
            await browser.disconnect()
        assert await gone(tmp_path)


async def test_a_file_that_falls_silent_is_given_up(tmp_path):
    """LV-101"""
    async with uploading("async/") as form:
        upload = await form.begin(file(0, 100))
        assert await upload.chunk(b"x" * 50) == ("ok", {})
        await upload.closed()
        await form.settled()
        assert form.text == "1 chosen"
        assert await gone(tmp_path)


# -- choosing


async def test_files_are_checked_as_they_are_chosen():
    """LV-95"""
    async with uploading("single/") as form:
        await form.choose(file(0, 10))
        await form.choose(file(1, 11, "b.txt"))  # takes the place of the one before
        assert form.text == "b.txt:0 This file is larger than 10 bytes. 1 chosen"
        assert form.input["data-phx-error-refs"] == "1"
        await form.choose(file(1, 11, "b.txt"))  # known already
        await form.choose(file(2, 1), file(3, 1))
        assert form.input["data-phx-active-refs"] == "1,2,3"
        assert "Choose one file only." in form.text
        await form.event("cancel", {"ref": "1"})
        await form.event("cancel", {"ref": "2"})
        await form.event("cancel", {"ref": "unheard-of"})
        assert form.text == "a.txt:0 3 chosen"
    async with uploading("async/") as form:
        await form.choose(file(0, 1, "bad.txt"))
        assert "Not that one." in form.text
        assert (await form.preflight(file(0, 1, "bad.txt")))["error"] == [["0", "bad_name"]]


STRANGE = [
    None,
    7,
    "x",
    {},
    [None],
    [{}],
    [{"ref": 7}],
    [{"ref": "a,b"}],
    [{"ref": "0", "size": True}],
    [{"ref": "0" * 99}],
]


@pytest.mark.parametrize("claims", STRANGE)
async def test_strange_claims_about_files_do_no_harm(claims):
    """LV-95"""
    async with uploading("") as form:
        payload = {"type": "form", "event": "validate", "value": "", "meta": {}}
        ref = form.ref
        for uploads in ({ref: claims}, {"unheard-of": claims}, claims):
            form.take(await form.view.call("event", {**payload, "uploads": uploads}))
        form.take(await form.view.call("allow_upload", {"ref": ref, "entries": claims}))
        for progress in (claims, -1, 101, True, 1.5, {"error": 7}):
            assert await form.progress("0", progress) == {}
        assert (await form.view.call("allow_upload", {}))["error"] == []
        await form.event("cancel", {"ref": "0"})
        assert await form.view.call("progress", {}) == {}
        await form.upload(b"fine", ref="99")
        assert form.input["data-phx-done-refs"] == "99"


async def test_files_that_are_far_too_many_are_not_kept():
    async with uploading("") as form:
        await form.choose(
            file(900, 1, meta={"a": 1}), file(901, 1, meta="x" * 20_000), file(902, 1, "y" * 999)
        )
        entries = mounted_upload().entries
        assert [entry.client_meta for entry in entries] == [{"a": 1}, None, None]
        assert len(entries[2].client_name) == 255
        await form.choose(*(file(n, 1) for n in range(500)))
        assert len(mounted_upload().entries) == 102


ACCEPTED = [
    (".jpg", "a.JPG", "", True),
    (".jpg", "a.jpeg", "", True),
    (".jpg", "a.html", "image/jpeg", False),
    (".tar.gz", "a.tar.gz", "", True),
    ("image/*", "a.png", "", True),
    ("image/*", "a.html", "image/png", False),
    ("image/*", "photo", "image/heic", True),
    ("image/png", "a.gif", "image/png", False),
    ("image/png", "a.png", "text/html", True),
    ("text/csv,.txt", "a.csv", "", True),
    (None, "a.exe", "x", True),
]


@pytest.mark.parametrize(("accept", "name", "claimed", "accepted"), ACCEPTED)
def test_the_name_of_a_file_decides_before_its_claimed_type(accept, name, claimed, accepted):
    """LV-95"""
    assert acceptor(read_accept(accept))(name, claimed) is accepted


def test_names_and_types_are_not_trusted():
    names = {
        "../../etc/passwd": "passwd",
        "C:\\x\\y.txt": "y.txt",
        "": "upload",
        "..": "upload",
        "a\0b\n.txt": "ab.txt",
    }
    assert {name: file_name(name) for name in names} == names
    assert type_of("a.png", "text/html") == "image/png"
    assert type_of("a", "image/heic") == "image/heic"
    assert type_of("a", "nonsense") == type_of("a", "image/*") == "application/octet-stream"


# -- preflight


async def test_a_preflight_is_refused_as_a_whole():
    """LV-96"""
    async with uploading("") as form:
        chosen = [file(0, b"abc"), file(1, b"abc", "b.exe"), file(2, b"abc")]
        answer = await form.preflight(*chosen)
        assert answer["error"] == [["1", "not_accepted"], [form.ref, "too_many_files"]]
        assert set(answer) == {"ref", "error", "diff"}
        assert await form.preflight(ref="unheard-of") == {"ref": "unheard-of", "error": []}


async def test_a_preflight_lets_through_as_many_as_may_come_and_each_once():
    """LV-97"""
    async with uploading("auto/") as form:
        chosen = [file(0, b"abc"), file(1, b"abc")]
        answer = await form.preflight(*chosen)
        assert list(answer["entries"]) == ["0"]
        assert (await form.preflight(*chosen))["entries"] == {}
        await form.event("cancel", {"ref": "0"})
        assert list((await form.preflight(*chosen))["entries"]) == ["1"]
        await form.event("cancel", {"ref": "1"})
        answer = await form.preflight(file(3, b"abc", "b.exe"))
        assert answer["entries"] == {}
        assert answer["errors"] == {"3": ["not_accepted"]}


async def test_a_token_is_checked():
    """LV-98"""
    async with uploading("auto/") as form, uploading("auto/") as other:
        one = file(0, b"abc")
        token = (await form.preflight(one))["entries"]["0"]
        for bad in (None, "x", token + "x", tokens.sign("upload", ["lv:x", "y", "0"]), 7):
            assert (await form.join(bad))[1] == ("error", {"reason": "invalid_token"})
        assert (await other.join(token))[1] == ("error", {"reason": "disallowed"})
        upload, reply = await form.join(token)
        assert reply.status == "ok"
        assert (await form.join(token, "lvu:1"))[1] == ("error", {"reason": "already_registered"})
        await form.event("cancel", {"ref": "0"})
        await upload.closed()
        assert (await form.join(token))[1] == ("error", {"reason": "disallowed"})
        await form.choose(file(5, b"abc", "b.exe"))
        entry = mounted_upload()  # of the other page: not this one's
        assert entry.entries == []
        forged = sign(form.view.topic, UploadEntry(entry, "5", name="", size=3, type=""))
        assert (await form.join(forged))[1] == ("error", {"reason": "disallowed"})


async def test_an_upload_takes_bytes_and_nothing_else():
    """LV-99, LV-100"""
    async with uploading("") as form:
        upload = await form.begin(file(0, b""))  # complete as soon as it begins
        await form.progress(0, 100)
        assert form.input["data-phx-done-refs"] == "0"
        ref = "900"
        await form.client.send(upload.join_ref, ref, upload.topic, "chunk", {"not": "bytes"})
        assert await form.client.reply(ref) == ("ok", {})
        assert (await upload.chunk(b"x")).response == {"reason": "file_size_limit_exceeded", "limit": 0}


# -- progress


async def test_progress_is_told_and_not_believed():
    """LV-102"""
    async with uploading("auto/") as form:
        upload = await form.begin(file(0, b"abcd"))
        await form.progress(0, 100)
        assert form.text == "a.txt:0 files 0"
        await upload.chunk(b"ab")
        await form.progress(0, 100)
        assert form.text == "a.txt:50 files 50"
        await form.event("count")
        assert "0 done, 1 waiting" in form.text
        await form.progress(0, {"error": "failed"})
        assert form.text == "a.txt:50 files 50"
        await upload.chunk(b"cd")
        await form.progress(0, 100)
        assert form.text == "a.txt:100 files 100"
        await form.event("save_one")
        assert form.text == "text/plain"
        assert await form.progress(0, 100) == {}


async def test_where_progress_leads_is_no_reply_to_it():
    """LV-102"""
    async with uploading("auto/") as form:
        upload = await form.begin(file(0, b"ab", "away.txt"))
        await upload.chunk(b"ab")
        assert await form.progress(0, 100) == {}
        assert (await form.view.pushed("live_redirect"))["to"] == "/uploads/"
        await upload.closed()


# -- external


async def test_external_files_go_elsewhere_with_what_the_view_says():
    """LV-102, LV-105"""
    async with uploading("external/") as form:
        answer = await form.preflight(file(0, 5), file(1, 5, "b.txt"))
        assert answer["entries"] == {
            "0": {"uploader": "S3", "url": "https://s3.example/a.txt"},
            "1": {"uploader": "S3", "url": "https://s3.example/b.txt"},
        }
        await form.progress(0, 100)
        await form.progress(1, {"error": "503"})
        await form.progress(1, {"error": "503"})
        assert form.text == "a.txt:100 b.txt:0 The upload has failed."
        assert mounted_upload().entries[1].errors[0].reason == "503"
        await form.event("cancel", {"ref": "1"})
        await form.submit()
        assert form.text == "https://s3.example/a.txt"
        assert (await form.preflight(file(2, 5, "refused.txt")))["error"] == [["2", {"why": "full"}]]
        assert form.input["data-phx-error-refs"] == "2"
    async with uploading("external-auto/") as form:
        chosen = [file(0, 5), file(1, 5, "refused.txt"), file(2, 5, "b.exe")]
        answer = await form.preflight(*chosen)
        assert list(answer["entries"]) == ["0"]
        assert answer["errors"] == {"1": [{"why": "full"}], "2": [{"reason": "not_accepted"}]}


async def test_when_one_file_has_failed_the_others_are_still_known():
    """The client takes the input's ref away then, and says none of those that it goes on with."""
    async with uploading("external/") as form:
        await form.preflight(file(0, 5), file(1, 5, "b.txt"))
        await form.progress(1, {"error": "503"})
        lost = {"event": None, "ref": None, "progress": 100}
        form.take(await form.view.call("progress", {**lost, "entry_ref": "0"}))
        assert form.text == "a.txt:100 b.txt:0 The upload has failed."
        assert await form.view.call("progress", {**lost, "entry_ref": "7"}) == {}
        await form.event("cancel", {"ref": "1"})
        await form.submit()
        assert form.text == "https://s3.example/a.txt"


# -- a writer of one's own


@pytest.mark.parametrize("name", ["open.txt", "write.txt", "close.txt", "open-bug.txt", "write-bug.txt"])
async def test_a_writer_that_fails_leaves_its_reason_until_the_file_is_cancelled(name):
    """LV-98, LV-99"""
    async with uploading("writer/") as form:
        one = file(0, b"abc", name)
        await form.choose(one)
        token = (await form.preflight(one))["entries"]["0"]
        upload, reply = await form.join(token)
        if not name.startswith("open"):
            assert reply.status == "ok"
            reply = await upload.chunk(b"abc")
            await upload.closed()
        assert reply == ("error", {"reason": "writer_error"})
        await form.settled()
        assert "The file could not be stored." in form.text
        (error,) = mounted_upload().entries[0].errors
        assert error.code == "writer_failure"
        assert error.reason == "no room" if "bug" not in name else isinstance(error.reason, ValueError)
        assert (await form.join(token, "lvu:7"))[1] == ("error", {"reason": "disallowed"})
        await form.event("cancel", {"ref": "0"})
        assert form.text == "1 chosen"
        calls = upload_views.Recorder.calls
        closed = (
            "close",
            "done" if name == "close.txt" else "ValueError" if "bug" in name else "UploadFailed",
        )
        await until(lambda: calls[-2:] == [closed, ("discard", False)])


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  (nobody tells)
            await asyncio.sleep(0.001)


async def test_a_writer_is_told_what_became_of_its_file():
    """LV-103"""
    calls = upload_views.Recorder.calls
    async with uploading("writer/") as form:
        await form.upload(b"abc")
        await form.submit()
        assert form.text == "['abc']"
        await until(lambda: calls == ["open", "write", ("close", "done"), ("discard", True)])
        calls.clear()
        await form.upload(b"abc", ref=1)
    await until(lambda: calls == ["open", "write", ("close", "done"), ("discard", False)])


# -- of live components


async def test_a_component_has_uploads_of_its_own(tmp_path):
    """LV-95, LV-96, LV-98, LV-102, LV-103"""
    upload_views.Attachments.opened.clear()
    async with LiveClient() as browser:
        view = await browser.open("/uploads/components/")
        first, second = upload_views.Attachments.opened[-2:]
        one = file(0, b"hello")

        async def begin(component, cid):
            ref = component.assigns.uploads.files.ref
            payload = {"type": "form", "event": "validate", "value": "", "meta": {}, "cid": cid}
            shown = await view.call("event", {**payload, "uploads": {ref: [one]}})
            assert list(shown["diff"]) == ["c"]
            assert list(shown["diff"]["c"]) == [str(cid)]
            answer = await view.call("allow_upload", {"ref": ref, "entries": [one], "cid": cid})
            assert list(answer["diff"]) == ["c"]
            upload, reply = await join(browser, answer["entries"]["0"], f"lvu:{cid}")
            assert reply == ("ok", {})
            assert await upload.chunk(b"hello") == ("ok", {})
            progress = {"event": None, "ref": ref, "entry_ref": "0", "progress": 100, "cid": cid}
            told = await view.call("progress", progress)
            assert f"{component.id} files 100" in str(told["diff"]["c"][str(cid)])
            return upload

        upload = await begin(second, 2)
        other = await begin(first, 1)
        assert "hello" in str(await view.event("save", cid=2))
        await upload.closed()
        assert first.assigns.uploads.files.entries[0].done
        await view.event("hide", {"n": 1})
        await view.call("cids_will_destroy", {"cids": [1]})
        await view.call("cids_destroyed", {"cids": [1]})
        await other.closed()
        assert await gone(tmp_path)


async def test_files_of_a_component_are_shown_whoever_gets_the_event():
    """LV-95"""
    upload_views.Attachments.opened.clear()
    async with LiveClient() as browser:
        view = await browser.open("/uploads/components/")
        ref = upload_views.Attachments.opened[-1].assigns.uploads.files.ref
        payload = {"type": "form", "event": "unheard-of", "value": "", "meta": {}}
        assert await view.call("event", {**payload, "uploads": {ref: [file(0, 5)]}}) == {}
        assert "a.txt" in str((await view.pushed("diff"))["c"]["2"])


# -- mistakes


async def test_an_upload_is_allowed_anew_under_another_ref():
    """LV-104"""
    async with uploading("") as form:
        first = form.ref
        await form.event("again")
        assert form.ref != first
        await form.choose(file(0, 1), ref=first)
        assert form.input["data-phx-active-refs"] == ""
        view = mounted_view()
        await form.choose(file(0, 1))
        with pytest.raises(LiveViewError, match=r"UploadLive.allow_upload\('files'\): there are files"):
            view.allow_upload("files")
        with pytest.raises(LiveViewError, match="there are files"):
            view.disallow_upload("files")
        with pytest.raises(LiveViewError, match="is not complete"):
            view.consume_uploaded_entries("files")
        with pytest.raises(LiveViewError, match="is not complete"):
            view.consume_uploaded_entry(mounted_upload().entries[0])
        with pytest.raises(LiveViewError, match="no upload 'other' is allowed"):
            view.cancel_upload("other", "0")
        await form.event("cancel", {"ref": "0"})
        await form.event("disallow")
        await form.choose(file(1, 1))
        assert form.input["data-phx-active-refs"] == ""
        with pytest.raises(TypeError, match="aconsume_uploaded_entries"):
            view._sync(consume_later)


async def consume_later(taken, entry):
    pass


WRONG = [
    ({"accept": "jpg"}, "accept should hold"),
    ({"accept": []}, "accept should hold"),
    ({"max_entries": 0}, "max_entries should be a positive"),
    ({"max_entries": 100}, "MAX_CHANNELS"),
    ({"max_file_size": "1MB"}, "max_file_size should be"),
    ({"chunk_size": 8_000_000}, "MAX_FRAME_BYTES"),
    ({"chunk_timeout": 0}, "chunk_timeout should be"),
    ({"max_entries_mode": "all"}, "max_entries_mode should be one of selected, total"),
    ({"progress": "hear"}, "progress should be a function"),
    ({"external": print, "writer": print}, "external files go elsewhere"),
    ({"name": ""}, "the name should be"),
]
OPTIONS = {
    **dict.fromkeys(("accept", "progress", "external", "validator", "writer")),
    **{"max_entries": 1, "max_entries_mode": "selected", "max_file_size": 1, "chunk_size": 1},
    **{"chunk_timeout": 1, "auto_upload": False, "name": "files"},
}


@pytest.mark.parametrize(("options", "told"), WRONG)
def test_options_that_make_no_sense_are_told_where_they_are_written(options, told):
    with pytest.raises((TypeError, ValueError), match=told) as caught:
        make_config("Owner", **{**OPTIONS, **options})
    assert str(caught.value).startswith("Owner.allow_upload")


TAGS = [
    ("{% live_file_input %}", "needs an upload"),
    ("{% live_file_input class='x' %}", "needs an upload"),
    ("{% live_file_input u id='x' %}", "sets id itself"),
    ("{% live_file_input u multiple %}", "sets multiple itself"),
    ("{% live_img_preview %}", "needs an entry"),
    ("{% live_file_input u a=1 a=2 %}", "each once"),
]


@pytest.mark.parametrize(("source", "told"), TAGS)
def test_tags_that_make_no_sense_are_syntax_errors(source, told):
    with pytest.raises(TemplateSyntaxError, match=told):
        Template("{% load phoenix %}" + source)


def test_tags_pass_attributes_on_and_say_what_they_need():
    """LV-94"""
    config = make_config("Owner", **OPTIONS)
    tag = "{% live_file_input u form='f' data-x=x required webkitdirectory accept='.a' none=none %}"
    html = Template("{% load phoenix %}" + tag).render(Context({"u": config, "x": '"<', "none": None}))
    for part in ('accept=".a"', 'form="f"', 'data-x="&quot;&lt;"', " required", " webkitdirectory"):
        assert part in html
    assert "none" not in html
    with pytest.raises(
        LiveViewError, match=r"live_file_input %} shows an upload, such as uploads.avatar; u is ''"
    ):
        Template("{% load phoenix %}{% live_file_input u %}").render(Context())


def test_uploads_are_found_by_name():
    uploads = Uploads()
    uploads._configs["files"] = config = make_config("Owner", **OPTIONS)
    assert uploads["files"] is uploads.files is config
    assert list(uploads) == ["files"]
    assert len(uploads) == 1
    assert "files" in uploads
    with pytest.raises(AttributeError, match="no upload 'avatar' is allowed here \\(allowed: 'files'"):
        _ = uploads.avatar
