"""A stranger's first half hour: the built wheel, a fresh environment, a fresh site, the README by line."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support import readme
from tests.support.ports import free_port

pytestmark = [pytest.mark.browser, pytest.mark.packaging, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]


class Site:
    """A folder with a virtual environment of its own, in which the README's lines are typed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "venv" / "bin"
        kept = {name: value for name, value in os.environ.items() if name not in LEAKY}
        self.environ = kept | {"PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}"}

    def type(self, line: str, answer: str = "y\n") -> str:
        """Run one line in a shell, answering questions with yes."""
        done = subprocess.run(
            line,
            shell=True,
            cwd=self.folder,
            env=self.environ,
            input=answer,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"$ {line}\n{done.stdout}{done.stderr}"
        return done.stdout

    def write(self, files: dict[str, str]) -> None:
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")

    @contextmanager
    def runserver(self) -> Iterator[str]:
        """`manage.py runserver` on a free port; gives its address."""
        port = free_port()
        log = self.folder / "runserver.log"
        command = [self.bin / "python", "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
        with log.open("w") as output:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=self.environ,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=heed_ctrl_c,
            )
        try:
            wait_until_it_listens(port, process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=20)
        assert "Traceback" not in log.read_text()


def heed_ctrl_c() -> None:
    """What a shell starts in the background is deaf to Ctrl+C, and so is all that it starts in turn."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


# Variables that would tell the fresh site about this project.
LEAKY = {"DJANGO_SETTINGS_MODULE", "PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME"}


def wait_until_it_listens(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"runserver does not listen:\n{log.read_text()}")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`pip wheel .`, as the project is documented to be built."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), "."]
    subprocess.run(command, cwd=ROOT, check=True, timeout=300)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The README's section "A counter", typed."""
    site = Site(tmp_path_factory.mktemp("site"))
    subprocess.run([sys.executable, "-m", "venv", str(site.folder / "venv")], check=True, timeout=120)
    lines = readme.typed_lines("A counter")
    assert lines[0] == "pip install django-phoenix"
    for line in lines:
        site.type(line.replace("django-phoenix", str(wheel)))
    add_app(site.folder / "mysite/settings.py", "counter")
    site.write(readme.files("A counter"))
    return site


def add_app(settings: Path, app: str) -> None:
    """'Add "counter" to INSTALLED_APPS.'"""
    text = settings.read_text()
    assert text.count("    'django_phoenix',\n") == 1
    settings.write_text(text.replace("    'django_phoenix',\n", f"    'django_phoenix',\n    '{app}',\n"))


@pytest.fixture
def address(site: Site) -> Iterator[str]:
    with site.runserver() as address:
        yield address


@pytest.fixture
def chat(site: Site) -> Site:
    """The same site with the README's section "A chat" added."""
    site.write({name: text for name, text in readme.files("A chat").items() if name.startswith("mysite/")})
    return site


@pytest.fixture
def chat_address(chat: Site) -> Iterator[str]:
    with chat.runserver() as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that must not say anything on the error console."""
    context = browser.new_context()
    context.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert errors == []


def test_the_fresh_site_passes_the_system_checks(site: Site) -> None:
    assert "no issues" in site.type("python manage.py check")


def test_the_wheel_is_what_runs(site: Site) -> None:
    where = site.type('python -c "import django_phoenix; print(django_phoenix.__file__)"')
    assert where.startswith(str(site.folder))


def test_the_counter_counts(address: str, page: Page) -> None:
    response = page.goto(f"{address}/counter/")
    assert response is not None
    assert "<h1>0</h1>" in response.text()
    expect(page.locator("[data-phx-main].phx-connected")).to_be_attached()
    page.get_by_role("button", name="+1", exact=True).click()
    expect(page.locator("h1")).to_have_text("1")
    page.get_by_role("button", name="+10").click()
    expect(page.locator("h1")).to_have_text("11")


def test_the_chat_chats(chat_address: str, page: Page) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{chat_address}/counter/")
    with page.expect_console_message(lambda message: message.text == "Ada: Hello!"):
        page.evaluate(f"() => {{ {readme.files('A chat')['chat.js']} }}")
    assert "This is the lobby." in said


def test_the_chat_s_own_test_passes(chat: Site) -> None:
    assert "Ran 1 test" in chat.type("python manage.py test 2>&1")


def test_the_reader_is_told_the_way_out_of_the_readme() -> None:
    """Every file that the README links to exists."""
    links = [part.partition(")")[0] for part in readme.README.read_text().split("](")[1:]]
    assert links
    assert [link for link in links if not link.startswith("http") and not (ROOT / link).exists()] == []
