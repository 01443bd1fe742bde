"""The estate as Ansible's inventory."""
