"""A directory in memory that answers as `directory-accounts` does, and refuses what that refuses."""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

Entry = dict[str, Any]


def foreign(login: str, *groups: str) -> Entry:
    """An account that somebody else made."""
    unit = {"unit": "CN=Users", "mark": "", "description": "", "groups": list(groups)}
    return {
        "login": login,
        "name": "",
        "mail": "",
        "enabled": True,
        "expires": None,
        "spns": [],
        "disabled_since": None,
    } | unit


@dataclass
class Directory:
    """What it holds, the passwords that it was given, and at which account it fails."""

    estate: str = "lab"
    realm: str = "LAB.ICT.EXAMPLE"
    accounts: dict[str, Entry] = field(
        default_factory=lambda: {"administrator": foreign("Administrator", "Domain Admins")}
    )
    groups: dict[str, Entry] = field(default_factory=dict)
    twins: list[tuple[str, str]] = field(default_factory=list)
    units: list[str] = field(default_factory=lambda: ["OU=Domain Controllers"])
    passwords: dict[str, str] = field(default_factory=dict)
    fails_at: str = ""
    done: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    reads: int = 0

    def answer(self, command: str, given: bytes) -> Iterator[str]:
        """The lines of an answer; the last word of the command is the verb."""
        self.commands.append(command)
        if command.split()[-1] == "read":
            self.reads += 1
            yield json.dumps(self.told())
            return
        asked = json.loads(given)
        for number, step in enumerate(asked["steps"]):
            why = self._refusal(step)
            if why:
                yield json.dumps({"step": number, "done": False, "why": why})
                return
            self._do(step)
            yield json.dumps({"step": number, "done": True, "changed": True})

    def told(self) -> dict[str, Any]:
        named = {"accounts": list(self.accounts.values()), "groups": list(self.groups.values())}
        entries = {**named, "units": self.units, "twins": self.twins}
        return {"version": 1, "realm": self.realm, **deepcopy(entries)}

    def _refusal(self, step: Entry) -> str:
        login = step.get("login", "")
        held = self.accounts.get(login.lower())
        if held and not held["mark"].startswith(f"pyops {self.estate} "):
            return f"{login}: is not managed by this estate, and stays as it is"
        if step["do"] == "delete" and held and held["enabled"]:
            return f"{login}: is enabled, and only what is disabled is deleted"
        others = {spn for one in self.accounts.values() if one is not held for spn in one["spns"]}
        for spn in others & {*step.get("spns", ())} if step["do"] == "account" else ():
            return f"spn[{spn}] would cause a conflict"
        return "the disk is full" if login and login == self.fails_at else ""

    def _do(self, step: Entry) -> None:
        self.done.append(
            " ".join(
                step[key]
                for key in ("do", "unit", "login", "group")
                if key in step and (key != "unit" or step["do"] == "unit")
            )
        )
        getattr(self, f"_{step['do']}")(step)

    def _unit(self, step: Entry) -> None:
        self.units.append(step["unit"])

    def _group(self, step: Entry) -> None:
        mark = f"pyops {self.estate} group"
        self.groups[step["group"]] = {
            "login": step["group"],
            "unit": step["unit"],
            "description": step["description"],
            "mark": mark,
            "groups": [],
        }

    def _drop(self, step: Entry) -> None:
        del self.groups[step["group"]]
        for account in self.accounts.values():
            account["groups"] = [group for group in account["groups"] if group != step["group"]]

    def _account(self, step: Entry) -> None:
        held = self.accounts.setdefault(step["login"], foreign(step["login"]))
        held |= {key: step[key] for key in ("name", "mail", "description", "unit", "expires", "spns")}
        held["mark"] = f"pyops {self.estate} {step['kind']}"
        if "password" in step:
            self.passwords[step["login"]] = step["password"]

    def _release(self, step: Entry) -> None:
        held = self.accounts[step["login"]]
        held["spns"] = [spn for spn in held["spns"] if spn not in step["spns"]]

    def _enable(self, step: Entry) -> None:
        self.accounts[step["login"]] |= {"enabled": True, "disabled_since": None}

    def _disable(self, step: Entry) -> None:
        self.accounts[step["login"]] |= {"enabled": False, "disabled_since": step["on"]}

    def _delete(self, step: Entry) -> None:
        del self.accounts[step["login"]]

    def _join(self, step: Entry) -> None:
        self.accounts[step["login"]]["groups"].append(step["group"])

    def _leave(self, step: Entry) -> None:
        self.accounts[step["login"]]["groups"].remove(step["group"])
