"""Who is in the directory: people from a source file, accounts as they are, and the steps from one to the other."""
