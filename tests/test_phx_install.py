"""phx_install on sites of several shapes. Each command runs in a process of its own, on real files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from django_phoenix.management.checks.flash import FLASH, MESSAGES
from django_phoenix.management.install import asgi_file, changes, settings_file, template_file
from django_phoenix.management.install.changes import Change, Plan, write_all
from django_phoenix.management.install.middleware import plan_middleware
from django_phoenix.management.install.site import Site
from django_phoenix.management.install.source import Edit, PythonSource, Source, Unreadable
from tests.support import sites
from tests.support.sites import TemporarySite

REQUEST = """\
import asyncio, importlib, sys, django
from django.test import Client

module, _, name = sys.argv[1].rpartition(".")
application = getattr(importlib.import_module(module), name)

async def get(path):
    sent = []
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
             "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
             "headers": [(b"host", b"localhost")], "client": ("127.0.0.1", 1), "server": ("localhost", 80)}
    waiting = asyncio.Queue()
    waiting.put_nowait({"type": "http.request", "body": b"", "more_body": False})
    async def send(message):
        sent.append(message)
    await application(scope, waiting.get, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)

status, body = asyncio.run(get(sys.argv[2]))
print(status)
print(body.decode())
"""


def asgi_get(site: TemporarySite, path: str, settings: str = "mysite.settings") -> tuple[int, str]:
    """One GET through the site's ASGI application, in a fresh process."""
    done = site.python("-c", REQUEST, "mysite.asgi.application", path, settings=settings)
    assert done.code == 0, done
    status, _, body = done.out.partition("\n")
    return int(status), body


def installed(site: TemporarySite, *arguments: str) -> TemporarySite:
    done = site.install("--yes", *arguments)
    assert done.code == 0, done
    check = site.manage("check", "--fail-level", "WARNING")
    assert check.code == 0, check
    return site


# -- the five shapes


def test_fresh_startproject(tmp_path: Path) -> None:
    site = installed(sites.fresh(tmp_path))
    settings = site.read("mysite/settings.py")
    assert "INSTALLED_APPS = [\n    'daphne',\n    'django.contrib.admin'," in settings
    assert "    'django.contrib.staticfiles',\n    'django_phoenix',\n]" in settings
    assert (
        "    'django.contrib.messages.middleware.MessageMiddleware',\n"
        "    'django_phoenix.middleware.FlashMiddleware',\n"
    ) in settings
    assert (
        "WSGI_APPLICATION = 'mysite.wsgi.application'\nASGI_APPLICATION = 'mysite.asgi.application'\n"
        in settings
    )
    assert "application = phoenix_application(get_asgi_application())" in site.read("mysite/asgi.py")
    status, body = asgi_get(site, "/admin/login/")
    assert status == 200
    assert "csrfmiddlewaretoken" in body


def test_settings_package(tmp_path: Path) -> None:
    site = sites.settings_package(tmp_path)
    dev, prod = site.read("mysite/settings/dev.py"), site.read("mysite/settings/prod.py")
    installed(site)
    base = site.read("mysite/settings/base.py")
    assert "    'pages',  # ours\n    'django_phoenix',\n]" in base
    assert "ASGI_APPLICATION = 'mysite.asgi.application'" in base
    assert (dev, prod) == (site.read("mysite/settings/dev.py"), site.read("mysite/settings/prod.py"))
    assert site.manage("check", settings="mysite.settings.prod").code == 0
    status, body = asgi_get(site, "/hello/", settings="mysite.settings.dev")
    assert status == 200
    assert "phoenix" in body


def test_existing_protocol_type_router(tmp_path: Path) -> None:
    site = installed(sites.protocol_type_router(tmp_path))
    asgi = site.read("mysite/asgi.py")
    assert "application = phoenix_application(ProtocolTypeRouter(\n    {\n" in asgi
    assert "        # our own sockets\n" in asgi
    assert site.read("mysite/settings.py").count("daphne") == 1
    status, body = asgi_get(site, "/hello/")
    assert status == 200
    assert "<p>hello</p>" in body


