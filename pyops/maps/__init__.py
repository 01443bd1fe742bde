"""Pictures of the estate, drawn from the model alone."""
