"""The archive of everything that was collected: people search it, export from it, and bring more into it."""
