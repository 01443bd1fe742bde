"""Runs on a member: logs in over ssh as somebody whose password is outdated, and types the answers that a person would.

Arguments: the login, the password, the new one. Prints what was seen; ends as ssh does, with 1 for its 255.
"""

import os
import pty
import sys

login, password, new = sys.argv[1:]
options = ["StrictHostKeyChecking=no", "PreferredAuthentications=keyboard-interactive", "NumberOfPasswordPrompts=1"]
process, terminal = pty.fork()
if process == 0:
    given = [word for option in options for word in ("-o", option)]
    os.execvp("ssh", ["ssh", *given, f"{login}@localhost", "id --user --name"])  # noqa: S606 # a program of this host
line = ""
try:
    while shown := os.read(terminal, 4096).decode(errors="replace"):
        sys.stdout.write(shown)
        line = (line + shown).splitlines()[-1]
        if line.endswith(": "):
            os.write(terminal, f"{new if 'new password' in line.lower() else password}\n".encode())
            line = ""
except OSError:  # so a terminal ends
    pass
sys.exit(min(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), 1))
