"""Files that a user chooses, and what the client does with them (chunks over the socket, or elsewhere)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile

from django_phoenix.testing.failure import Failure
from django_phoenix.testing.frames import Arrival
from django_phoenix.testing.live.commands import targets
from django_phoenix.testing.live.dom import attribute, quoted
from django_phoenix.testing.live.files import LiveFile
from django_phoenix.testing.live.query import outline

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode as Node

    from django_phoenix.testing.live.forms import Form
    from django_phoenix.testing.live.mounted import Mounted
    from django_phoenix.testing.live.tab import Tab

UPLOAD_REF = "data-phx-upload-ref"
WHOLE = 100


class Entry:
    """One chosen file on its way. ``meta``: what the server has said of an external upload."""

    def __init__(self, tab: Tab, file: LiveFile, ref: str, path: str) -> None:
        self.tab = tab
        self.file = file
        self.ref = ref
        self.path = path
        self.token: Any = None
        self.meta: dict[str, Any] | None = None
        self.chunk_size = 0
        self.sent = 0
        self.progress = 0
        self.errors: list[Any] = []
        # As a hearer of its own topic.
        self.topic = f"lvu:{ref}"
        self.join_ref: str | None = None
        self.joined = False

    def __repr__(self) -> str:
        errors = f", {self.errors}" if self.errors else ""
        return f"<Entry {self.file.name!r}: {self.progress} %{errors}>"

    def hear(self, arrival: Arrival) -> None:
        """See Hearer."""
        if arrival.event in ("phx_close", "phx_error"):
            self.joined = False
            self.tab.wire.forget(self)

    async def aclose(self) -> None:
        """See Hearer: it goes with its page."""

    @property
    def is_allowed(self) -> bool:
        """Whether the server has let it begin."""
        return self.token is not None or self.meta is not None

    @property
    def is_done(self) -> bool:
        """Whether there is nothing more to send."""
        return self.progress == WHOLE or bool(self.errors)

    def as_wire(self) -> dict[str, Any]:
        """For the server."""
        return self.file.as_wire(self.path, self.ref)


class Input:
    """A file input as it is now, and what was chosen in it."""

    def __init__(self, tab: Tab, element: Node) -> None:
        ref = attribute(element, UPLOAD_REF)
        if not ref:
            raise Failure(
                f"{tab.url}: {outline(element)} is no live file input; "
                "{% live_file_input uploads.… %} makes one."
            )
        self.tab = tab
        self.element = element
        self.ref = ref
        self.name = attribute(element, "name") or ""
        self.entries: list[Entry] = tab.chosen.setdefault(ref, [])
        active = set(_refs(element, "data-phx-active-refs"))
        self.active = [entry for entry in self.entries if entry.ref in active]

    @property
    def is_automatic(self) -> bool:
        """Whether files go at once."""
        return attribute(self.element, "data-phx-auto-upload") is not None

    def add(self, files: list[LiveFile]) -> None:
        """The user has chosen them."""
        if len(files) > 1 and attribute(self.element, "multiple") is None:
            raise Failure(f"{self.tab.url}: {outline(self.element)} takes one file, as it is not multiple.")
        for file in files:
            self.entries.append(Entry(self.tab, file, str(self.tab.next_entry()), self.name))

    def find(self, name: str | None) -> list[Entry]:
        """The entries of that name, or all. AssertionError if there are none."""
        found = [each for each in self.active if name in (None, each.file.name)]
        if not found:
            known = ", ".join(repr(each.file.name) for each in self.active) or "none"
            raise Failure(
                f"{self.tab.url}: no file {name or ''!r} is waiting in {self.name!r}; there are: {known}."
            )
        return found

    async def send(self, entry: Entry, percent: int) -> None:
        """Chunks up to that mark."""
        if not entry.is_allowed:
            await self._ask()
        if entry.is_done or not entry.is_allowed:
            return
        if entry.meta is not None:
            await self._tell(entry, percent)
            return
        if not entry.joined and entry.sent == 0 and not await self._join(entry):
            return
        size = len(entry.file.content)
        until = size * percent // WHOLE
        while entry.sent < until:
            data = entry.file.content[entry.sent : min(entry.sent + entry.chunk_size, until)]
            reply = await self.tab.wire.call(entry, "chunk", data)
            if reply is None or reply["status"] != "ok":
                await self._fail(entry, (reply or {}).get("response", {}).get("reason", "closed"))
                return
            entry.sent += len(data)
            await self._tell(entry, entry.sent * WHOLE // size)
        if entry.sent == size:
            await self._tell(entry, WHOLE)

    async def tell_failure(self, entry: Entry, reason: str) -> None:
        """As when the browser's uploader gives up."""
        if not entry.is_allowed:
            await self._ask()
        await self._fail(entry, reason)

    async def _ask(self) -> None:
        """For all that wait, as the client does."""
        entries = [each for each in self.active if not each.is_allowed and not each.errors]
        payload = {"ref": self.ref, "entries": [each.as_wire() for each in entries]}
        view, payload = self._addressed(payload)
        response = await view.push("allow_upload", payload)
        by_ref = {each.ref: each for each in entries}
        for ref, reason in response.get("error", ()):
            for each in [by_ref[ref]] if ref in by_ref else entries:
                each.errors.append(reason)
        for ref, reasons in response.get("errors", {}).items():
            by_ref[ref].errors.extend(reasons)
        for ref, answer in response.get("entries", {}).items():
            if isinstance(answer, dict):
                by_ref[ref].meta = answer
            else:
                by_ref[ref].token = answer
                by_ref[ref].chunk_size = response["config"]["chunk_size"]

    async def _join(self, entry: Entry) -> bool:
        reply = await self.tab.wire.call(entry, "phx_join", {"token": entry.token})
        entry.joined = reply is not None and reply["status"] == "ok"
        if not entry.joined:
            entry.errors.append((reply or {}).get("response", {}).get("reason"))
        return entry.joined

    async def _tell(self, entry: Entry, progress: int) -> None:
        if progress > entry.progress:
            entry.progress = progress
            await self._push_progress(entry, progress)

    async def _fail(self, entry: Entry, reason: Any) -> None:
        entry.errors.append(reason)
        await self._push_progress(entry, {"error": reason})

    async def _push_progress(self, entry: Entry, progress: Any) -> None:
        event = attribute(self.element, "phx-progress")
        payload = {"event": event, "ref": self.ref, "entry_ref": entry.ref, "progress": progress}
        view, payload = self._addressed(payload)
        await view.push("progress", payload)

    def _addressed(self, payload: dict[str, Any]) -> tuple[Mounted, dict[str, Any]]:
        form = self.tab.dom_of(self.element).nearest(self.element, "form")
        target = attribute(self.element, "phx-target")
        if target is None and form is not None:
            target = attribute(form, "phx-target")
        view, cid = targets(self.tab, self.element, target)[0]
        return view, payload if cid is None else {**payload, "cid": cid}


