"""What is usual for a source, and what is not."""

# Scripts of other people import `check` by this name; the name stays until 1.0.
from pipelines.health.troubles import check as check
