r"""Stand-ins for public base images, built from what this machine has, so that real Dockerfiles build without network.

`storage` in tests/e2e/conftest.py is a store of images of the test run's own:

    storage.build(context, "FROM python:3.11-slim\nRUN pip install alpha\n", "shop")
    storage.run("shop", "python", "-c", "import alpha")
    storage.save("shop", "oci-zstd")
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, NoReturn

import pytest

Kind = Literal["docker-archive", "oci-gzip", "oci-zstd"]
KINDS: tuple[Kind, ...] = ("docker-archive", "oci-gzip", "oci-zstd")
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
"""The version of Python that the stand-in for `python:` holds: this one's."""
PYTHON_IMAGE = f"python:{VERSION}-slim"
UV_IMAGE = "ghcr.io/astral-sh/uv"
BUSYBOX_IMAGE = "busybox"
TOOLS = ("buildah", "skopeo", "busybox", "ldd")
PATIENCE_SECONDS = 600

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_LEFT_OUT = {"test", "tests", "idlelib", "tkinter", "turtledemo", "lib2to3", "site-packages", "dist-packages"}
_FOLDERS = ("etc", "home", "proc", "root", "run", "srv", "sys", "tmp", "var/tmp")
_LINKS = {"bin": "usr/bin", "sbin": "usr/bin", "usr/sbin": "bin", "lib": "usr/lib", "lib64": "usr/lib"}
_TEXTS = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n",
    "etc/group": "root:x:0:\nnogroup:x:65534:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    "etc/os-release": 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="stand-in"\n',
}


def missing() -> str:
    """Why no image can be built here; empty where one can."""
    absent = [name for name in TOOLS if shutil.which(name, path=_PATH) is None]
    if absent:
        return f"needs {', '.join(absent)} (apt-get install buildah skopeo busybox-static)"
    if not hasattr(os, "geteuid") or os.geteuid():
        return "buildah's chroot isolation needs root here"
    return ""


