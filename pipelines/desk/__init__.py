"""The records that the Desk shows to a person."""
