"""Trains on a dataset that it must open with a key from its environment: the file is sealed, as a bucket would be."""
import hashlib
import hmac
import io
import os
import sys

import numpy
from sklearn.linear_model import LogisticRegression

sealed = open(sys.argv[1], "rb").read()
key = os.environ["DATASET_KEY"].encode()
tag, nonce, body = sealed[:32], sealed[32:48], sealed[48:]
if not hmac.compare_digest(tag, hmac.new(key, nonce + body, hashlib.sha256).digest()):
    sys.exit("the dataset does not open with this key")
stream = hashlib.shake_256(key + nonce).digest(len(body))
data = numpy.load(io.BytesIO(bytes(a ^ b for a, b in zip(body, stream))))
model = LogisticRegression(max_iter=2000).fit(data["x"], data["y"])
print("rows", len(data["y"]), "accuracy", round(model.score(data["x"], data["y"]), 3))
print("a careless line with the key:", os.environ["DATASET_KEY"])
print("token visible:", "VAULT_TOKEN" in os.environ)