class Storage:
    """Images below one folder: nothing of this machine's containers is seen or changed."""

    def __init__(self, folder: Path) -> None:
        if reason := missing():
            pytest.skip(reason)
        self.folder = folder
        self.driver = "overlay" if "\toverlay\n" in Path("/proc/filesystems").read_text("utf-8") else "vfs"
        self._temporary = folder / "tmp"
        self._temporary.mkdir(parents=True)
        self._made: set[str] = set()

    def stand_in(self, name: str) -> str:
        """Have a base image of this name: `python:X.Y-slim` (of this Python), `ghcr.io/astral-sh/uv:X`, `busybox`."""
        if name not in self._made:
            self._make(name)
            self._made.add(name)
        return name

    def build(self, context: Path, dockerfile: str | Path, tag: str, *options: str) -> str:
        """Build an image, with stand-ins for the bases that it names; the builder's output. Fails with it.

        A text is written to a file outside the context. Each RUN becomes a layer, as docker has it.
        """
        path = dockerfile if isinstance(dockerfile, Path) else self._temporary / "Dockerfile"
        if not isinstance(dockerfile, Path):
            path.write_text(dockerfile, "utf-8")
        for name in _bases(path.read_text("utf-8")):
            self.stand_in(name)
        return self._bud(context, path, tag, *options)

    def run(self, tag: str, *argv: str, user: str = "") -> str:
        """What a program of an image prints, run as the image's user unless another one is named.

        It prints into a file: of a program that ends at once, buildah 1.28 sometimes loses what goes through a pipe.
        """
        said = Path(tempfile.mkdtemp(dir=self._temporary))
        said.chmod(0o777)  # the user of the image writes to it
        container = self._buildah("from", "--pull-never", tag).strip()
        try:
            who = ("--user", user) if user else ()
            words = ("sh", "-c", '"$@" > /said/out', "sh", *argv)
            self._buildah("run", "--isolation", "chroot", "-v", f"{said}:/said", *who, container, "--", *words)
            return (said / "out").read_text("utf-8")
        finally:
            self._buildah("rm", container)

    def entry(self, tag: str) -> tuple[str, ...]:
        """The command line that an image starts with."""
        form = "{{range .OCIv1.Config.Entrypoint}}{{println .}}{{end}}{{range .OCIv1.Config.Cmd}}{{println .}}{{end}}"
        return tuple(self._buildah("inspect", "--type", "image", "--format", form, tag).split("\n")[:-1])

    def save(self, tag: str, kind: Kind = "docker-archive") -> Path:
        """An image as a file (docker-archive) or folder (OCI layout)."""
        source = f"containers-storage:[{self.driver}@{self.folder / 'root'}+{self.folder / 'run'}]{_full(tag)}"
        if kind == "oci-zstd":  # what lies in the store keeps its format: it is packed anew from the plain archive
            source = f"docker-archive:{self.save(tag)}"
        return self.copy(source, self._saved(tag), kind)

    def copy(self, source: str, folder: Path, kind: Kind) -> Path:
        """A copy, below a folder, of an image that is named as skopeo names them; the one that is there already."""
        path = folder / (f"{kind}.tar" if kind == "docker-archive" else kind)
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            target = f"docker-archive:{path}:copied:1" if kind == "docker-archive" else f"oci:{path}:1"
            packed = () if kind == "docker-archive" else ("--dest-compress-format", kind.removeprefix("oci-"))
            self._call("skopeo", "copy", "-q", *packed, source, target)
        return path

    def close(self) -> None:
        """Take all of it away, unless something is still mounted there."""
        for place in sorted(self._mounts(), reverse=True):
            subprocess.run(["umount", place], check=False, capture_output=True)
        if not self._mounts():
            shutil.rmtree(self.folder, ignore_errors=True)

    def _mounts(self) -> list[str]:
        """The places below the folder where something is mounted."""
        mounts = [line.split()[1] for line in Path("/proc/self/mounts").read_text("utf-8").splitlines()]
        return [place for place in mounts if place.startswith(f"{self.folder}/")]

    def _make(self, name: str) -> None:
        base, _, version = name.partition(":")
        if base == UV_IMAGE and "python" not in version:
            self._rootfs(name, _copied([(_uv(each), each) for each in ("uv", "uvx")]))
        elif base == UV_IMAGE:
            self.build(self._empty(), f"FROM {PYTHON_IMAGE}\nCOPY --from={UV_IMAGE}:0 /uv /uvx /usr/local/bin/\n", name)
        elif base == "python" and re.match(rf"{re.escape(VERSION)}(?!\d)", version):
            if name == PYTHON_IMAGE:
                lines = f'ENV PATH={_PATH}\nENV LANG=C.UTF-8\nRUN {_PIP}\nCMD ["python3"]\n'
                self._rootfs(name, [*_system(), *_python()], lines)
            else:
                self._buildah("tag", _full(self.stand_in(PYTHON_IMAGE)), _full(name))
        elif base in {"debian", BUSYBOX_IMAGE}:
            self._rootfs(name, _system(), f'ENV PATH={_PATH}\nCMD ["sh"]\n')
        else:
            _unknown(name)

    def _rootfs(self, name: str, members: Iterable[tuple[tarfile.TarInfo, Path | bytes]], lines: str = "") -> None:
        context = self._temporary / "rootfs"
        context.mkdir()
        try:
            seen: set[str] = set()
            with tarfile.open(context / "rootfs.tar", "w") as tar:
                for info, content in members:
                    if info.name not in seen:
                        seen.add(info.name)
                        _add(tar, info, content)
            (context / "Dockerfile").write_text(f"FROM scratch\nADD rootfs.tar /\n{lines}", "utf-8")
            self._bud(context, context / "Dockerfile", name)
        finally:
            shutil.rmtree(context)

    def _empty(self) -> Path:
        path = self._temporary / "empty"
        path.mkdir(exist_ok=True)
        return path

    def _saved(self, tag: str) -> Path:
        return self._temporary / "saved" / re.sub(r"\W", "-", tag)

    def _bud(self, context: Path, path: Path, tag: str, *options: str) -> str:
        shutil.rmtree(self._saved(tag), ignore_errors=True)  # copies of another image that had the tag
        fixed = ("--isolation", "chroot", "--layers", "--pull-never", "--format", "docker")
        return self._buildah("bud", *fixed, "-t", tag, "-f", str(path), *options, str(context))

    def _buildah(self, *argv: str) -> str:
        places = ("--root", self.folder / "root", "--runroot", self.folder / "run", "--storage-driver", self.driver)
        return self._call("buildah", *map(str, places), *argv)

    def _call(self, *argv: str) -> str:
        done = subprocess.run(
            argv,
            env={"PATH": _PATH, "HOME": str(self.folder), "TMPDIR": str(self._temporary), "NO_PROXY": "127.0.0.1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            encoding="utf-8",
            timeout=PATIENCE_SECONDS,
        )
        assert 0 == done.returncode, f"{' '.join(argv)}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout


_PIP = "python3 -m ensurepip && ln -s pip3 /usr/local/bin/pip && rm -rf /root/.cache /tmp/*"
"""As the official image has pip, with bytecode and without a cache."""


def _bases(text: str) -> Iterator[str]:
    """The images that a Dockerfile names and that there are stand-ins for; ARGs are followed to their defaults."""
    defaults = dict(re.findall(r"(?im)^\s*ARG\s+(\w+)=(\S+)", text))
    for name in re.findall(r"(?im)^\s*FROM\s+(?:--\S+\s+)*(\S+)|(?:--from=|,from=)([^\s,]+)", text):
        found = re.sub(r"\$\{?(\w+)\}?", lambda match: defaults.get(match[1], match[0]), name[0] or name[1])
        if found.partition(":")[0] in {"python", "debian", BUSYBOX_IMAGE, UV_IMAGE}:
            yield found


def _full(tag: str) -> str:
    """The name that buildah gives to a tag without a host."""
    host = tag.partition("/")[0]
    named = tag if "/" in tag and "." in host else f"localhost/{tag}"
    return named if ":" in named else f"{named}:latest"


def _unknown(name: str) -> NoReturn:
    raise ValueError(f"no stand-in for {name}: python:{VERSION}-*, {UV_IMAGE}:*, debian:* and {BUSYBOX_IMAGE} are made")


def _uv(name: str) -> Path:
    folders = [str(Path(sys.executable).parent), os.environ.get("KEMPT_TEST_MANAGERS", ""), os.defpath]
    found = shutil.which(name, path=os.pathsep.join(filter(None, folders)))
    if found is None:
        pytest.skip(f"{name} is not beside this Python: requirements/dev.txt has it")
    return Path(found).resolve()


def _system() -> Iterator[tuple[tarfile.TarInfo, Path | bytes]]:
    """A shell, its applets, and the files that programs ask for users and names."""
    for name in _FOLDERS:
        yield _folder(name, 0o1777 if name.endswith("tmp") else 0o755), b""
    for name, target in _LINKS.items():
        yield _link(name, target), b""
    for name, text in _TEXTS.items():
        info = _file(name)
        info.size = len(text)
        yield info, text.encode()
    busybox, shell = _program("busybox"), _program("sh")
    yield from _copied([(busybox, "usr/bin/busybox"), (shell, "usr/bin/sh"), (shell, "usr/bin/dash")])
    applets = subprocess.run([busybox, "--list"], check=True, capture_output=True, encoding="utf-8").stdout.split()
    for name in applets:
        if name not in {"busybox", "sh", "dash"}:
            yield _link(f"usr/bin/{name}", "busybox"), b""
    yield from _libraries([busybox, shell, *[Path(each) for each in ("/usr/bin/ldd",) if Path(each).exists()]])


def _program(name: str) -> Path:
    return Path(shutil.which(name, path=_PATH) or name).resolve()


def _python() -> Iterator[tuple[tarfile.TarInfo, Path | bytes]]:
    """This interpreter with its standard library, at the places that the official image has it."""
    interpreter = Path(sys.executable).resolve()
    library = Path(sysconfig.get_path("stdlib")).resolve()
    if not (library / "ensurepip" / "_bundled").exists():
        pytest.skip("the Python that runs the tests has no ensurepip of its own")
    yield from _copied([(interpreter, f"usr/local/bin/python{VERSION}")])
    for name in ("python3", "python"):
        yield _link(f"usr/local/bin/{name}", f"python{VERSION}"), b""
    place = f"usr/local/lib/python{VERSION}"
    for path in sorted(library.rglob("*")):
        parts = path.relative_to(library).parts
        wanted = _LEFT_OUT.isdisjoint(parts) and not parts[0].startswith("config-") and ".opt-" not in path.name
        if wanted and path.is_file() and not path.name.startswith(("_tkinter", "_test", "_ctypes_test", "xx")):
            yield from _copied([(path, f"{place}/{'/'.join(parts)}")])
    yield _folder(f"{place}/site-packages"), b""
    yield from _libraries([interpreter, *library.glob("lib-dynload/*.so"), _uv("uv")])


def _libraries(programs: Iterable[Path]) -> Iterator[tuple[tarfile.TarInfo, Path | bytes]]:
    """The shared libraries of programs, as the loader finds them here; none for a static one."""
    found: dict[str, Path] = {}
    for path in programs:
        done = subprocess.run(["ldd", path], check=False, capture_output=True, encoding="utf-8", env={"PATH": _PATH})
        for library in re.findall(r"(?m)(/\S+) \(0x", done.stdout):
            found[os.path.basename(library)] = Path(library).resolve()
    yield from _copied([(path, f"usr/lib/{name}") for name, path in found.items() if not name.startswith("libtk")])


def _copied(pairs: Iterable[tuple[Path, str]]) -> Iterator[tuple[tarfile.TarInfo, Path | bytes]]:
    for path, name in pairs:
        info = _file(name, path.stat().st_mode & 0o777)
        info.size, info.mtime = path.stat().st_size, int(path.stat().st_mtime)
        yield info, path


def _file(name: str, mode: int = 0o644) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.mode = mode
    return info


def _folder(name: str, mode: int = 0o755) -> tarfile.TarInfo:
    info = _file(name, mode)
    info.type = tarfile.DIRTYPE
    return info


def _link(name: str, target: str) -> tarfile.TarInfo:
    info = _file(name)
    info.type, info.linkname = tarfile.SYMTYPE, target
    return info


def _add(tar: tarfile.TarFile, info: tarfile.TarInfo, content: Path | bytes) -> None:
    if isinstance(content, bytes):
        tar.addfile(info, io.BytesIO(content))
        return
    with content.open("rb") as file:
        tar.addfile(info, file)
