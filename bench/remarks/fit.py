"""Fits engines/stt/remark-weights.json to the remarks in the files that hear.ts has written.

    pip install numpy==2.* scikit-learn==1.*
    python bench/remarks/fit.py FILE...

Logistic regression: signs of listening and requests count the same, however many there are of each.
"""

import base64
import json
import pathlib
import sys

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

FEATURES = 5 * 288 + 1
# Of 0.003, 0.01, 0.03 and 0.1 the one that told remarks in other voices apart best.
STRENGTH = 0.01

rows = np.concatenate([np.fromfile(name, dtype="<f4").reshape(-1, 1 + FEATURES) for name in sys.argv[1:]])
is_sign, features = rows[:, 0], rows[:, 1:]
scale = StandardScaler().fit(features)
model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=500)
model.fit(scale.transform(features), is_sign)

weights = (model.coef_[0] / scale.scale_).astype("<f4")
bias = float(model.intercept_[0] - (model.coef_[0] * scale.mean_ / scale.scale_).sum())
path = pathlib.Path(__file__).parents[2] / "engines" / "stt" / "remark-weights.json"
path.write_text(json.dumps({"bias": bias, "weights": base64.b64encode(weights.tobytes()).decode()}) + "\n")
print(f"{len(rows)} remarks, {int(is_sign.sum())} of them signs of listening")
