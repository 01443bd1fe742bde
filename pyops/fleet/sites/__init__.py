"""The fleet read by a reader at each site: Dask carries questions and answers, and is imported nowhere else."""
