#!/usr/bin/env bash
# check_printing.sh ROOT: exits 1 naming the lines that print in another way than core/print.h does, which escapes what a terminal obeys.
set -euo pipefail
cd "$1"
modules=(core document models features loaders metrics evaluation reports baselines cli)
# core/progress.cpp prints a label that it made safe; the last words of cli/errors.cpp are the program's own.
found=$(grep -rnE 'fmt::v?print\(|std::(cout|cerr|clog)\b|\b(std::)?(v?f?printf|f?puts|putc|putchar)\(' --include='*.cpp' --include='*.h' "${modules[@]}" |
  grep -vE '^core/(print\.h|progress\.cpp):|^cli/errors\.cpp:[0-9]+: *std::fputs\("asbench: failed, and the message could not be printed' || true)
[ -n "$found" ] || exit 0
printf '%s\n' "$found" "Print with print_safe() or print_prepared() of core/print.h."
exit 1
