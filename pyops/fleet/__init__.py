"""Reading hosts over ssh: one script in one exec a host, what it says kept in SQLite, silence told with its reason."""
