"""The known types, by what they serve."""
