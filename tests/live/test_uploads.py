"""Uploads, through the frames that the official client sends (protocol 16)."""

from __future__ import annotations

import asyncio
import os

import pytest
from django.test import override_settings

from tests.support.live_client import LiveClient
from tests.support.live_site import upload_views
from tests.support.upload_client import file, uploading

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("upload_site"),
]

LISTS = ("data-phx-active-refs", "data-phx-done-refs", "data-phx-preflighted-refs")


@pytest.fixture
def upload_site(live_site, tmp_path):
    with override_settings(
        ROOT_URLCONF="tests.support.live_site.upload_views", FILE_UPLOAD_TEMP_DIR=str(tmp_path)
    ):
        upload_views.UploadLive.mounted.clear()
        upload_views.Recorder.calls.clear()
        yield


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


async def test_large_files_are_written_by_the_mebibyte(monkeypatch):
    """LV-99"""
    async with uploading("auto/") as form:
        writes = []
        original = upload_views.UploadWriter

        class Counting(upload_views.Recorder):
            async def write_chunk(self, data):
                writes.append(len(data))
                await super().write_chunk(data)

        monkeypatch.setattr(form_config(), "_writer", Counting)
        assert original
        content = os.urandom(3_000_000)
        await form.upload(content)
        assert sum(writes) == len(content)
        assert len(writes) == 3
        assert form_config().entries[0]._upload.writer.meta() == content


def form_config():
    """The upload of the view that was mounted last."""
    return upload_views.UploadLive.mounted[-1].assigns.uploads.files


async def test_files_end_up_in_a_django_form_and_a_storage():
    async with uploading("form/") as form:
        await form.submit(title="x")
        assert "This field is required" in form.text
        await form.upload(b"content" * 100, name="../../etc/<b>.txt", type="text/html")
        await form.submit(title="")
        assert "'title'" in form.text
        assert "<b>:100" in form.text or "&lt;b&gt;" in form.html
        await form.submit(title="x")
        assert form.text.startswith("x/")
        with upload_views.FormLive.storage.open(form.text) as stored:
            assert stored.read() == b"content" * 100
        assert "/etc" not in form.text


async def test_a_storage_moves_the_file_from_its_path(tmp_path):
    target = tmp_path / "moved"
    async with uploading("") as form:
        upload = await form.upload(b"content")
        assert os.listdir(tmp_path) == []  # no name, so that nothing is left if the process is killed
        config = form_config()

        def move(taken, entry):
            os.rename(taken.temporary_file_path(), target)
            return taken.content_type

        results = []
        monkey = upload_views.UploadLive.mounted[-1]
        results = await asyncio.to_thread(monkey.consume_uploaded_entries, "files", move)
        await upload.closed()
        assert results == ["text/plain"]
        assert config.entries == []
    assert target.read_bytes() == b"content"
    assert os.listdir(tmp_path) == ["moved"]


OPEN_TEMPORARY = "(deleted)"


def open_files(folder):
    """Files without a name that this process holds open in a folder."""
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
@pytest.mark.parametrize("named", [True, False])
async def test_nothing_is_left_of_a_file_however_it_ends(end, complete, named, tmp_path, monkeypatch, caplog):
    """LV-103"""
    if named:
        monkeypatch.setattr(os, "O_TMPFILE", None)
    async with LiveClient() as browser:
        form = upload_form(await browser.open("/uploads/"))
        content = b"x" * 2_000_000
        upload = await form.begin(file(0, content))
        for start in range(0, len(content) if complete else 1_920_000, 64_000):
            assert (await upload.chunk(content[start : start + 64_000])).status == "ok"
        assert open_files(tmp_path)
        if complete:
            await form.progress(0, 100)
        if end == "cancel":
            await form.event("cancel", {"ref": "0"})
            assert form.input["data-phx-active-refs"] == ""
            await upload.closed()
        elif end == "crash":
            await form.view.send_event("crash")
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
        elif end == "consume" and complete:
            await form.submit()
        elif end == "consume":
            await form.view.send_event("save")  # an error of the view: see below
            await upload.closed()
        else:
            await browser.disconnect()
        assert await gone(tmp_path)


def upload_form(view):
    from tests.support.upload_client import Form

    return Form(view)
