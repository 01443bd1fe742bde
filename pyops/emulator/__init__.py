"""A Pulumi provider that stands in for Azure on one machine: it stores what it is told, and makes a part of it real in the lab."""
