"""Runs `pulumi` and `ansible-playbook` as child processes and reads their events: the only place that starts them."""
