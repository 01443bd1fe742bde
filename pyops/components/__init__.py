"""What the stacks are made of: the only code that makes Azure resources.

A program imports the parts that it uses from their own files: each touches other namespaces of the SDK, and those take
half a second each to load.
"""
