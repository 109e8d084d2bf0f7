#!/usr/bin/env bash
# Runs a bundle (tools/bundle/make.py) in a bare root: glibc, GCC's runtimes, a shell, LibTorch, and nothing else. Needs root
# for chroot.
#
#   tools/bundle/try.sh BUNDLE_FOLDER TORCH_FOLDER      TORCH_FOLDER: the folder torch of site-packages, or .deps/python/torch
#
# Ends with 0 when the demo's systems are scored there.
set -euo pipefail
[ $# = 2 ] || { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; exit 2; }
bundle=$(realpath "$1") torch=$(realpath "$2")
bare=$(mktemp -d "${TMPDIR:-/tmp}/asbench-bare-XXXXXX")
trap 'umount "$bare/proc" 2>/dev/null || true; rm -rf --one-file-system "$bare"' EXIT

mkdir -p "$bare"/{proc,bin,usr/bin,lib64,tmp,opt/torch/lib,opt/nvidia/cu13/lib}
tools=(/bin/sh /usr/bin/dirname /usr/bin/readlink)
for file in "${tools[@]}"; do cp -L "$file" "$bare/$file"; done
{
  ldd "${tools[@]}" | sed -n 's/.* => \(\/[^ ]*\).*/\1/p'
  for name in libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libutil.so.1 libresolv.so.2 libstdc++.so.6 libgcc_s.so.1; do
    ldconfig -p | sed -n "s/^\t$name (libc6,x86-64[^)]*) => //p" | head -n 1
  done
} | sort -u | while read -r file; do mkdir -p "$bare/$(dirname "$file")"; cp -L "$file" "$bare/$file"; done
cp -L /lib64/ld-linux-x86-64.so.2 "$bare/lib64/"
cp -r "$bundle" "$bare/opt/asbench"
for file in libtorch_cpu.so libc10.so libtorch.so; do cp "$torch/lib/$file" "$bare/opt/torch/lib/"; done
cp "$torch"/lib/libgomp* "$bare/opt/torch/lib/" 2>/dev/null || true
cp "$(dirname "$torch")"/nvidia/cu13/lib/lib{cudart,cupti}.so.13 "$bare/opt/nvidia/cu13/lib/"

mount -t proc proc "$bare/proc"  # the loader finds a program's own folder by it
run() { chroot "$bare" /bin/sh -c "ASBENCH_TORCH=/opt/torch HOME=/tmp exec /opt/asbench/asbench $*"; }
run --version
run demo --out /tmp/demo
run compare /tmp/demo/results/gt-story.json /tmp/demo/results/frame-shuffle.json --gate demo >/dev/null || [ $? = 1 ]
echo "the bundle scores in a bare root"