def input_of(tab: Tab, ref: str) -> Input:
    """The input of an upload. AssertionError if it has gone."""
    found = tab.dom.find(f"[{UPLOAD_REF}={quoted(ref)}][type=file]")
    if not found:
        raise Failure(f"{tab.url}: the file input is not in the page any more.")
    return Input(tab, found[0])


async def send_files(tab: Tab, ref: str, name: str | None, percent: int) -> None:
    """Send files up to that mark. AssertionError if there are none of that name."""
    for entry in input_of(tab, ref).find(name):
        await input_of(tab, ref).send(entry, percent)


async def fail_file(tab: Tab, ref: str, name: str | None, reason: str) -> None:
    """As when the browser's uploader gives up."""
    for entry in input_of(tab, ref).find(name):
        await input_of(tab, ref).tell_failure(entry, reason)


def inputs_of(tab: Tab, form: Form) -> list[Input]:
    """The live file inputs of a form."""
    return [
        Input(tab, each.element)
        for each in form.controls
        if each.kind == "file" and attribute(each.element, UPLOAD_REF)
    ]


def serialized(tab: Tab, form: Form) -> dict[str, Any]:
    """What a change event tells of them."""
    return {
        each.ref: [entry.as_wire() for entry in each.entries if not entry.is_done]
        for each in inputs_of(tab, form)
        if any(not entry.is_done for entry in each.entries)
    }


async def finish(tab: Tab, form: Form) -> bool:
    """Upload what is chosen, before a submit. False if something is wrong with it: nothing is submitted."""
    chosen = [each for each in inputs_of(tab, form) if each.active]
    for field in chosen:
        for entry in field.active:
            await field.send(entry, WHOLE)
    return not any(entry.errors for field in chosen for entry in field.active)


def by_name(tab: Tab, form: Form) -> dict[str, Any]:
    """The chosen files of a form, for a plain POST."""
    return {
        each.name: [
            SimpleUploadedFile(entry.file.name, entry.file.content, entry.as_wire()["type"])
            for entry in each.active
        ]
        for each in inputs_of(tab, form)
        if each.active
    }


def _refs(element: Node, name: str) -> list[str]:
    text = attribute(element, name)
    return text.split(",") if text else []
