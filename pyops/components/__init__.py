"""What the stacks are made of: the only code that makes Azure resources.

A program imports the parts that it uses from their own files: each touches other namespaces of the SDK, and those take
half a second each to load.
"""

import atexit
import gc

# A stack needs two hundred thousand objects of those namespaces, and all of them stay until the program ends, seconds
# later: a search for unused ones at each 2,000 new ones, and one more at the end, takes as long as all the rest.
gc.set_threshold(100_000)
atexit.register(gc.freeze)
