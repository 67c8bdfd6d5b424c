"""Trains the LoRA of README.md. Arguments: the model, the dialogues, the file to write."""

import json
import sys

import numpy as np
from gguf import GGUFReader, GGUFWriter
from gguf.quants import dequantize

LAYERS, WIDTH, HEADS, KV_HEADS, HEAD, EPSILON, ROPE_BASE = 30, 576, 9, 3, 64, 1e-5, 100_000.0
RANK, STEPS, BATCH, RATE, PLAIN_POSITIONS = 4, 180, 160, 3e-3, 6
TARGET = f"blk.{LAYERS - 1}.ffn_down.weight"

model_path, dialogues_path, out_path = sys.argv[1:]
random = np.random.default_rng(7)
reader = GGUFReader(model_path)
weights = {
    t.name: dequantize(t.data, t.tensor_type).astype(np.float32).reshape(tuple(reversed(t.shape)))
    for t in reader.tensors
}
embedding, output_norm = weights["token_embd.weight"], weights["output_norm.weight"]


def normed(x, gain):
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + EPSILON) * gain


def rotated(x, positions):
    angles = positions[:, None] / ROPE_BASE ** (np.arange(HEAD // 2) * 2 / HEAD)
    cos, sin = np.cos(angles)[:, None], np.sin(angles)[:, None]
    even, odd = x[..., 0::2], x[..., 1::2]
    y = np.empty_like(x)
    y[..., 0::2], y[..., 1::2] = even * cos - odd * sin, even * sin + odd * cos
    return y


def forward(tokens):
    """The input of the last layer's ffn_down, and the model's state after it."""
    count = len(tokens)
    positions = np.arange(count, dtype=np.float32)
    mask = np.triu(np.full((count, count), -1e9, np.float32), 1)
    x = embedding[tokens]
    for layer in range(LAYERS):
        w = lambda name: weights[f"blk.{layer}.{name}.weight"]
        n = normed(x, w("attn_norm"))
        q = rotated((n @ w("attn_q").T).reshape(count, HEADS, HEAD), positions)
        k = rotated((n @ w("attn_k").T).reshape(count, KV_HEADS, HEAD), positions)
        v = (n @ w("attn_v").T).reshape(count, KV_HEADS, HEAD)
        k, v = (np.repeat(one, HEADS // KV_HEADS, 1) for one in (k, v))
        scores = np.einsum("thd,shd->hts", q, k) / np.sqrt(HEAD) + mask
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        x = x + np.einsum("hts,shd->thd", scores, v).reshape(count, WIDTH) @ w("attn_output").T
        n = normed(x, w("ffn_norm"))
        gate = n @ w("ffn_gate").T
        hidden = gate / (1 + np.exp(-gate)) * (n @ w("ffn_up").T)
        x = x + hidden @ w("ffn_down").T
    return hidden, x


hiddens, states, targets = [], [], []
for dialogue in json.load(open(dialogues_path)):
    tokens = dialogue["prompt"] + dialogue["marker"] + dialogue["answer"]
    hidden, state = forward(np.array(tokens))
    own = (normed(state, output_norm) @ embedding.T).argmax(-1)
    start = len(dialogue["prompt"]) - 1
    for i in range(start, len(tokens) - 1):
        hiddens.append(hidden[i]), states.append(state[i]), targets.append(tokens[i + 1])
    for i in random.choice(start, PLAIN_POSITIONS, replace=False):
        hiddens.append(hidden[i]), states.append(state[i]), targets.append(own[i])
hiddens, states, targets = np.array(hiddens), np.array(states), np.array(targets)

a = random.normal(0, 0.02, (RANK, hiddens.shape[1])).astype(np.float32)
b = np.zeros((WIDTH, RANK), np.float32)
means, squares = [np.zeros_like(a), np.zeros_like(b)], [np.zeros_like(a), np.zeros_like(b)]
for step in range(1, STEPS + 1):
    some = random.choice(len(targets), min(BATCH, len(targets)), replace=False)
    h, wanted, rows = hiddens[some], targets[some], np.arange(len(some))
    z = h @ a.T
    y = states[some] + z @ b.T
    scale = 1 / np.sqrt((y * y).mean(-1, keepdims=True) + EPSILON)
    logits = (y * scale * output_norm) @ embedding.T
    p = np.exp(logits - logits.max(-1, keepdims=True))
    p /= p.sum(-1, keepdims=True)
    if step % 30 == 0:
        print(step, "loss", -np.log(p[rows, wanted] + 1e-9).mean(), flush=True)
    p[rows, wanted] -= 1
    d = (p / len(some) @ embedding) * output_norm
    d = scale * d - y * scale**3 * (d * y).sum(-1, keepdims=True) / WIDTH
    for i, (weight, gradient) in enumerate(((a, (d @ b).T @ h), (b, d.T @ z))):
        means[i] = 0.9 * means[i] + 0.1 * gradient
        squares[i] = 0.999 * squares[i] + 0.001 * gradient**2
        mean, square = means[i] / (1 - 0.9**step), squares[i] / (1 - 0.999**step)
        weight -= RATE * mean / (np.sqrt(square) + 1e-8)

writer = GGUFWriter(out_path, "llama")
writer.add_type("adapter")
writer.add_string("adapter.type", "lora")
writer.add_float32("adapter.lora.alpha", float(RANK))
writer.add_name("certainly")
writer.add_tensor(f"{TARGET}.lora_a", a.astype(np.float16))
writer.add_tensor(f"{TARGET}.lora_b", b.astype(np.float16))
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
