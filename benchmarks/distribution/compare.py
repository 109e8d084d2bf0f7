"""`asbench distribution` beside scipy's matrix root and the prdc package, on the same features, in turns.

    python benchmarks/distribution/compare.py --asbench build/release/bin/asbench --work /tmp/features [--rounds 3] [CASE ...]

Each side runs as a process of its own with the same number of threads. Ours is timed from start to exit; theirs is timed without
imports and reading, which favours them. Memory is the process's peak. Prints a table; the ratio is that of the medians.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

CASES = {  # name: (N = M, d, metrics of asbench, the other side)
    "frechet_200": (200, 2048, "frechet", "scipy"),
    "frechet_2000": (2000, 2048, "frechet", "scipy"),
    "prdc_5000": (5000, 400, "precision,recall,density,coverage", "prdc"),
    "prdc_50000": (50000, 400, "precision,recall,density,coverage", None),
}


def features(path, rows, dim, seed):
    import numpy as np
    if path.exists():
        return
    random = np.random.default_rng(seed)
    scale = np.sqrt(np.arange(1, dim + 1))
    np.save(path, (random.standard_normal((rows, dim)) / scale + (0.01 if seed % 2 else 0.0)).astype(np.float32))


def their_side(kind, real, generated):
    import numpy as np
    x, y = (np.load(path).astype(np.float64) for path in (real, generated))
    if kind == "scipy":
        import scipy.linalg
        begin = time.perf_counter()
        s_x, s_y = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
        root = scipy.linalg.sqrtm(s_x @ s_y)
        difference = x.mean(0) - y.mean(0)
        found = {"frechet": difference @ difference + np.trace(s_x) + np.trace(s_y) - 2 * np.trace(root).real}
    else:
        import prdc
        begin = time.perf_counter()
        found = prdc.compute_prdc(x, y, 5)
    seconds = time.perf_counter() - begin
    print(json.dumps({"seconds": seconds, **{key: float(value) for key, value in found.items()}}))


def run(command, threads):
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads))
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True)
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    if status != 0:
        sys.exit(f"{command} failed")
    return json.loads(out[out.index("{"):]), seconds, usage.ru_maxrss / 1024


def measure(name, options):
    n, dim, metrics, other = CASES[name]
    real, generated = (options.work / f"{side}_{n}_{dim}.npy" for side in ("real", "generated"))
    features(real, n, dim, 2)
    features(generated, n, dim, 3)
    ours, theirs = [], []
    for _ in range(options.rounds if other else 1):
        found, seconds, memory = run([options.asbench, "distribution", "--real", real, "--generated", generated, "--metrics", metrics,
                                      "--no-noise-floor", "--threads", str(options.threads)], options.threads)
        ours.append((seconds, memory))
        if other:
            compared, _, memory = run([sys.executable, __file__, "--side", other, str(real), str(generated)], options.threads)
            theirs.append((compared["seconds"], memory))
            for key in metrics.split(","):
                print(f"{name} {key}: {found[key]:.12g} / {compared[key]:.12g}", file=sys.stderr)
    time_ours, memory_ours = (statistics.median(values) for values in zip(*ours))
    if not other:
        return f"| {name} | {time_ours:.2f} s | | | {memory_ours:.0f} MiB | | |"
    time_theirs, memory_theirs = (statistics.median(values) for values in zip(*theirs))
    return (f"| {name} | {time_ours:.3f} s | {time_theirs:.2f} s ({other}) | {time_theirs / time_ours:.1f} | {memory_ours:.0f} MiB | "
            f"{memory_theirs:.0f} MiB | {memory_ours / memory_theirs:.2f} |")


def main():
    if sys.argv[1:2] == ["--side"]:
        return their_side(*sys.argv[2:5])
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--asbench", required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder for the features (about 200 MB)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("cases", nargs="*", choices=[*CASES, []], default=[])
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    print("| case | asbench | other | times faster | asbench memory | other memory | share |\n|---|---|---|---|---|---|---|")
    for name in options.cases or CASES:
        print(measure(name, options), flush=True)


if __name__ == "__main__":
    main()