def test_wsgi_only_site_gets_an_asgi_file_and_goes_on_under_wsgi(tmp_path: Path) -> None:
    site = sites.wsgi_only(tmp_path)
    done = site.install("--yes")
    assert done.code == 0, done
    assert "This site had no asgi.py" in done.out
    assert site.manage("check", "--fail-level", "WARNING").code == 0
    assert asgi_get(site, "/hello/")[0] == 200
    wsgi = site.python("-c", WSGI_GET, "/hello/", settings="mysite.settings")
    assert wsgi.out.startswith("200 OK"), wsgi
    assert "django_phoenix/phoenix" in wsgi.out


WSGI_GET = """\
import io, sys
from mysite.wsgi import application

environ = {"REQUEST_METHOD": "GET", "PATH_INFO": sys.argv[1], "SERVER_NAME": "localhost", "SERVER_PORT": "80",
           "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http"}
body = application(environ, lambda status, headers: print(status))
print(b"".join(body).decode())
"""


def test_base_template_without_a_content_block_takes_the_block_it_has(tmp_path: Path) -> None:
    site = sites.without_content_block(tmp_path)
    done = site.install("--yes")
    assert done.code == 0, done
    assert 'live views go into its block "main"' in done.out
    assert "'LIVE_BLOCK': 'main'," in site.read("mysite/settings.py")
    assert site.manage("check", "--fail-level", "WARNING").code == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "shape", [sites.with_pages, sites.settings_package, sites.protocol_type_router, sites.wsgi_only]
)
def test_a_live_view_works_on_the_installed_site(
    shape: Callable[[Path], TemporarySite], tmp_path: Path
) -> None:
    site = installed(shape(tmp_path))
    package = shape is sites.settings_package
    sites.add_counter(site, "mysite/settings/base.py" if package else "mysite/settings.py")
    status, body = asgi_get(site, "/counter/", "mysite.settings.dev" if package else "mysite.settings")
    assert status == 200
    assert "<nav>menu</nav>" in body
    assert "data-phx-main" in body
    assert "<h1>0</h1>" in body


# -- how it behaves


@pytest.fixture(scope="module")
def template_site(tmp_path_factory: pytest.TempPathFactory) -> TemporarySite:
    return installed(sites.with_pages(tmp_path_factory.mktemp("installed")))


@pytest.fixture
def installed_site(template_site: TemporarySite, tmp_path: Path) -> TemporarySite:
    """A site of its own for one test, after the installation."""
    shutil.copytree(template_site.root, tmp_path / "site")
    return TemporarySite(tmp_path / "site")


def test_a_second_run_finds_nothing_to_do(installed_site: TemporarySite) -> None:
    site = installed_site
    before = site.snapshot()
    again = site.install("--yes")
    assert again.code == 0, again
    assert "Nothing to do" in again.out
    assert site.snapshot() == before
    assert "Nothing to do" in site.manage("phx_install").out


def test_dry_run_shows_the_diff_and_writes_nothing(tmp_path: Path) -> None:
    site = sites.with_pages(tmp_path)
    before = site.snapshot()
    done = site.install("--dry-run")
    assert done.code == 0, done
    for line in (
        "+    'daphne',",
        "+    {% live_head %}",
        "+application = phoenix_application(get_asgi_application())",
    ):
        assert line in done.out
    assert site.snapshot() == before


def test_with_nobody_to_ask_it_writes_nothing(tmp_path: Path) -> None:
    site = sites.with_pages(tmp_path)
    before = site.snapshot()
    done = site.install()
    assert done.code == 1
    assert "Use --yes" in done.err
    assert site.snapshot() == before


@pytest.mark.parametrize(("answer", "writes"), [("y\n", True), ("no\n", False), ("\n", False)])
def test_it_asks(tmp_path: Path, answer: str, writes: bool) -> None:
    site = sites.with_pages(tmp_path)
    done = site.python("-m", "django_phoenix", "install", stdin=answer)
    assert done.code == 0, done
    assert "Write these 3 files? [y/N]" in done.out
    assert ("phoenix_application" in site.read("mysite/asgi.py")) is writes


def test_settings_it_does_not_understand_are_named_and_nothing_is_written(tmp_path: Path) -> None:
    site = sites.with_pages(tmp_path)
    site.replace("mysite/settings.py", "INSTALLED_APPS = [", "INSTALLED_APPS = list((")
    site.replace("mysite/settings.py", "    'pages',  # ours\n]", "    'pages',  # ours\n))")
    before = site.snapshot()
    done = site.install("--yes")
    assert done.code == 1
    assert "mysite/settings.py, line 33: INSTALLED_APPS is made by `list((" in done.out
    assert '"daphne",  # before every other app' in done.out
    assert "Nothing was written" in done.err
    assert site.snapshot() == before


