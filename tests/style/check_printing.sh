#!/usr/bin/env bash
# check_printing.sh ROOT: exits 1 naming the lines that print in another way than core/print.h does, which escapes what a terminal obeys.
set -euo pipefail
cd "$1"
modules=(core document models features loaders metrics evaluation reports baselines cli)
# core/say.cpp makes safe what it writes to stderr.
found=$(grep -rnE 'fmt::v?print\(|std::(cout|cerr|clog)\b|\b(std::)?(v?f?printf|f?puts|putc|putchar)\(' --include='*.cpp' --include='*.h' "${modules[@]}" |
  grep -vE '^core/(print\.h|say\.cpp):' || true)
[ -n "$found" ] || exit 0
printf '%s\n' "$found" "Print with print_safe() or print_prepared() of core/print.h, to stderr with say() of core/say.h."
exit 1
