"""One ICT service over three datacentres, as code: the library behind the `pyops` command."""