def test_an_asgi_application_that_is_not_there_blocks(tmp_path: Path) -> None:
    site = sites.with_pages(tmp_path)
    site.write({"mysite/asgi.py": "import os\n"})
    done = site.install("--yes")
    assert done.code == 1
    assert "mysite/asgi.py: nothing here is called 'application'" in done.out
    assert "application = phoenix_application(application)" in done.out


def test_a_base_template_without_a_head_end_is_left_alone_and_the_rest_written(tmp_path: Path) -> None:
    site = sites.with_pages(tmp_path, sites.BASE_HTML.replace("  </head>\n", ""))
    done = site.install("--yes", "--template", "base.html")
    assert done.code == 0, done
    assert "templates/base.html: there is no </head> here" in done.out
    assert "live_head" not in site.read("templates/base.html")
    assert "phoenix_application" in site.read("mysite/asgi.py")


def test_several_base_templates_need_a_name(tmp_path: Path) -> None:
    site = sites.with_pages(tmp_path)
    (tmp_path / "templates/base.html").rename(tmp_path / "templates/one.html")
    site.write({"templates/two.html": sites.BASE_HTML})
    done = site.install("--dry-run")
    assert "several templates have a <head> (one.html, two.html)" in done.out
    assert "+++ templates/two.html" in site.install("--dry-run", "--template", "two.html").out


# -- edits keep what they do not touch


def python_source(tmp_path: Path, text: str, encoding: str = "utf-8") -> PythonSource:
    path = tmp_path / "settings.py"
    path.write_bytes(text.encode(encoding))
    return PythonSource.read(path)


def apps_edited(tmp_path: Path, text: str) -> str:
    source = python_source(tmp_path, text)
    found = settings_file.find([(source, "settings")], "INSTALLED_APPS")
    assert found
    plan = Plan()
    literals = settings_file.literals_of(found)
    settings_file._edit_apps(plan, source, literals, ["daphne", "django_phoenix"])
    return source.apply(plan.edits[source.path])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("INSTALLED_APPS = []\n", 'INSTALLED_APPS = ["daphne", "django_phoenix"]\n'),
        ("INSTALLED_APPS = ['a', 'b']\n", "INSTALLED_APPS = ['daphne', 'a', 'b', 'django_phoenix']\n"),
        ("INSTALLED_APPS = ('a',)\n", "INSTALLED_APPS = ('daphne', 'a', 'django_phoenix',)\n"),
        (
            'INSTALLED_APPS: list[str] = [\n    "a",\n    "b"  # last\n]\n',
            'INSTALLED_APPS: list[str] = [\n    "daphne",\n    "a",\n    "b",  # last\n'
            '    "django_phoenix",\n]\n',
        ),
        (
            "INSTALLED_APPS = [\n\t'a', # é, ü\n\t'b',]\n",
            "INSTALLED_APPS = [\n\t'daphne',\n\t'a', # é, ü\n\t'b', 'django_phoenix',]\n",
        ),
        (
            "A = ['é']; B = [\n  'b',\n]\nINSTALLED_APPS = A + B\n",
            "A = ['daphne', 'é']; B = [\n  'b',\n  'django_phoenix',\n]\nINSTALLED_APPS = A + B\n",
        ),
        (
            "INSTALLED_APPS = [\r\n    'a',\r\n]\r\n",
            "INSTALLED_APPS = [\r\n    'daphne',\r\n    'a',\r\n    'django_phoenix',\r\n]\r\n",
        ),
    ],
)
def test_installed_apps_keep_their_style(tmp_path: Path, before: str, after: str) -> None:
    assert apps_edited(tmp_path, before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"MIDDLEWARE = ['{MESSAGES}']\n", f"MIDDLEWARE = ['{MESSAGES}', '{FLASH}']\n"),
        (f'MIDDLEWARE = ("a", "{MESSAGES}", "b")\n', f'MIDDLEWARE = ("a", "{MESSAGES}", "{FLASH}", "b")\n'),
        (
            f'MIDDLEWARE = [\n    "{MESSAGES}",  # its comment\n    "b",\n]\n',
            f'MIDDLEWARE = [\n    "{MESSAGES}",  # its comment\n    "{FLASH}",\n    "b",\n]\n',
        ),
        (
            f'A = ["a"]\nMIDDLEWARE = A + [\n  "{MESSAGES}"\n]\n',
            f'A = ["a"]\nMIDDLEWARE = A + [\n  "{MESSAGES}",\n  "{FLASH}",\n]\n',
        ),
        (f'MIDDLEWARE = ["{MESSAGES}", "{FLASH}"]\n', None),
    ],
)
def test_the_middleware_of_the_flash_stands_below_djangos(
    tmp_path: Path, before: str, after: str | None
) -> None:
    plan = planned_middleware(tmp_path, before)
    assert [change.after.decode() for change in plan.changes()] == ([] if after is None else [after])
    assert plan.gaps == []


