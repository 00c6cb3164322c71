"""What is followed: source files, the folders they stand in, and what they say of sites."""

# By this name scripts of others read the followed sources; it stays until 1.0.
from pipelines.sources.folders import readable as readable
