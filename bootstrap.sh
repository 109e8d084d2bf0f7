#!/usr/bin/env bash
# Sets AnimeShooter-Bench up on Debian 12 and runs it. Running it again does nothing twice.
#
#   ./bootstrap.sh demo      build the program, then a leaderboard of the built-in systems (asbench-demo/)
#   ./bootstrap.sh program   the program alone, without tests and benchmarks (what a CI job needs): build/release/bin/asbench
#   ./bootstrap.sh build     install what is missing, configure, build everything: build/release/bin/asbench
#   ./bootstrap.sh test      build, then run the tests (what CI runs; all but the label exhaustive)
#   ./bootstrap.sh asan      the unit tests under AddressSanitizer and UndefinedBehaviorSanitizer
#   ./bootstrap.sh tsan      the unit tests under ThreadSanitizer
#   ./bootstrap.sh fuzz [S]  every fuzz target for S seconds (default 60)
#   ./bootstrap.sh tidy [R]  clang-tidy on our own sources, those whose path matches the regular expression R
#   ./bootstrap.sh cuda      as build, for a GPU (docs/gpu.md): CUDA libraries, FAISS; driver 580 or newer, Turing or newer
#
# Debian 12 (x86_64) is set up by itself. On other systems install the packages yourself (docs/install.md lists them) and set
# ASBENCH_SKIP_PACKAGES=1: the rest is then done as here, but has not been tried there.
# Downloads go to .deps/ (LibTorch, 1.2 GB unpacked), builds to build/. Nothing else is written outside apt's own places.
# ASBENCH_JOBS=N limits parallel compile jobs (default: all cores).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
root=$PWD
jobs=${ASBENCH_JOBS:-$(nproc)}

say() { printf '== %s\n' "$*" >&2; }
die() { printf 'bootstrap.sh: %s\n' "$*" >&2; exit 2; }

debian_packages=(
  # compiler and build tools
  g++ cmake ninja-build ccache mold pkg-config git ca-certificates
  # the libraries of cmake/Dependencies.cmake; libopencv-dev carries OpenCV's CMake package
  libopencv-dev libavformat-dev libavcodec-dev libavutil-dev libswscale-dev libswresample-dev libfaiss-dev libopenblas-dev libeigen3-dev nlohmann-json3-dev libvalijson-dev libfmt-dev
  libcli11-dev libssl-dev libxxhash-dev libcurl4-openssl-dev libzip-dev libicu-dev libsentencepiece-dev libjs-chart.js libcairo2-dev libpango1.0-dev libfontconfig-dev
  # fonts of figures and contact sheets: Latin, Greek and Cyrillic; Chinese, Japanese and Korean
  fonts-dejavu-core fonts-droid-fallback
  # unpacks LibTorch out of its Python wheel; runs the loopback server of the download tests
  python3 python3-pip
)
# what tests and benchmarks link: all but `program` build them
build_packages=(libgtest-dev libgmock-dev libbenchmark-dev)
# what only tests need, 1 GB: a batch system that runs jobs on this machine, a browser that clicks through the page, LaTeX that
# sets the table, shells that complete, NumPy for the test of a converter, the formatter whose form sources have
test_packages=(slurmctld slurmd slurm-client munge clang-format-14 chromium chromium-driver python3-numpy python3-selenium texlive-latex-base texlive-latex-recommended texlive-luatex fonts-wqy-microhei poppler-utils zsh fish)
fuzz_packages=(clang-14 libclang-rt-14-dev)
tidy_packages=(clang-tidy-14)

install_packages() {
  [ -z "${ASBENCH_SKIP_PACKAGES:-}" ] || return 0
  local system
  system=$(. /etc/os-release 2>/dev/null && echo "${ID:-unknown} ${VERSION_ID:-}") || system="unknown"
  [ "$system" = "debian 12" ] || die "this script installs packages on Debian 12 only, and this system is '$system'.
  Install the equivalents of these packages yourself (docs/install.md says what is known of Ubuntu 22.04 and 24.04):
$(printf '%s\n' "$*" | fold -s -w 110 | sed 's/^/    /')
  then call ASBENCH_SKIP_PACKAGES=1 ./bootstrap.sh again: it fetches LibTorch, configures and builds."
  local missing=() package
  for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  local as_root=()
  if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then as_root=(sudo -n); else
      die "these packages are missing and this user may not install them:
  ${missing[*]}
  Ask an administrator to run: apt-get update && apt-get install --no-install-recommends ${missing[*]}
  then call ./bootstrap.sh again."
    fi
  fi
  say "installing ${#missing[@]} Debian packages"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq ||
    die "the Debian package lists can't be fetched: is there a network? (apt-get update failed)"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$root/build/apt.log" 2>&1 ||
    die "apt-get install failed; its output is in build/apt.log"
}

