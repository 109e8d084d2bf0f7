#!/usr/bin/env python3
"""Makes a relocatable folder of asbench, for machines without its packages and without root (clusters, rented GPUs).

  tools/bundle/make.py [--build build/release] [--out asbench-bundle] [--archive asbench-bundle.tar.xz] [--with PROGRAM]...

The folder holds the program, its modules and every shared library that they need, but for three kinds: the C and C++
runtimes, which each system has (glibc 2.36 and GCC 12's libstdc++ or newer), and LibTorch, which `pip install torch==2.11.0`
brings; `asbench` in the folder looks for it. Libraries that only serve what asbench never does (geographic and medical
pictures, encoders of other programs, streams from the network) are replaced by stand-ins whose functions return 0: they
must be there for the loader and make up most of the size. docs/install.md says how to use a bundle. --with takes another
program of the build along, such as those that tools/gpu_check asks for; it is started as asbench is.

Needs: readelf, nm, strip and cc (binutils, gcc), patchelf, and xz for an archive.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

MODULES = ("libasbench_engine.so", "libasbench_media.so", "libasbench_numbers.so", "libasbench_network.so", "libasbench_faiss_gpu.so")
OPTIONAL_MODULES = ("libasbench_faiss_gpu.so",)
OF_THE_SYSTEM = re.compile(r"^(ld-linux.*|lib(c|m|dl|pthread|rt|util|resolv|stdc\+\+|gcc_s)\.so.*)$")
OF_TORCH = re.compile(r"^lib(torch.*|c10.*|cudart|cublas|cublasLt|cupti|gomp-.*)\.so.*$")

# What stands behind OpenCV's picture reader and FFmpeg in Debian and is never reached from asbench: by library, why.
STAND_INS = {
    "libgdal": "geographic pictures; OpenCV registers them at its start and asks only for NITF and DTED files",
    "libgdcm": "medical pictures (DICOM)",
    "libx265": "encodes HEVC; asbench only decodes it, with FFmpeg's own decoder",
    "libSvtAv1Enc": "encodes AV1",
    "librav1e": "encodes AV1",
    "libaom": "encodes AV1; dav1d decodes it",
    "libcodec2": "speech",
    "librsvg": "vector pictures as video",
    "libopenmpt": "tracker music", "libchromaprint": "audio fingerprints",
    "libshine": "encodes MP3", "libmp3lame": "encodes MP3", "libtwolame": "encodes MP2", "libspeex": "speech", "libgsm": "speech",
    "libopus": "encodes Opus; FFmpeg decodes it itself", "libvorbisenc": "encodes Vorbis", "libvorbis": "encodes Vorbis",
    "libtheora": "encodes Theora; FFmpeg decodes it itself", "libxvidcore": "encodes MPEG-4",
    "libzvbi": "teletext", "libbluray": "discs", "libgnutls": "streams from the network", "librabbitmq": "streams from the network",
    "libsrt": "streams from the network", "libssh": "streams from the network", "libzmq": "streams from the network",
    "librist": "streams from the network", "libva": "video hardware", "libvdpau": "video hardware", "libOpenCL": "GPUs by OpenCL",
    "libmfx": "video hardware", "libsoxr": "resamples audio by another method", "libjxl": "JPEG XL as video",
    "libX11": "windows", "libxcb": "windows",
}

START = r'''#!/bin/sh
# @PROGRAM@ of this folder, with the LibTorch of `pip install torch==@TORCH@`. Where several Pythons have one, name the folder:
#   ASBENCH_TORCH=/path/to/site-packages/torch asbench ...
here=$(dirname "$(readlink -f "$0")")
torch=${ASBENCH_TORCH:-}
if [ -z "$torch" ] && [ -e "$here/torch" ]; then torch=$here/torch; fi
if [ -z "$torch" ]; then
  torch=$(python3 -c 'import importlib.util as u; s = u.find_spec("torch"); print(s.submodule_search_locations[0] if s else "")' 2>/dev/null)
fi
if [ -n "$torch" ] && [ ! -e "$torch/lib/libtorch_cpu.so" ]; then
  echo "@PROGRAM@: $torch/lib/libtorch_cpu.so is not there: ASBENCH_TORCH has to name the folder torch of a Python's site-packages" >&2
  exit 2
fi
if [ -n "$torch" ]; then
  # The CUDA libraries of the same Python stand beside it.
  LD_LIBRARY_PATH=$torch/lib:$(dirname "$torch")/nvidia/cu13/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  export LD_LIBRARY_PATH
fi
exec "$here/bin/@PROGRAM@" "$@"
'''


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"make.py: {' '.join(map(str, command))} failed:\n{done.stderr.strip()}")
    return done.stdout


def needed(file):
    return re.findall(r"\(NEEDED\).*\[(.*?)\]", run("readelf", "-d", file))


def known_libraries():
    found = {}
    for name, path in re.findall(r"^\s+(\S+) \(libc6,x86-64[^)]*\) => (\S+)$", run("/sbin/ldconfig", "-p"), re.M):
        found.setdefault(name, Path(path))
    return found


def is_stand_in(name):
    return name.split(".so")[0].split("-")[0] in STAND_INS or re.match(r"libgdcm", name) is not None


def collect(roots):
    """Name -> file of every library to take along, and the names that stand-ins replace."""
    places = known_libraries()
    taken, replaced, todo = {}, {}, list(roots)
    while todo:
        file = todo.pop()
        for name in needed(file):
            if name in taken or name in replaced or OF_THE_SYSTEM.match(name) or OF_TORCH.match(name):
                continue
            if name not in places:
                sys.exit(f"make.py: {file} needs {name}, which this system does not have")
            if is_stand_in(name):
                replaced[name] = places[name]
            else:
                taken[name] = places[name]
                todo.append(places[name])
    return taken, replaced


def symbols(file, *options):
    """(name, version, kind) of dynamic symbols."""
    found = set()
    for line in run("nm", "-D", *options, file).splitlines():
        kind, name = line.split()[-2:]
        name, _, version = name.partition("@")
        found.add((name, version.lstrip("@"), kind))
    return found


def make_stand_in(name, real, users, folder):
    """A library with the name and the symbols that its users want of the real one; functions return 0, data are 0."""
    exported = {symbol: kind for symbol, _, kind in symbols(real, "--defined-only")}
    wanted = {(symbol, version) for user in users for symbol, version, _ in symbols(user, "--undefined-only") if symbol in exported}
    code, versions = [".text"], {}
    for symbol, version in sorted(wanted):
        versions.setdefault(version, []).append(symbol)
        data = exported[symbol] in "BDRVuG"
        code.append(f'.globl "{symbol}"\n.type "{symbol}",@{"object" if data else "function"}')
        code.append(f'.section .data\n.balign 32\n"{symbol}": .zero 4096\n.size "{symbol}",4096\n.text' if data
                    else f'"{symbol}": xorl %eax,%eax\nxorps %xmm0,%xmm0\nret')
    code.append('.section .note.GNU-stack,"",@progbits')
    with tempfile.TemporaryDirectory() as work:
        source, script = Path(work) / "stand_in.s", Path(work) / "versions"
        source.write_text("\n".join(code) + "\n")
        script.write_text("".join("%s { global: %s };\n" % (version, " ".join(f'"{s}";' for s in names))
                                  for version, names in sorted(versions.items()) if version))
        options = [f"-Wl,--version-script={script}"] if script.stat().st_size else []
        run("cc", "-shared", "-nostdlib", f"-Wl,-soname,{name}", *options, "-o", folder / name, source)


def copy_libraries(roots, out):
    taken, replaced = collect(roots)
    library_folder = out / "lib"
    for name, file in sorted(taken.items()):
        shutil.copyfile(file.resolve(), library_folder / name)
    users = [library_folder / name for name in taken] + list(roots)
    for name, real in sorted(replaced.items()):
        make_stand_in(name, real, users, library_folder)
    return taken, replaced


def copy_programs(build, out, names):
    roots = [build / "bin" / name for name in names]
    for program in roots:
        if not program.exists():
            sys.exit(f"make.py: {program} is missing: build first (./bootstrap.sh build)")
    for name in MODULES:
        if (build / "lib" / name).exists():
            roots.append(build / "lib" / name)
        elif name not in OPTIONAL_MODULES:
            sys.exit(f"make.py: {build / 'lib' / name} is missing: build first (./bootstrap.sh build)")
    (out / "bin").mkdir(parents=True)
    (out / "lib").mkdir()
    copies = []
    for file in roots:
        copy = out / ("bin" if file.name in names else "lib") / file.name
        shutil.copy(file, copy)
        copies.append(copy)
    return roots, copies


def write_start(out, name, torch):
    start = out / name
    start.write_text(START.replace("@TORCH@", torch).replace("@PROGRAM@", name))
    start.chmod(0o755)


def torch_version(root):
    return re.search(r"^torch==(\S+)", (root / "cmake/libtorch-requirements.txt").read_text(), re.M).group(1)


def main():
    root = Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", type=Path, default=root / "build/release", help="build folder (default: build/release)")
    parser.add_argument("--out", type=Path, default=Path("asbench-bundle"), help="folder to make; must not exist (default: asbench-bundle)")
    parser.add_argument("--archive", type=Path, help="also pack it: a .tar.xz")
    parser.add_argument("--with", dest="others", metavar="PROGRAM", action="append", default=[], help="also take this program of the build along; may be repeated")
    options = parser.parse_args()
    names = list(dict.fromkeys(["asbench", *options.others]))
    if options.out.exists():
        sys.exit(f"make.py: --out {options.out} exists; remove it or name another folder")
    for tool in ("readelf", "nm", "strip", "cc", "patchelf") + (("xz",) if options.archive else ()):
        if shutil.which(tool) is None:
            sys.exit(f"make.py: {tool} is missing (Debian: binutils, gcc, patchelf, xz-utils)")
    roots, copies = copy_programs(options.build, options.out, names)
    taken, replaced = copy_libraries(roots, options.out)
    for file in copies:
        run("strip", "--strip-unneeded", file)
    for file in (options.out / "lib").iterdir():
        file.chmod(0o755)
        run("patchelf", "--set-rpath", "$ORIGIN", file)
    for name in names:
        run("patchelf", "--set-rpath", "$ORIGIN/../lib", options.out / "bin" / name)
        write_start(options.out, name, torch_version(root))
    shutil.copytree(root / "models/embedded/asbench", options.out / "share/asbench/embedded/asbench")
    shutil.copytree(options.build / "share/asbench/tiny_generator", options.out / "share/asbench/tiny_generator")
    shutil.copy(root / "LICENSE", options.out / "LICENSE")
    shutil.copy(root / "docs/licences.md", options.out / "licences.md")
    size = sum(file.stat().st_size for file in options.out.rglob("*") if file.is_file())
    print(f"{options.out}: {len(taken)} libraries, {len(replaced)} stand-ins, {size / 1e6:.0f} MB")
    if options.archive:
        with open(options.archive, "wb") as archive:
            tar = subprocess.Popen(["tar", "--sort=name", "--owner=0", "--group=0", "--mtime=@0", "-C", options.out.parent or ".", "-cf", "-",
                                    options.out.name], stdout=subprocess.PIPE)
            # The filter for x86 code makes the archive 2 % smaller; every xz unpacks it.
            xz = ["xz", "--x86", "--lzma2=preset=9e", "-T0"]
            packed = subprocess.run(xz, stdin=tar.stdout, stdout=archive)
            if tar.wait() != 0 or packed.returncode != 0:
                sys.exit(f"make.py: packing {options.archive} failed")
        print(f"{options.archive}: {options.archive.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
