"""T020: names that nothing assigns. T021: streams and uploads that the view does not have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django_phoenix.live.page import find_template
from django_phoenix.management.contract.findings import Finding, Level, rule
from django_phoenix.management.contract.guarded import Met, met_in
from django_phoenix.management.contract.hints import did_you_mean
from django_phoenix.management.contract.known import Known, known_in, units_showing
from django_phoenix.management.contract.reads import Read, reads_of
from django_phoenix.management.contract.source import Source
from django_phoenix.management.contract.unit import Unit


@rule("T020", Level.WARNING, "A name is read that nothing assigns.")
def unknown_name(unit: Unit) -> Iterator[Finding]:
    """In pages: class Assigns, mount and all other code of the view, guards, context processors, tags.

    In a template that others share (a parent, an include) a name that is only asked for may come from
    elsewhere, and one that any page with the template has is known.
    """
    known = known_in(unit)
    if known.open:
        return
    own = own_template(unit)
    for met in met_in(unit.steps):
        for read in unknown_reads(met, known):
            source = met.use.place.source
            names = known.names | met.use.scope.names
            if source is own:
                yield finding(read, f"neither {unit.name}", names, unit.name)
            elif not read.optional and not any(
                known_in(other).has(read.name) for other in units_showing(unit.site, source)
            ):
                yield finding(read, "neither a live view with this template", names, "the view")


def unknown_reads(met: Met, known: Known) -> Iterator[Read]:
    """What a tag reads and no tag around it binds."""
    scope = met.use.scope
    for read in reads_of(met.use):
        known_here = read.name in ALWAYS_THERE if scope.isolated else known.has(read.name)
        if not (known_here or scope.binds(read.name) or read.name in met.asked):
            yield read


# Also inside an `{% include … only %}`.
ALWAYS_THERE = {"True", "False", "None", "csrf_token"}


def own_template(unit: Unit) -> Source | None:
    """The template that is the view's or component's alone."""
    source = _template_of(unit)
    owners = {other.owner for other in units_showing(unit.site, source)} if source else set()
    return source if len(owners) <= 1 else None


def _template_of(unit: Unit) -> Source | None:
    if unit.kind != "page" or unit.owner is None or not unit.routes:
        return unit.sources[0]
    template = find_template(unit.owner(**unit.routes[0].initkwargs))
    name = template.origin.name
    return next((source for source in unit.sources if source.template.origin.name == name), None)


def finding(read: Read, who: str, names: Iterable[str], view: str) -> Finding:
    return Finding(
        read.place,
        f"{read.name!r} is read, but nothing gives it a value: {who} nor a context processor.",
        did_you_mean(read.name, names, f"Give it a value in {view}: in mount(), or in its class Assigns."),
    )


@rule("T021", Level.WARNING, "A stream or upload is read that the view does not have.")
def unknown_stream(page: Unit) -> Iterator[Finding]:
    """Only where the source of the view names all that it has."""
    assigned = known_in(page).assigned
    if not (assigned.streams or assigned.uploads):
        return
    groups = {
        "streams": ("stream", "self.stream", assigned.streams, assigned.open_streams),
        "uploads": ("upload", "self.allow_upload", assigned.uploads, assigned.open_uploads),
    }
    for use in page.uses:
        for read in reads_of(use):
            word, method, names, is_open = groups.get(read.name, ("", "", set(), True))
            if is_open or not names or not read.lookups or use.scope.binds(read.name):
                continue
            if read.lookups[0] not in names and read.name not in assigned.names:
                yield Finding(
                    read.place,
                    f"{page.name} has no {word} {read.lookups[0]!r}.",
                    did_you_mean(read.lookups[0], names, f'{method}("{read.lookups[0]}", …) makes one.'),
                )
