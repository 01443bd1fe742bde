"""Where Ansible looks for inventory plugins."""
