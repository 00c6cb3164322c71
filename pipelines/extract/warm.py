"""Importing this loads what every page needs: done once, in the process that the workers are forked from."""

from pipelines.extract import chain, languages, phrases

languages.language_of("", "Eight words are enough to load the model of languages.", "en")
phrases.lexicon()

__all__ = ["chain"]
