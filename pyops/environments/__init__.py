"""An estate's environment on this machine: where the engines keep their state, and the lab built in its order."""
