"""What published tools make of the same features: scipy, clean-fid, torch-fidelity, prdc; and a 50-digit Frechet distance.

The features are whole numbers over 8 from a formula, so that no matrix is stored: the test computes them again.
Run in an environment with requirements.txt: python generate.py
"""
import hashlib
import json
import pathlib

import mpmath
import numpy as np
import prdc
import scipy.linalg
import torch
from cleanfid import fid as clean_fid
from torch_fidelity import metric_fid, metric_kid

HERE = pathlib.Path(__file__).parent
CASES = [  # name, real, generated, dim, k
    ("many_samples", 120, 90, 16, 5),
    ("few_samples", 24, 30, 48, 3),
    ("one_side_small", 12, 200, 24, 4),
]


def features(rows, cols, salt):
    """Middle-square-like mixing in 64 bits; columns fall in scale. Exact in float32 and float64."""
    mask = (1 << 64) - 1
    result = np.empty((rows, cols))
    for i in range(rows):
        for j in range(cols):
            z = (salt * 1000003 + i * 10007 + j * 101 + 12345) * 0x9E3779B97F4A7C15 & mask
            z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & mask
            z = (z ^ z >> 27) * 0x94D049BB133111EB & mask
            z ^= z >> 31
            spread = 4 + 60 // (1 + j)
            result[i, j] = (z % (2 * spread + 1) - spread + (3 if salt % 2 else 0)) / 8
    return result


def frechet_50_digits(x, y, ddof):
    """Sum of square roots of the eigenvalues of Yc Xc^T Xc Yc^T, all in 50 digits."""
    mpmath.mp.dps = 50
    def centred(a):
        a = mpmath.matrix(a.tolist())
        means = [mpmath.fsum(a[i, j] for i in range(a.rows)) / a.rows for j in range(a.cols)]
        for i in range(a.rows):
            for j in range(a.cols):
                a[i, j] -= means[j]
        return a, means
    xc, mx = centred(x)
    yc, my = centred(y)
    small, large = (xc, yc) if xc.rows <= yc.rows else (yc, xc)
    if small.rows > x.shape[1]:  # d x d instead: the same non-zero eigenvalues by the Cholesky factor of the full-rank Gram matrix
        factor = mpmath.cholesky(small.T * small)
        gram = factor.T * (large.T * large) * factor
    else:
        product = small * large.T
        gram = product * product.T
    values = mpmath.eigsy((gram + gram.T) / 2, eigvals_only=True)
    singular = mpmath.fsum(mpmath.sqrt(v) if v > 0 else 0 for v in values)
    n, m = xc.rows - ddof, yc.rows - ddof
    mean_term = mpmath.fsum((a - b) ** 2 for a, b in zip(mx, my))
    traces = mpmath.fsum(v * v for v in xc) / n + mpmath.fsum(v * v for v in yc) / m
    return float(mean_term + traces - 2 * singular / mpmath.sqrt(n * m))


def scipy_frechet(x, y, ddof):
    s_x, s_y = (np.cov(a, rowvar=False, ddof=ddof) for a in (x, y))
    root = scipy.linalg.sqrtm(s_x @ s_y)
    difference = x.mean(0) - y.mean(0)
    return float(difference @ difference + np.trace(s_x) + np.trace(s_y) - 2 * np.trace(root).real)


def torch_fidelity_kid(x, y, subsets, size):
    found = metric_kid.kid_features_to_metric(
        torch.from_numpy(y), torch.from_numpy(x), kid_subsets=subsets, kid_subset_size=size, rng_seed=2020, verbose=False,
        kid_kernel="poly", kid_kernel_poly_degree=3, kid_kernel_poly_gamma=None, kid_kernel_poly_coef0=1)
    return [found["kernel_inception_distance_mean"], found["kernel_inception_distance_std"]]


def case(name, n, m, d, k):
    x, y = features(n, d, 2), features(m, d, 3)
    stats = [metric_fid.fid_features_to_statistics(torch.from_numpy(a)) for a in (x, y)]
    found = prdc.compute_prdc(x, y, k)
    size = min(n, m) - 3
    return {
        "name": name, "real": n, "generated": m, "dim": d, "k": k,
        "checksum": [float(np.abs(x).sum()), float(np.abs(y).sum())],
        "frechet_50_digits": [frechet_50_digits(x, y, ddof) for ddof in (0, 1)],
        "scipy": [scipy_frechet(x, y, ddof) for ddof in (0, 1)],
        "clean_fid": float(clean_fid.fid_from_feats(x, y)),
        "torch_fidelity_fid": float(metric_fid.fid_statistics_to_metric(*stats, verbose=False)["frechet_inception_distance"]),
        "torch_fidelity_kid": {"subsets": 7, "size": size, "mean_and_deviation": torch_fidelity_kid(x, y, 7, size)},
        "prdc": {key: float(found[key]) for key in ("precision", "recall", "density", "coverage")},
    }


golden = {"generator_sha256": hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest(), "cases": [case(*c) for c in CASES]}
(HERE / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")
