#!/usr/bin/env bash
# Checks asbench on this machine's GPU once, in at most eight minutes; README.md says how. All options are check.py's:
#
#   tools/gpu_check/run.sh --asbench build/release/bin/asbench --out gpu-check
#
# PYTHON: the Python that runs it and has PyTorch with CUDA (default: python3).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=${PYTHON:-python3}
command -v "$python" >/dev/null || { echo "gpu_check/run.sh: $python is missing; PYTHON=... names another" >&2; exit 2; }
export PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
exec "$python" "$here/check.py" "$@"
