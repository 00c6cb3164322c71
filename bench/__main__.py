"""Run every measurement and write docs/benchmarks.md; exit 1 where one that must be exact is not."""

from __future__ import annotations

import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
MATCH_CASES = ROOT.parent / "shared" / "data" / "match_cases.tsv"
MEASURED = {
    "Page shapes and the founding article": ["bench.templates"],
    "Dates": ["bench.dates"],
    "Watches": ["bench.match_cases", *([str(MATCH_CASES)] if MATCH_CASES.exists() else [])],
    "Cost of extraction": ["bench.cost"],
}


def main() -> int:
    """Run them one after the other, print what they print, keep the summary lines."""
    failed = False
    parts = [
        "# Benchmarks",
        f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, "
        f"{platform.machine()}. Ratios are of one run on one input; times depend on the machine. Measurements whose "
        "data is not beside the project are skipped and say so.",
    ]
    for title, (module, *words) in MEASURED.items():
        print(f"== {title}", flush=True)
        done = subprocess.run([sys.executable, "-m", module, *words], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        print(done.stdout, flush=True)
        failed |= done.returncode != 0
        parts.append(f"## {title}\n\n`python -m {module}`\n\n```\n{_summary(module, done.stdout)}\n```")
    PAGE.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return int(failed)


def _summary(module: str, printed: str) -> str:
    """The lines that count: those that begin with the name of what was measured, or say that it was skipped."""
    names = (module.removeprefix("bench.").split("_")[0], "skipped")
    return "\n".join(line for line in printed.splitlines() if line.startswith(names))


if __name__ == "__main__":
    sys.exit(main())
