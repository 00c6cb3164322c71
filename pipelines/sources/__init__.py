"""What is followed: source files, the folders that they are in, and what they say about sites."""

# By this name scripts of others read the followed sources; it stays until 1.0.
from pipelines.sources.folders import readable as readable