def test_middleware_that_is_made_by_code_is_left_to_a_person(tmp_path: Path) -> None:
    plan = planned_middleware(tmp_path, "MIDDLEWARE = make()\n")
    (gap,) = plan.gaps
    assert (gap.blocks, gap.line, gap.lines) == (False, 1, (f'"{FLASH}",',))
    assert planned_middleware(tmp_path, "X = 1\n").gaps[0].lines == (f'"{FLASH}",',)
    assert planned_middleware(tmp_path, "X = 1\n", loaded=()).gaps == []


def planned_middleware(tmp_path: Path, text: str, loaded: tuple[str, ...] = (MESSAGES,)) -> Plan:
    source, plan = python_source(tmp_path, text), Plan()
    site = Site(
        root=tmp_path,
        settings_module="settings",
        settings_file=source.path,
        installed_apps=(),
        root_urlconf="urls",
        middleware=loaded,
    )
    plan_middleware(site, plan)
    return plan


IMPORT = "from django_phoenix.routing import phoenix_application\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "from x import make\napplication = make()\n",
            f"from x import make\n{IMPORT}application = phoenix_application(make())\n",
        ),
        (
            "import x\napplication: object = x.make(  # why\n    1,\n)\n",
            f"import x\n{IMPORT}application: object = phoenix_application(x.make(  # why\n    1,\n))\n",
        ),
        (
            "from x import application\n",
            f"from x import application\n{IMPORT}\napplication = phoenix_application(application)\n",
        ),
        (
            "@deco\nasync def application(scope, receive, send):\n    pass\n",
            f"{IMPORT}\n@deco\nasync def application(scope, receive, send):\n    pass\n\n"
            "application = phoenix_application(application)\n",
        ),
        (
            "import os\nif os.environ.get('X'):\n    application = 1\nelse:\n    application = 2\n",
            f"import os\n{IMPORT}if os.environ.get('X'):\n    application = 1\nelse:\n    application = 2\n\n"
            "application = phoenix_application(application)\n",
        ),
        (
            "from x import make\napplication = app = make()",
            f"from x import make\n{IMPORT}application = app = make()\n\n"
            "application = phoenix_application(application)",
        ),
        (
            "from __future__ import annotations\n\napplication = make()\napplication = Sentry(application)\n",
            f"from __future__ import annotations\n{IMPORT}\napplication = make()\n"
            "application = phoenix_application(Sentry(application))\n",
        ),
    ],
)
def test_the_application_is_wrapped_whatever_it_is(tmp_path: Path, before: str, after: str) -> None:
    path = tmp_path / "asgi.py"
    path.write_text(before)
    plan = Plan()
    asgi_file._wrap(plan, PythonSource.read(path), "application")
    (change,) = plan.changes()
    assert change.after.decode() == after
    path.write_bytes(change.after)
    again = Plan()
    asgi_file._wrap(again, PythonSource.read(path), "application")
    assert again.changes() == []


def test_a_late_daphne_is_named(tmp_path: Path) -> None:
    site = sites.with_pages(tmp_path)
    site.replace("mysite/settings.py", "    'pages',  # ours\n", "    'pages',\n    'daphne',\n")
    done = site.install("--yes")
    assert done.code == 1
    assert 'mysite/settings.py, line 33: INSTALLED_APPS lists "daphne" behind' in done.out


