"""How far a Frechet distance between two samples of ONE distribution is from its true value, 0: the figures of docs/distribution.md.

    python benchmarks/distribution/simulate.py --asbench build/release/bin/asbench [--repeats 5]

Normal features of 400 dimensions (I3D's), total variance 100, spectrum j^-a. Needs NumPy.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile

import numpy as np

DIM = 400
SIZES = (50, 100, 200, 400, 800, 1600, 2048)
COLUMNS = ("frechet", "noise floor at N/2", "frechet_inf", "kernel", "coverage")


def draw(random, rows, exponent):
    variance = np.arange(1, DIM + 1) ** -exponent
    return random.standard_normal((rows, DIM)) * np.sqrt(variance * 100 / variance.sum())


def measure(asbench, folder, random, rows, exponent):
    for side in ("real", "generated"):
        np.save(folder / f"{side}.npy", draw(random, rows, exponent))
    out = subprocess.run([asbench, "distribution", "--real", folder / "real.npy", "--generated", folder / "generated.npy",
                          "--metrics", "frechet,kernel,coverage"], check=True, capture_output=True, text=True).stdout
    found = json.loads(out)
    return (found["frechet"], found["noise_floor"]["frechet_of_real_halves"], found["frechet_inf"], found["kernel"], found["coverage"])


def shown(values):
    values = [value for value in values if value is not None]
    if not values:
        return "null"
    return f"{statistics.mean(values):.3g} ± {statistics.stdev(values):.1g}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--asbench", required=True)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    for exponent in (0.5, 1.0):
        print(f"\nSpectrum j^-{exponent}, mean ± deviation of {options.repeats} draws\n\n| N | {' | '.join(COLUMNS)} |\n|---|{'---|' * len(COLUMNS)}")
        for rows in SIZES:
            random = np.random.default_rng((rows, int(10 * exponent)))
            with tempfile.TemporaryDirectory() as folder:
                runs = [measure(options.asbench, pathlib.Path(folder), random, rows, exponent) for _ in range(options.repeats)]
            print(f"| {rows} | {' | '.join(shown(values) for values in zip(*runs))} |", flush=True)


if __name__ == "__main__":
    main()
