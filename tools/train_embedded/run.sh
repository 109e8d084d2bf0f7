#!/usr/bin/env bash
# Renders data, trains the embedded encoders, writes them and their held-out figures: about 26 minutes on 2 cores.
#   tools/train_embedded/run.sh [OUT]      OUT: default models/embedded/asbench
# Needs the built program (./bootstrap.sh test builds asbench_training_data) and python3 with venv and pip.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
root=$(cd ../.. && pwd)
out=${1:-$root/models/embedded/asbench}
work=$root/build/train_embedded
renderer=$root/build/release/bin/asbench_training_data
[ -x "$renderer" ] || { echo "run.sh: $renderer is not there; ./bootstrap.sh test builds it" >&2; exit 2; }
mkdir -p "$work"
if [ ! -x "$work/venv/bin/python" ]; then
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install --quiet -r requirements.txt
fi
# The seeds are the card's. The demo itself is cast demo, seed 0: neither set holds its stories.
[ -e "$work/train/index.json" ] || "$renderer" --out "$work/train" --cast training --seed 7 --ips 160 --stories-per-ip 8 --frames midpoint:3
[ -e "$work/held-out/index.json" ] || "$renderer" --out "$work/held-out" --cast demo --seed 12345 --ips 12 --stories-per-ip 2
export PYTHONDONTWRITEBYTECODE=1
time "$work/venv/bin/python" train.py --data "$work/train" --held-out "$work/held-out" --out "$out"
if [ -e "$root/models/embedded/asbench/figures.json" ]; then
  "$work/venv/bin/python" evaluate.py --model "$out" --held-out "$work/held-out" --card "$root/models/embedded/asbench/figures.json"
fi
