"""Steps on units and groups, and on who is a member."""

import ldb
from directory import MARK, Directory, Step, texts

SECURITY_GROUP = "-2147483646"  # a global one (MS-ADTS 2.2.12)


def unit(directory: Directory, step: Step) -> bool:
    """A unit is there."""
    there = {directory.below(one.dn).lower() for one in directory.search("(objectClass=organizationalUnit)")}
    if step["unit"].lower() in there:
        return False
    name = f"{step['unit']},{directory.base}"
    directory.database.add({"dn": name, "objectClass": "organizationalUnit", MARK: f"pyops {directory.estate} unit"})
    return True


def group(directory: Directory, step: Step) -> bool:
    """A group is there, in its unit and with its description."""
    found = directory.named(step["group"], "group")
    if found is not None:
        return directory.set(found, {"description": [step["description"]]}, step["unit"])
    directory.database.add(
        {
            "dn": f"CN={step['group']},{step['unit']},{directory.base}",
            "objectClass": "group",
            "sAMAccountName": step["group"],
            "groupType": SECURITY_GROUP,
            "description": step["description"],
            MARK: f"pyops {directory.estate} group",
        }
    )
    return True


def drop(directory: Directory, step: Step) -> bool:
    """A group is gone."""
    found = directory.named(step["group"], "group")
    if found is not None:
        directory.database.delete(found.dn)
    return found is not None


def member(directory: Directory, step: Step) -> bool:
    """An account is a member of a group (`join`), or is not (`leave`)."""
    is_join = step["do"] == "join"
    found, of = directory.ours(step["login"], "user"), directory.ours(step["group"], "group")
    if (str(of.dn) in texts(found, "memberOf")) == is_join:
        return False
    message = ldb.Message(of.dn)
    flag = ldb.FLAG_MOD_ADD if is_join else ldb.FLAG_MOD_DELETE
    message["member"] = ldb.MessageElement(str(found.dn), flag, "member")
    directory.database.modify(message)
    return True
