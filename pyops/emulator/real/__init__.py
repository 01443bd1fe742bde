"""What the lab makes real, one file per kind of thing. Each has `create`, `update`, `read` and `delete`."""
