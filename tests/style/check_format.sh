#!/usr/bin/env bash
# check_format.sh CLANG_FORMAT ROOT: exits 1 naming the files that clang-format would change, 77 where there is no clang-format 14.
set -euo pipefail
clang_format=$1 root=$2
if [ ! -x "$clang_format" ]; then
  echo "skipped: clang-format-14 isn't installed"
  exit 77
fi
cd "$root"
modules=(core document models features loaders metrics evaluation reports baselines cli tools benchmarks examples tests)
mapfile -t changed < <(find "${modules[@]}" \( -name '*.cpp' -o -name '*.h' \) -print0 |
  xargs -0 "$clang_format" --dry-run 2>&1 | sed -n 's/^\([^:]*\):.*Wclang-format-violations.*/\1/p' | sort -u)
[ ${#changed[@]} -gt 0 ] || exit 0
printf 'clang-format-14 -i %s\n' "${changed[@]}"
exit 1
