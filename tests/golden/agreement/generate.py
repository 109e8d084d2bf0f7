#!/usr/bin/env python3
"""Writes agreement.json: rank correlations by scipy 1.17.1, Krippendorff's alpha by the PyPI package krippendorff 0.9.0.

pip install scipy==1.17.1 krippendorff==0.9.0, then run this file. Cases: ties on either side, none, perfect and reversed order,
units that one rater only rated.
"""
import json
import pathlib

import krippendorff
import numpy as np
from scipy import stats

random = np.random.default_rng(5)


def pair(x, y):
    return {"x": list(map(float, x)), "y": list(map(float, y)), "tau_b": float(stats.kendalltau(x, y).statistic), "rho": float(stats.spearmanr(x, y).statistic)}


def ratings(table):
    """table: rater x unit, NaN where a rater said nothing."""
    units = [[float(v) for v in column if not np.isnan(v)] for column in np.asarray(table, float).T]
    return {"units": units, "alpha": float(krippendorff.alpha(np.asarray(table, float), level_of_measurement="interval"))}


x = random.normal(size=40)
noisy = x + random.normal(size=40)
likert = random.integers(1, 6, size=(3, 12)).astype(float)
agreed = np.clip(np.round(random.uniform(1, 5, size=12) + random.normal(scale=0.4, size=(4, 12))), 1, 5)
holes = agreed.copy()
holes[random.uniform(size=holes.shape) < 0.4] = np.nan
golden = {
    "pairs": [pair(x, noisy), pair(x, np.round(noisy)), pair(np.round(x), np.round(noisy)), pair(range(7), range(7)), pair(range(7), range(7, 0, -1)),
              pair([1, 2, 2, 3], [1, 1, 2, 2])],
    "ratings": [ratings(likert), ratings(agreed), ratings(holes), ratings([[1, 2, 3], [1, 2, 3]])],
}
pathlib.Path(__file__).with_name("agreement.json").write_text(json.dumps(golden) + "\n")
