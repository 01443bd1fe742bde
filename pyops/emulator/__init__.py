"""A Pulumi provider that stands in for Azure on one machine.

It stores what it is told, and in the lab it makes a part of that real. It imitates Azure in what a plan and its order
depend on: ids, types, what replaces, what must exist first, what is in use or locked, what does not fit beside what
exists (`rules`), what Azure fills in and assigns. Where it differs, on purpose:

- stricter: unknown properties and misspelt enum values are refused (the real provider lets them pass in silence); so is
  a deletion for which Azure's answer is not established; an address outside of its network's pools or taken by another
  interface is refused at the create; groups of one firewall policy that are written at once are refused at once (the
  real provider tries some of them again);
- kinder: the same create again, by the same URN with the same inputs, is adopted, so that a run goes on after a kill
  (Azure refuses every id that exists);
- not there: functions (`get...`), a location taken from the resource group, names of endpoints, quotas, prices, time.
Each entry of `tables` says in its `note` where it is less than sure, each module of `rules` names its sources.
"""