# LibTorch comes out of the PyPI wheel of torch, its CUDA libraries out of NVIDIA's wheels: each set is one list of pinned wheels
# with hashes. The CPU's set has the two small ones that libtorch_cpu.so names.
install_libtorch() {
  local kind=$1 stamp pins size
  pins=cmake/libtorch-requirements.txt size="530 MB"
  [ "$kind" = cpu ] || { pins=cmake/libtorch-requirements-cuda.txt; size="3.6 GB unpacked"; }
  stamp=".deps/libtorch-$kind.$(sha256sum <"$pins" | cut -c1-12)"
  [ ! -e "$stamp" ] || return 0
  [ "$(uname -m)" = x86_64 ] || die "the pinned LibTorch wheel is for x86_64, this machine is $(uname -m).
  Unpack a LibTorch 2.11 archive for it and configure with -DCMAKE_PREFIX_PATH=DIR."
  say "fetching LibTorch 2.11 ($size)"
  rm -rf .deps/python.new
  mkdir -p .deps
  local platforms=() glibc
  for glibc in 28 27 25 18 17 12 5; do platforms+=(--platform "manylinux_2_${glibc}_x86_64"); done
  python3 -m pip install --quiet --disable-pip-version-check --no-deps --no-compile --only-binary=:all: \
    "${platforms[@]}" --platform manylinux2014_x86_64 --python-version 3.11 --implementation cp \
    --require-hashes -r "$pins" --target .deps/python.new ||
    die "LibTorch could not be fetched from PyPI: is there a network, and room for $size? Pins and hashes are in $pins."
  rm -rf .deps/python .deps/libtorch-*
  mv .deps/python.new .deps/python
  touch "$stamp"
}

prepare() {
  mkdir -p build
  install_packages "${debian_packages[@]}" "${build_packages[@]}"
  prepare_program "$@"
}

prepare_program() {
  mkdir -p build
  install_packages "${debian_packages[@]}"
  # The CUDA set holds the other; who fetched it keeps it, at the pinned versions.
  local kind=${1:-cpu}
  if compgen -G '.deps/libtorch-cuda.*' >/dev/null; then kind=cuda; fi
  install_libtorch "$kind"
}

configure() { # configure PRESET [cmake arguments]
  local preset=$1
  shift
  say "configuring $preset"
  cmake --preset "$preset" "$@" >"build/configure-$preset.log" 2>&1 || { tail -n 40 "build/configure-$preset.log" >&2; die "CMake failed; its output is in build/configure-$preset.log"; }
}

build() { # build PRESET [targets]
  local preset=$1
  shift
  say "building $preset with $jobs jobs"
  cmake --build "build/$preset" -j "$jobs" ${1:+--target "$@"}
}

case "${1:-}" in
  demo)
    prepare; configure release; build release asbench
    build/release/bin/asbench demo "${@:2}" ;;
  program)
    prepare_program; configure release -DASBENCH_TESTS=OFF -DASBENCH_BENCHMARKS=OFF; build release asbench
    say "done: build/release/bin/asbench --help" ;;
  build)
    prepare; configure release; build release
    say "done: build/release/bin/asbench --help" ;;
  cuda)
    prepare cuda; configure release; build release
    tools/faiss_gpu/build.sh build/release/lib
    say "done: build/release/bin/asbench score --device cuda ..." ;;
  test)
    prepare; install_packages "${test_packages[@]}"; configure release; build release
    say "testing"
    # Every call of a run that fails once, 458 of them, takes minutes: `ctest --test-dir build/release -L exhaustive`. A sample runs here.
    # Several test programs share the cores: threads that spin while they wait for one would hold all of them up.
    OPENBLAS_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE ctest --test-dir build/release -j "$jobs" --output-on-failure -LE exhaustive "${@:2}" ;;
  asan)
    prepare; configure asan-ubsan -DASBENCH_BENCHMARKS=OFF; build asan-ubsan
    say "testing"
    ctest --preset asan-ubsan -j "$jobs" -LE slow "${@:2}" ;;
  tsan)
    prepare; configure tsan -DASBENCH_BENCHMARKS=OFF; build tsan unit_tests
    say "testing"
    # ThreadSanitizer of g++ 12 can't start where the kernel randomises addresses over more than 28 bits.
    setarch "$(uname -m)" -R ctest --preset tsan -j "$jobs" -L unit -LE slow "${@:2}" ;;
  tidy)
    prepare; install_packages "${tidy_packages[@]}"; configure tidy
    cmake --build build/tidy --target asbench_version_stamp >build/tidy.log
    say "clang-tidy with $jobs jobs"
    run-clang-tidy-14 -quiet -extra-arg=-Wno-unknown-warning-option -j "$jobs" -p build/tidy "$root/(core|document|loaders|models|features|metrics|evaluation|reports|baselines|cli)/.*${2:-}" ;;
  fuzz)
    prepare; install_packages "${fuzz_packages[@]}"; configure fuzz -DASBENCH_BENCHMARKS=OFF -DASBENCH_TESTS=ON; build fuzz fuzzers
    for fuzzer in build/fuzz/bin/*_fuzzer; do
      say "$(basename "$fuzzer"), ${2:-60} s"
      mkdir -p "build/fuzz/corpus/$(basename "$fuzzer")"
      "$fuzzer" -max_total_time="${2:-60}" -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 "build/fuzz/corpus/$(basename "$fuzzer")" 2>"build/fuzz/$(basename "$fuzzer").log" ||
        { tail -n 40 "build/fuzz/$(basename "$fuzzer").log" >&2; die "$(basename "$fuzzer") found a crash"; }
      grep -E 'number_of_executed_units|new_units_added' "build/fuzz/$(basename "$fuzzer").log" >&2
    done ;;
  *)
    sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"
    [ -z "${1:-}" ] || die "unknown command '$1'"
    exit 2 ;;
esac
