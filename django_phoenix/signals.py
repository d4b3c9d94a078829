"""Django signals where Phoenix has telemetry events.

Receivers run on the event loop of the server: keep them short. The senders are classes (the Socket or Channel
class concerned) unless said otherwise.
"""

from __future__ import annotations

from django.dispatch import Signal

# A client was connected / its connection ended. Arguments: socket; on the end also close_code (int or None).
socket_connected = Signal()
socket_disconnected = Signal()

# A topic was joined / its channel ended. Arguments: channel; on the end also reason.
channel_joined = Signal()
channel_ended = Signal()

# A callback of a channel or live view has raised: its topic has ended, is not joined (join), or had ended
# before (terminate). Arguments: channel, error, exc_info, label ("RoomChannel.join"), event (the client's, or
# None).
channel_crashed = Signal()

# A message was turned away because too many wait for one topic. Arguments: topic, waiting (int).
mailbox_full = Signal()

# A client's event was turned away because of a rate. Arguments: channel, event, retry_after (seconds).
rate_limited = Signal()

# A client that does not read was disconnected. Arguments: socket, frames (int), size (bytes waiting).
slow_client = Signal()

# Calls wait for a thread of the pool. Arguments: threads, waiting (calls), owners (clients), wait (seconds of
# the first). At most one in ten seconds.
pool_exhausted = Signal()

# A callback was given up after HANDLER_TIMEOUT. Arguments: label (str), seconds, stack (of its thread).
handler_timed_out = Signal()

# The event loop does not get to its work. Sent from the watchdog's thread, while it lasts. Arguments: label
# (of the message being handled, or None), where ("file:line, in function"), seconds, stack.
loop_blocked = Signal()

# Broadcasts of other processes, or ours to them, did not arrive. Arguments: topic, count, reason.
messages_lost = Signal()
