"""How a message gets to people, whoever sends it."""
