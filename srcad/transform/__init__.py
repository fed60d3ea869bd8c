"""The pipeline from a function to its derivative: see `pipeline` for the stages in their order."""
