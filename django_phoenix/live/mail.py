"""What comes into a live view's mailbox that is no message of the user's: ``send_update``, ends of tasks,
news of uploads, of live queries and of children."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from django_phoenix.live import component_life, query_life, upload_life
from django_phoenix.live.family import ChildCrashed, PatchOfChild
from django_phoenix.live.lifecycle import Outcome, settling
from django_phoenix.live.queries import QueryNews
from django_phoenix.live.steps import Steps
from django_phoenix.live.tasks import TaskDone
from django_phoenix.live.updates import UpdateRequest, from_message
from django_phoenix.live.upload_channel import UploadNews

if TYPE_CHECKING:
    from django_phoenix.live.channel import LiveChannel

logger = logging.getLogger(__name__)

# Among them dict: what another process sends is JSON.
OWN_MESSAGES = {TaskDone, UpdateRequest, UploadNews, QueryNews, PatchOfChild, ChildCrashed, dict}


def story_of(channel: LiveChannel, message: Any) -> Steps[Outcome] | None:
    """What happens by such a message; None: it is the user's after all."""
    if type(message) is TaskDone:
        return _task_done(channel, message)
    if type(message) is UploadNews:
        channel.server.doing = f"{channel.live.spec.name}'s upload {message.config.name!r}"
        return upload_life.news(channel.live, message, at_once=_shows_at_once(channel))
    if type(message) is QueryNews:
        channel.server.doing = f"{channel.live.spec.name}'s live queries"
        return query_life.news(channel.live, message.queries, at_once=partial(_shows_at_once, channel))
    if type(message) is PatchOfChild:
        return _patch_of_child(channel, message)
    if type(message) is ChildCrashed:
        message.take_along(channel.live)
    request = message if type(message) is UpdateRequest else from_message(message)
    return None if request is None else _update(channel, request)


def _task_done(channel: LiveChannel, done: TaskDone) -> Steps[Outcome]:
    cid, name = done.key
    record = None if cid is None else channel.component(cid)
    running = None if channel.tasks is None else channel.tasks.take(done)
    if running is None or (cid is not None and record is None):
        return _nothing()  # another one was started, or its component has gone
    live = channel.live
    spec = live.spec if record is None else record.spec
    channel.server.doing = f"{spec.name}.handle_async (task {name!r})"
    at_once = _shows_at_once(channel)
    if running.work is not None:
        return component_life.work_done(live, record, running.work, done.outcome, at_once=at_once)
    return component_life.task_done(live, record, str(name), done.outcome, at_once=at_once)


def _patch_of_child(channel: LiveChannel, message: PatchOfChild) -> Steps[Outcome]:
    channel.server.doing = f"{channel.live.spec.name}.handle_params"
    channel.live.navigate(message.patch)
    return settling(channel.live)


def _update(channel: LiveChannel, request: UpdateRequest) -> Steps[Outcome]:
    live = channel.live
    record = None if live.components is None else live.components.find_for(request)
    if record is None:
        logger.info("%s: send_update: there is no %s.", channel.log_name, request)
        return _nothing()
    channel.server.doing = f"{record.spec.name}.update"
    return component_life.updating(live, record, request.assigns, at_once=_shows_at_once(channel))


def _shows_at_once(channel: LiveChannel) -> bool:
    """Nothing waits behind the message in hand, and the client reads what it is sent."""
    at_once = channel.server.pending == 0 and not channel.server.connection.outbox.busy
    channel.wants_idle = channel.wants_idle or not at_once
    return at_once


def _nothing() -> Steps[Outcome]:
    return Outcome({})
    yield  # a story like the others
