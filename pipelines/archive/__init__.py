"""The archive: everything that was collected, as people look through it, take it out and bring more in."""
