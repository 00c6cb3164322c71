"""The pages of the Desk: each has a module that answers (`sources.py`) and a script that draws (`sources.js`)."""
