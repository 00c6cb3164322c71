"""What is followed: source files, the folders that they are in, and what they say about sites."""

# Other people's scripts read the followed sources by this name, so the name stays until 1.0.
from pipelines.sources.folders import readable as readable
