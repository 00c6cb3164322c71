"""What was collected, as people look through it."""
