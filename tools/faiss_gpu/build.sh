#!/usr/bin/env bash
# Builds libasbench_faiss_gpu.so, FAISS's exact search on GPUs (metrics/search/faiss_gpu/). `./bootstrap.sh cuda` calls it; it
# needs no GPU.
#
#   tools/faiss_gpu/build.sh OUTPUT_FOLDER [RUN_PATH]
#
# RUN_PATH: where libcudart.so.13 and libcublas.so.13 are found at run time (default: the folder of torch's CUDA wheels).
# ASBENCH_CUDA_ARCHITECTURES: "90", or "75;80;86;89;90+PTX" (a list compiles once for each; +PTX: newer GPUs compile the rest
# themselves). Default: that of the GPU at hand, else the list. ASBENCH_JOBS limits parallel compile jobs.
# FAISS's sources come from Debian's source package (its binary package has no GPU part), the compiler from NVIDIA's wheels;
# both are checked against SHA-256. They are kept below .deps/; compiled files below build/faiss-gpu.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"

faiss_version=1.7.3
faiss_sha256=3e4fac26d8c9e9008ecea4ae5fc414c658998fce4ba75835058b1a71d3516002
every_architecture="75;80;86;89;90+PTX"

say() { printf '== %s\n' "$*" >&2; }
die() { printf 'faiss_gpu/build.sh: %s\n' "$*" >&2; exit 2; }

output=${1:-}
[ -n "$output" ] || die "name the folder for libasbench_faiss_gpu.so: tools/faiss_gpu/build.sh build/release/lib"
run_path=${2:-$root/.deps/python/nvidia/cu13/lib}

# The source package without changing apt's settings: the same mirrors, asked for sources, with lists of our own.
fetch_faiss() {
  local archive=".deps/faiss_$faiss_version.orig.tar.gz" apt=build/faiss-gpu/apt file
  if [ ! -e "$archive" ]; then
    say "fetching the sources of FAISS $faiss_version"
    rm -rf "$apt"
    mkdir -p "$apt/lists/partial" "$apt/parts"
    for file in /etc/apt/sources.list.d/*.sources; do
      ! grep -q '/usr/share/keyrings/debian-archive-keyring' "$file" 2>/dev/null ||
        sed 's/^Types:.*/Types: deb-src/' "$file" >"$apt/parts/$(basename "$file")"
    done
    [ ! -e /etc/apt/sources.list ] || sed -n 's/^deb \(.*debian.*\)/deb-src \1/p' /etc/apt/sources.list >"$apt/parts/main.list"
    local settings=(-o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$root/$apt/parts" -o "Dir::State::lists=$root/$apt/lists"
      -o Dir::Cache::srcpkgcache= -o Dir::Cache::pkgcache= -o APT::Sandbox::User=)
    apt-get "${settings[@]}" update -qq || die "the lists of Debian's source packages can't be fetched: is there a network?"
    (cd "$apt" && apt-get "${settings[@]}" source --download-only -qq faiss) ||
      die "Debian's source package of FAISS $faiss_version can't be fetched (apt-get source faiss)"
    [ -e "$apt/faiss_$faiss_version.orig.tar.gz" ] || die "Debian's source package is not FAISS $faiss_version: the plug-in needs the version of libfaiss-dev"
    mv "$apt/faiss_$faiss_version.orig.tar.gz" "$archive"
  fi
  sha256sum --check --status <<<"$faiss_sha256  $archive" || {
    rm -f "$archive"
    die "the sources of FAISS are not those that are pinned (SHA-256 $faiss_sha256); the file was removed"
  }
  [ -e ".deps/faiss-$faiss_version/.complete" ] || {
    rm -rf ".deps/faiss-$faiss_version"
    tar -xf "$archive" -C .deps
    touch ".deps/faiss-$faiss_version/.complete"
  }
}

fetch_compiler() {
  local stamp
  stamp=".deps/cuda-compiler.$(sha256sum tools/faiss_gpu/requirements.txt | cut -c1-12)"
  [ ! -e "$stamp" ] || return 0
  say "fetching NVIDIA's compiler (525 MB)"
  rm -rf .deps/cuda-compiler .deps/cuda-compiler.*
  python3 -m pip install --quiet --no-deps --require-hashes --only-binary=:all: --target .deps/cuda-compiler \
    -r tools/faiss_gpu/requirements.txt || die "NVIDIA's wheels can't be fetched: is there a network?"
  # Wheels don't keep the mark of a program.
  chmod +x .deps/cuda-compiler/nvidia/cu13/bin/* .deps/cuda-compiler/nvidia/cu13/nvvm/bin/*
  touch "$stamp"
}

architectures() {
  local at_hand
  at_hand=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | tr -d . | sort -u | paste -sd ';') || at_hand=""
  echo "${ASBENCH_CUDA_ARCHITECTURES:-${at_hand:-$every_architecture}}"
}

mkdir -p .deps build/faiss-gpu "$output"
fetch_faiss
fetch_compiler
list=$(architectures)
say "compiling FAISS for GPUs of architecture $list"
cmake -S metrics/search/faiss_gpu -B build/faiss-gpu -G Ninja -DFAISS_SOURCE="$root/.deps/faiss-$faiss_version" \
  -DCUDA_ROOT="$root/.deps/cuda-compiler/nvidia/cu13" -DCUDA_ARCHITECTURES="$list" -DRUN_PATH="$run_path" >build/faiss-gpu/configure.log ||
  { tail -n 20 build/faiss-gpu/configure.log >&2; die "CMake failed; its output is in build/faiss-gpu/configure.log"; }
cmake --build build/faiss-gpu -j "${ASBENCH_JOBS:-$(nproc)}"
install -m 755 build/faiss-gpu/libasbench_faiss_gpu.so "$output/"
say "done: $output/libasbench_faiss_gpu.so"
