"""Fits engines/stt/remark-weights.json to the remarks in the files that encode.ts has written.

    pip install numpy==2.* scikit-learn==1.*
    python bench/remarks/fit.py FILE...

Small nets, learnt from other beginnings and draws, become one whose odds are the mean of theirs. Requests count as much as
everything that is none, however many there are of each.
"""

import base64
import json
import pathlib
import sys

import numpy as np
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

FEATURES = 5 * 288 + 1
NETS = 2
UNITS = 32
STRENGTH = 5.0
ROUNDS = 18

rows = np.concatenate([np.fromfile(name, dtype="<f4").reshape(-1, 1 + FEATURES) for name in sys.argv[1:]])
no_request, features = rows[:, 0].astype(int), rows[:, 1:]
scale = StandardScaler().fit(features)
even = scale.transform(features).astype("f4")
share = np.where(no_request == 1, 0.5 / no_request.sum(), 0.5 / (1 - no_request).sum())
nets = []
for seed in range(NETS):
    drawn = np.random.default_rng(seed).choice(len(rows), len(rows), p=share)
    chosen = np.concatenate([drawn, np.arange(len(rows))])
    net = MLPClassifier((UNITS,), alpha=STRENGTH, max_iter=ROUNDS, learning_rate_init=5e-4, random_state=seed)
    nets.append(net.fit(even[chosen], no_request[chosen]))

weights = np.concatenate([net.coefs_[0].T for net in nets])
step = np.abs(weights).max(axis=1) / 127
text = lambda numbers, kind="<f4": base64.b64encode(np.ascontiguousarray(numbers, dtype=kind).tobytes()).decode()
written = {
    "mean": text(scale.mean_),
    "spread": text(scale.scale_),
    "weights": text(np.round(weights / step[:, None]), "i1"),
    "step": text(step),
    "bias": text(np.concatenate([net.intercepts_[0] for net in nets])),
    "out": text(np.concatenate([net.coefs_[1][:, 0] for net in nets]) / NETS),
    "outBias": float(sum(net.intercepts_[1][0] for net in nets) / NETS),
}
path = pathlib.Path(__file__).parents[2] / "engines" / "stt" / "remark-weights.json"
path.write_text(json.dumps(written) + "\n")
print(f"{len(rows)} remarks, {int(no_request.sum())} of them no requests")
