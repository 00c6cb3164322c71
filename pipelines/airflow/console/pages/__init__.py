"""The pages of the Desk, each a module that answers (`sources.py`) and a script that draws (`sources.js`)."""
