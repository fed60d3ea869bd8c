"""What the transformation finds out about a list before it changes it."""