def test_a_site_set_up_by_hand_is_left_alone(installed_site: TemporarySite) -> None:
    """Even if the settings are put together in a way that the installer could not edit."""
    site = installed_site
    site.replace("mysite/settings.py", "INSTALLED_APPS = [", "INSTALLED_APPS = list([")
    site.replace("mysite/settings.py", "    'django_phoenix',\n]", "    'django_phoenix',\n])")
    again = site.install("--yes")
    assert again.code == 0, again
    assert "Nothing to do" in again.out


def test_it_may_be_called_from_another_directory(installed_site: TemporarySite) -> None:
    elsewhere = TemporarySite(installed_site.root.parent)
    done = elsewhere.python("site/manage.py", "phx_install", "--yes")
    assert done.code == 0, done
    assert "Nothing to do" in done.out


def test_outside_a_project_it_says_where_to_run(tmp_path: Path) -> None:
    done = TemporarySite(tmp_path).install()
    assert done.code == 1
    assert "Run this in the directory that holds it" in done.err


def test_encoding_declaration_and_crlf_survive(tmp_path: Path) -> None:
    text = "# -*- coding: latin-1 -*-\r\nNAME = 'café'; INSTALLED_APPS = ['x']\r\n"
    source = python_source(tmp_path, text, "latin-1")
    start = source.span(source.tree.body[1])[0]
    assert source.text[start:].startswith("INSTALLED_APPS")
    edited = source.apply([Edit(start, start, "pass; ")])
    assert edited.encode(source.encoding) == text.encode("latin-1").replace(b"INSTALLED", b"pass; INSTALLED")


def test_a_template_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "base.html"
    path.write_bytes("café".encode("latin-1"))
    with pytest.raises(Unreadable, match="not valid utf-8"):
        Source.read(path)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "<html><head></head></html>",
            "{% load phoenix %}\n<html><head>{% live_head %}</head></html>",
        ),
        (
            "{% load static i18n %}<head>\r\n\t<title>x</title>\r\n</head>\r\n",
            "{% load static i18n phoenix %}<head>\r\n\t"
            '{% live_title default="x" %}\r\n\t{% live_head %}\r\n</head>\r\n',
        ),
        (
            '<head><title>A "b" {{ c }}</title></head>',
            '{% load phoenix %}\n<head><title>A "b" {{ c }}</title>{% live_head %}</head>',
        ),
        (
            "{% load trans from i18n %}\n<head>\n  {# </head> #}\n</head>\n",
            "{% load phoenix %}\n{% load trans from i18n %}\n"
            "<head>\n  {# </head> #}\n  {% live_head %}\n</head>\n",
        ),
        (
            "<head>{% block head %}{% load static %}{% endblock %}</head>",
            "{% load phoenix %}\n<head>{% block head %}{% load static %}{% endblock %}{% live_head %}</head>",
        ),
    ],
)
def test_live_head_goes_to_the_end_of_the_head(tmp_path: Path, before: str, after: str) -> None:
    path = tmp_path / "base.html"
    path.write_bytes(before.encode())
    source, plan = Source.read(path), Plan()
    template_file._add_live_head(plan, source, template_file.masked(source.text))
    assert source.apply(plan.edits[path]) == after


# -- written all at once or not at all


def test_a_failed_write_restores_what_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, new = tmp_path / "a.py", tmp_path / "b.py", tmp_path / "c.py"
    first.write_text("a")
    second.write_text("b")
    real, calls = os.replace, []

    def failing(source: Path, target: Path) -> None:
        calls.append(target)
        if len(calls) == 3:
            raise OSError("disk full")
        real(source, target)

    monkeypatch.setattr(changes.os, "replace", failing)
    with pytest.raises(OSError, match="disk full"):
        write_all([Change(first, b"a", b"A"), Change(new, None, b"C"), Change(second, b"b", b"B")])
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.py": "a", "b.py": "b"}


def test_a_file_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("mine")
    with pytest.raises(OSError, match="has changed since it was read"):
        write_all([Change(path, b"old", b"new")])
    assert path.read_text() == "mine"


def test_symbolic_links_and_modes_stay(tmp_path: Path) -> None:
    real, link = tmp_path / "real.py", tmp_path / "link.py"
    real.write_text("a")
    real.chmod(0o640)
    link.symlink_to(real)
    write_all([Change(link, b"a", b"A")])
    assert link.is_symlink()
    assert real.read_text() == "A"
    assert real.stat().st_mode & 0o777 == 0o640
