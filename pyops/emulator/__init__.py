"""A Pulumi provider that stands in for Azure on one machine.

It stores what it is told, and in the lab it makes a part of that real.
"""
