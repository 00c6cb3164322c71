"""What is usual for a source, and what is not."""

# By this name scripts of others ask what is wrong; it stays until 1.0.
from pipelines.health.troubles import check as check
