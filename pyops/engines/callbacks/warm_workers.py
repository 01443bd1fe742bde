"""What every worker of a run needs is loaded once, before the first of them is forked."""

import gc
import os
from typing import Any

from ansible.module_utils.common.json import Direction, get_module_decoder, get_module_encoder
from ansible.plugins.callback import CallbackBase
from ansible.template import Templar, trust_as_template

from pyops import files
from pyops.engines import compiled_templates

DOCUMENTATION = """
name: warm_workers
type: aggregate
short_description: Loads once what every worker needs
description:
  - A run forks a worker for every task on every host; what a worker loads it loads for itself alone.
  - Loads filters, tests, lookups and the encoding of modules beforehand, so that workers inherit them.
  - Has templates compiled once for all workers, of this run and of later ones.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]  # ansible-core ships no types
    """Has the parent do once what workers would do each."""

    CALLBACK_VERSION, CALLBACK_TYPE, CALLBACK_NAME, CALLBACK_NEEDS_ENABLED = 2.0, "aggregate", "warm_workers", True

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._is_warm = False

    def v2_playbook_on_start(self, playbook: Any) -> None:
        """Template one of everything, before the first of several playbooks."""
        if self._is_warm:
            return
        self._is_warm = True
        compiled_templates.share(files.user_cache() / "templates")
        templar = Templar(loader=playbook.get_loader())
        for template in TEMPLATES:
            templar.template(trust_as_template(template))
        get_module_encoder("legacy", Direction.CONTROLLER_TO_MODULE)
        get_module_decoder("legacy", Direction.MODULE_TO_CONTROLLER)
        # A worker lives for one task: looking for garbage in what it inherited costs more than all that it could find.
        os.register_at_fork(after_in_child=gc.freeze)


TEMPLATES = (
    "{{ [1] | select('defined') | hash('sha256') }}",
    "{{ lookup('ansible.builtin.file', '/dev/null') }}",
    "{{ lookup('ansible.builtin.pipe', 'true') }}",
    "{{ query('ansible.builtin.fileglob', '/dev/null') }}",
)
"""Filters and tests are all loaded by the first of them, lookups one by one: these are the ones of our roles."""
