"""An estate is one file with what it names, however an editor saved it."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from pyops.errors import Refused
from pyops.estate import Estate, load

Edit = Callable[..., Path]


def test_a_folder_means_the_estate_in_it(edit: Edit, today: date) -> None:
    file = edit()

    assert load(file.parent, today) == load(file, today)


def test_byte_order_marks_and_windows_line_ends_are_read(edit: Edit, today: date) -> None:
    file = edit()
    expected = load(file, today)
    for name in ("estate.yml", "desktops.csv"):
        text = (file.parent / name).read_text(encoding="utf-8")
        (file.parent / name).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())

    assert load(file, today) == expected


def test_a_missing_file_and_a_folder_without_one_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        load(tmp_path)
    assert str(refused.value) == f"{tmp_path}/estate.yml: cannot be read: no such file or directory"

    with pytest.raises(Refused) as refused:
        load(tmp_path / "production.yml")
    assert str(refused.value) == f"{tmp_path}/production.yml: cannot be read: no such file or directory"


def test_nothing_of_an_estate_can_be_changed(lab: Estate) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        setattr(lab.sites["banbury"], "region", "ukwest")  # noqa: B010 # what the type checker would not let through


@pytest.mark.parametrize("estate", ["lab", "production"])
def test_a_dump_is_plain_types_with_the_names_of_the_file(estate: str, request: pytest.FixtureRequest) -> None:
    loaded: Estate = request.getfixturevalue(estate)
    dump = loaded.model_dump(mode="json", by_alias=True)

    assert json.loads(json.dumps(dump)) == dump
    assert _keys(dump) == _keys(yaml.safe_load(loaded.file.read_text(encoding="utf-8")))


def _keys(value: Any, at: str = "") -> set[str]:
    """Where the file has a value; ids, and defaults that the file leaves out, are of the model alone."""
    if isinstance(value, dict):
        left_out = {"id", "gateway", "first", "disk", "deviations", "packages", "administrator", "plugin"}
        left_out |= {
            "availability_zones",
            "gateways",
            "backup",
            "retirements",
            "holds",
            "waivers",
            "security",
            "changes",
            "port",
            "sign_on",
        }
        left_out |= {"login", "sudo", "complexity", "history", "expire_after", "larger_until", "reason"}
        left_out |= {"partners"} if at else set()
        return {
            path
            for key, item in value.items()
            if key not in left_out and not at.startswith("services")
            for path in (f"{at}.{key}", *_keys(item, f"{at}.{key}".lstrip(".")))
        }
    return set()


def test_desks_are_the_rows_of_the_register_with_quotes_and_letters_of_any_language(edit: Edit, today: date) -> None:
    file = edit(register={"cherwell,compact-2024": 'cherwell,"12"" Zoë’s, old"'})

    assert load(file, today).desktops.desks[0].model == '12" Zoë’s, old'


def test_the_address_column_may_be_left_out(edit: Edit, today: date) -> None:
    file = edit()
    (file.parent / "desktops.csv").write_text(
        "name,site,partner,model,ring\ncdc-d0001,banbury,cherwell,compact-2024,early\n\n", encoding="utf-8"
    )

    (desk,) = load(file, today).desktops.desks
    assert desk.address is None
