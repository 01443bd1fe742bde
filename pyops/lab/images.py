"""Images: a base of Debian and a layer of packages over it, built once, cached, and shared by the user's labs."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pyops.errors import Refused
from pyops.files import disk_errors
from pyops.lab import apt, locks, records, tools
from pyops.lab.place import Lab

# What every host has. python3-apt is what Ansible's apt module needs on a host.
BASE_PACKAGES = (
    "ca-certificates",
    "dbus",
    "iproute2",
    "iputils-ping",
    "netcat-openbsd",
    "openssh-server",
    "procps",
    "python3",
    "python3-apt",
    "sudo",
    "systemd",
    "systemd-sysv",
)
_HERE = Path(__file__).parent
_UNFINISHED = ".unfinished-"
# A build that loses its parent, by any kill, ends with all its processes and mounts.
_NAMESPACES = ["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child"]
_ALONE = ["setpriv", "--pdeathsig", "KILL", "unshare", *_NAMESPACES]


@dataclass(frozen=True, slots=True)
class Image:
    """An image by the name that hosts ask for, and the folders that overlayfs stacks for it, topmost first."""

    name: str
    release: str
    packages: tuple[str, ...]
    layers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Recipe:
    """Everything that decides what is in a layer; its digest is the layer's name in the cache."""

    release: str
    packages: tuple[str, ...]
    scripts: str
    below: str = ""

    @property
    def digest(self) -> str:
        plain = [self.release, self.packages, self.scripts, self.below, os.uname().machine]
        return hashlib.sha256(json.dumps(plain).encode()).hexdigest()[:16]


def build(lab: Lab, name: str, packages: Iterable[str] = (), release: str = "bookworm") -> Image:
    """Make the image known to the lab, building what the cache lacks; an image without packages is the base alone."""
    base = _Recipe(release, tuple(sorted(BASE_PACKAGES)), _text("base.sh"))
    layers = [_layer(lab.cache, base, below=None)]
    wanted = tuple(sorted(set(packages) - set(BASE_PACKAGES)))
    if wanted:
        recipe = _Recipe(release, wanted, _text("layer.sh"), base.digest)
        layers.insert(0, _layer(lab.cache, recipe, below=layers[0]))
    image = Image(name, release, wanted, tuple(str(layer) for layer in layers))
    records.save(lab, image)
    return image


def layers(lab: Lab, name: str) -> tuple[str, ...]:
    """The folders of an image, topmost first; refused when the lab never built it."""
    image = records.load(lab, Image, name)
    if image is None:
        known = ", ".join(image.name for image in records.everything(lab, Image)) or "none"
        raise Refused(f"{name}: no image of this lab, it has {known}")
    missing = [layer for layer in image.layers if not Path(layer).is_dir()]
    if missing:
        raise Refused(f"{name}: its layer {missing[0]} is no longer in the cache, build the image again")
    return image.layers


def _text(script: str) -> str:
    return (_HERE / script).read_text(encoding="utf-8")


def _layer(cache: Path, recipe: _Recipe, below: Path | None) -> Path:
    """The folder of a layer in the cache, built first when it is not there; two builders of one wait for each other."""
    folder = cache / "images" / recipe.digest
    if (folder / "root").is_dir():
        return folder / "root"
    with locks.file_lock(cache / "locks" / recipe.digest) as lock:
        if (folder / "root").is_dir():
            return folder / "root"
        unfinished = folder.with_name(_UNFINISHED + recipe.digest)
        with disk_errors(cache):
            folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _remove(unfinished)
            unfinished.mkdir()
            (unfinished / "recipe.json").write_text(json.dumps([recipe.release, recipe.packages], indent=2) + "\n")
            try:
                _build(cache, recipe, unfinished, below, lock)
            except BaseException:
                _remove(unfinished)
                raise
            unfinished.rename(folder)
    return folder / "root"


def _build(cache: Path, recipe: _Recipe, folder: Path, below: Path | None, lock: int) -> None:
    """The lock stays open in the builder's processes: nobody begins again before the last of a killed one is gone."""
    (folder / "root").mkdir(mode=0o755)
    with apt.shared(cache, recipe.release) as shared:
        if below is None:
            tools.need("mmdebstrap", "setpriv", "unshare", "mount")
            command = apt.bootstrap(shared, recipe.release, recipe.packages, folder / "root", _HERE / "base.sh")
            tools.run(
                [*_ALONE, *command], environment=apt.proxies(), keep_open=[lock], what=f"base image of {recipe.release}"
            )
            shared.remember_sources(folder / "root")
        else:
            shared.update()
            places = [_HERE / "layer.sh", below, folder, shared.archive, shared.configuration]
            argv = [*_ALONE, "sh", *map(str, places), *recipe.packages]
            tools.run(argv, environment=apt.proxies(), keep_open=[lock], what=f"image of {' '.join(recipe.packages)}")


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
