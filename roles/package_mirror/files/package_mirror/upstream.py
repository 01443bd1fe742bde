"""The archive that the estate's packages come from: asked before aptly fetches, so that a refusal costs nothing."""

from collections.abc import Iterator, Sequence

from package_mirror.aptly import Aptly
from package_mirror.errors import NotThere, Refused
from package_mirror.library import check
from package_mirror.packages import lists, parsed
from package_mirror.place import Web
from package_mirror.release import LONGEST, Listed, Release, trusted
from package_mirror.settings import Settings, Source


def lacking_bytes(settings: Settings, aptly: Aptly, source: Source, proxy: str) -> int:
    """How much aptly would have to fetch of a source; raises Refused where upstream is not to be believed."""
    place = Web(source.uri, proxy, settings.patience_seconds)
    path = f"dists/{source.suite}/InRelease"
    content = place.read(path, LONGEST)
    release = trusted(place.where(path), content, source.suite, settings.upstream_key, settings.work)
    packages = {one.sha256: one for one in _packages(settings, place, source, release)}
    return sum(one.size for one in packages.values() if not aptly.has(one))


def _packages(settings: Settings, place: Web, source: Source, release: Release) -> Iterator[Listed]:
    found = lists(release.indexes, source.components, settings.architectures)
    if len(found) != len(source.components) * len(settings.architectures):
        wanted = f"{', '.join(source.components)} for {', '.join(settings.architectures)}"
        raise Refused(f"{place.where(f'dists/{source.suite}')}: {len(found)} lists of packages, asked was {wanted}")
    for forms in found:
        path, content = _read(settings, place, source, forms)
        yield from parsed(place.where(path), path, content)


def _read(settings: Settings, place: Web, source: Source, forms: Sequence[Listed]) -> tuple[str, bytes]:
    """A list in the first of its forms that is there: Debian names one more than it has."""
    file = settings.work / "list"
    for form in forms:
        path = f"dists/{source.suite}/{form.path}"
        file.unlink(missing_ok=True)
        try:
            place.bring(path, file, form.size)
        except NotThere:
            continue
        check(place.where(path), file, form)
        return path, file.read_bytes()
    path = f"dists/{source.suite}/{forms[-1].path}"
    raise NotThere(f"{place.where(path)}: is not there in any form, InRelease names it")
