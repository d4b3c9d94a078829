"""The faults of the twin, all of them: file and line, id of the finding, and a word of the line.

Files are named without their folder: below ``twin/templates/twin``, or ``live.py`` of the twin itself.
"""

from __future__ import annotations

from typing import NamedTuple


class Fault(NamedTuple):
    """One row of the table."""

    file: str
    line: int
    id: str
    word: str


TABLE = """
live.py:131             T020 oferr
base.html:12            T020 shop_nmae
board.html:8            T040 {% live_component "twin.Tood" id=3 / %}
board.html:9            T040 {% live_component "tests.contract.nowhere.To
board.html:10           T020 cuont
board.html:11           T043 {% fill "atcions" %}
board.html:13           T001 icn
board.html:13           T020 coutn
board.html:17           T041 {% component "twin.price" / %}
board.html:18           T042 currency
board.html:19           T042 amount
board.html:20           T041 colour
board.html:21           T041 {% component "twin.price" 3 "EUR" "too many"
board.html:24           T043 {% component "twin.panel" title="no body" /
board.html:25           T043 {% fill "foot" %}
board.html:26           T020 title
board.html:27           T040 {% component "twin.pirce" 3 / %}
board.html:29           T015 {% live_component "twin.Lost" id=9 / %}
board.html:30           T045 {% fill "actions" %}
components/card.html:4  T020 cuont
components/panel.html:4 T020 page_title
components/price.html:2 T020 amuont
components/split.html:1 T044 <p>One</p>
components/split.html:2 T013 phx-target="myself"
components/todo.html:3  T001 togle
components/todo.html:5  T002 rename
components/todo.html:6  T001 rename
components/todo.html:7  T020 titel
counter.html:7          T001 ad
counter.html:8          T002 phx-value-by="two"
counter.html:9          T003 phx-value-bye="2"
counter.html:10         T002 step
counter.html:11         T002 phx-value-way="sideways"
counter.html:13         T001 set_to
counter.html:15         T002 phx-value-to="much"
counter.html:17         T001 rest
counter.html:20         T001 kye
counter.html:21         T001 rset
counter.html:22         T001 more
counter.html:24         T001 incr
counter.html:26         T001 clear
counter.html:27         T001 rseet
form.html:10            T002 save
form.html:15            T001 finde
form.html:20            T002 first
form.html:27            T002 value="xl"
labels.html:4           T009 id="one"
labels.html:5           T009 id="top"
labels.html:8           T010 id="row"
labels.html:11          T011 <input name="a">
labels.html:14          T011 <input name="d" id="d">
labels.html:17          T011 <select name="g">
labels.html:18          T011 <textarea name="h">
labels.html:19          T011 <input type="checkbox" name="i">
labels.html:20          T011 <input name="j" placeholder="a placeholder i
labels.html:21          T004 phx-hook="Chart"
labels.html:23          T005 Graph
labels.html:26          T014 phx-update="ignore"
labels.html:27          T013 phx-update="sometimes"
labels.html:28          T012 phx-clik="reset"
labels.html:29          T013 phx-debounce="soon"
labels.html:30          T013 phx-click='[["push"'
links.html:5            T030 {% url "shoop" %}
links.html:6            T030 {% url "item" %}
links.html:8            T030 {% url "item" 3 4 %}
links.html:9            T030 {% url "item" pk="three" %}
links.html:10           T030 {% url "item" id=3 %}
links.html:12           T030 {% url "section" section="a b" page=page %}
links.html:14           T030 {% url "mange:item" 3 %}
links.html:15           T030 {% url "manage:items" %}
links.html:20           T030 {% live_patch "lniks" %}
links.html:21           T031 {% live_patch "shop" %}
links.html:24           T030 {% live_navigate "items" %}
links.html:25           T030 {% live_navigate "item" %}
links.html:27           T031 {% live_navigate "/shopp/" %}
links.html:28           T031 {% live_navigate "plain" %}
links.html:30           T031 href="/sohp/3/"
links.html:31           T031 phx-click='[["navigate",{"href":"/no/such/pa
links.html:32           T015 {% include "twin/parts/buttns.html" %}
markup.html:4           T006 <span>
markup.html:5           T007 </p>
markup.html:6           T006 <i>
markup.html:11          T006 <div>
markup.html:12          T006 <aside>
markup.html:14          T008 <p>
markup.html:15          T007 </main>
markup.html:16          T006 <ul>
open.html:4             T020 lats
parts.html:6            T040 {% component "twin_crad" title="No such comp
parts.html:7            T041 {% component "twin_card" %}
parts.html:8            T041 colour
parts.html:9            T042 tone
parts.html:10           T042 count
parts.html:11           T042 title
parts.html:12           T043 {% component "twin_card" title="no actions"
parts.html:15           T043 {% fill "foot" %}
parts.html:19           T020 itms
parts.html:20           T020 gvien.x
parts.html:23           T001 icn
parts.html:25           T020 ttile
parts.html:27           T043 {% fill "lable" %}
parts.html:28           T043 {% component "twin_badge" %}
parts.html:30           T041 {% component "twin_pair" "one is missing" /
parts.html:31           T041 {% component "twin_pair" "one" 2 "too many"
parts.html:32           T042 {% component "twin_pair" "no number" "two" /
parts.html:34           T043 {% fill "x" %}
parts/buttons.html:4    T001 resett
parts/buttons.html:5    T020 cuont
parts/item.html:2       T020 itm.name
shop.html:5             T020 totl
shop.html:6             T020 dicsount
shop.html:10            T020 nothing_found
shop.html:12            T020 item.name
shop.html:13            T020 itmes
shop.html:15            T020 first.name
shop.html:16            T020 expensive
shop.html:17            T020 fallback
shop.html:18            T020 tooltip
shop.html:19            T020 serach
shop.html:20            T020 maximum
shop.html:23            T020 partiy
streams.html:7          T021 streams.sigers
streams.html:10         T021 uploads.avatr.entries
streams.html:11         T022 {% for id, song in streams.songs %}
streams.html:13         T022 {% for song in streams.songs %}
streams.html:14         T022 {% for id, song in streams.songs reversed %}
streams.html:15         T022 {% for id, song in streams.songs %}
streams.html:18         T022 <li id="none">
"""


def faults() -> list[Fault]:
    """The table, by file and line."""
    found = []
    for row in TABLE.strip().splitlines():
        place, id, word = row.split(maxsplit=2)
        file, _, line = place.partition(":")
        found.append(Fault(file, int(line), id, word))
    return found
