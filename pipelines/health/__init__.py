"""What is usual for a source, and what is not."""

# Other people's scripts import `check` by this name, so the name stays until 1.0.
from pipelines.health.troubles import check as check
