"""What Pipecat's voice detection alone takes on recordings of a call, told in frames of 20 ms.

Reads `{"frames": [[base64 of mu-law, ...], ...], "first": [n, ...], "last": [n, ...], "before": [n, ...]}` from stdin: a
list of frames a recording, where its speech begins and ends, and how many frames of silence go before it, which says how
frames and the detector's windows meet. Prints `[[{"start": n, "stop": n}, ...], ...]`, a list a recording, an item for
each number of frames before: from the first frame of speech to the one that made the detector say so, and from the last.
"""
import asyncio
import audioop
import base64
import json
import sys

from loguru import logger
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADParams, VADState

STOP_SECS = 0.2
AFTER = 60
SILENCE = base64.b64encode(bytes([0xFF] * 160)).decode()


async def delays(frames, first, last, before):
    vad = SileroVADAnalyzer(params=VADParams(stop_secs=STOP_SECS))
    vad.set_sample_rate(8_000)
    start = stop = None
    speaking = False
    for i, frame in enumerate([SILENCE] * before + frames[:last + 1] + [SILENCE] * AFTER):
        state = await vad.analyze_audio(audioop.ulaw2lin(base64.b64decode(frame), 2))
        if state == VADState.SPEAKING and not speaking:
            speaking = True
            start = i if start is None else start
        elif state == VADState.QUIET and speaking:
            speaking = False
            stop = i
    await vad.cleanup()
    if start is None or stop is None:
        return {"start": None, "stop": None}
    return {"start": start - before - first, "stop": stop - before - last}


async def main():
    logger.remove()
    asked = json.load(sys.stdin)
    recordings = zip(asked["frames"], asked["first"], asked["last"])
    print(json.dumps([
        [await delays(frames, first, last, before) for before in asked["before"]]
        for frames, first, last in recordings]))


asyncio.run(main())
