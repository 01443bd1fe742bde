"""Patches: what hosts have against what their ring's mirror publishes, why they differ, and what a rollout would do."""
