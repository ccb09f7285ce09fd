"""Run DoseBench: ``python -m dosebench run --program "CMD"``, or make its items anew."""

from __future__ import annotations

from dosebench.run import main

if __name__ == "__main__":
    raise SystemExit(main())
