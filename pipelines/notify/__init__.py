"""How a message gets to people, whichever part of Nightdesk sends it."""
