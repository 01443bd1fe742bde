"""A Pulumi provider that stands in for Azure on one machine.

It stores what it is told, and in the lab it makes a part of that real. It imitates Azure in what a plan and its order
depend on: ids, types, what replaces, what must exist first, what is in use. Where it differs, on purpose:

- stricter: unknown properties and misspelt enum values are refused (the real provider lets them pass in silence), a
  parent with children cannot be deleted (Azure deletes a group's resources with it), an address outside of its
  network's pools or taken by another interface is refused at the create;
- kinder: the same create again, by the same URN with the same inputs, is adopted, so that a run goes on after a kill
  (Azure refuses every id that exists); locks and one-way settings are recorded, not enforced;
- not there: functions (`get...`), a location taken from the resource group, addresses that Azure would assign.
Each entry of `tables` says in its `note` where it is less than sure.
"""
