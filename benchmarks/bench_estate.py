"""`pyops estate check` of production against a plain JSON Schema validation of the same file (structure only)."""

import tempfile
from pathlib import Path

from benchmarks.measure import command, compare

VALIDATE = """
import json, sys, yaml, jsonschema
estate = yaml.load(open(sys.argv[1]), yaml.CSafeLoader)
jsonschema.validate(json.loads(json.dumps(estate, default=str)), json.load(open(sys.argv[2])))
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        schema = Path(folder) / "schema.json"
        command("schema", "sh", "-c", f"pyops estate schema > {schema}").run()
        check = command("pyops estate check", "pyops", "-i", "inventories/production", "estate", "check")
        peer = command("jsonschema", "python", "-c", VALIDATE, "inventories/production/estate.yml", schema)
        compare("Check of the production estate, 1,700 desks", [check, peer], budget="0.7 s")


if __name__ == "__main__":
    main()
