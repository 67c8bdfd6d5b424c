"""Serves a GGUF model by llama.cpp's own server, on a free port, until stdin ends. Arguments: module folder, model."""

import sys

sys.path.insert(0, sys.argv[1])
import xllamacpp

params = xllamacpp.CommonParams()
params.model.path = sys.argv[2]
params.port = 0
# Five slots, for the contract asks five things at once; one thread, since tests share two cores.
params.n_parallel = 5
params.n_ctx = 5 * 1024
params.cpuparams.n_threads = 1
# The likeliest word each time: the same answer every time.
params.sampling.temp = 0.0
params.n_predict = 64
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
