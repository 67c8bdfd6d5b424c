"""A Pipecat bot on Twilio Media Streams with engines that cost nothing, the same as Orkestra's scripted ones.

    pipecat_bot.py PORT GREETING

Its recogniser has the transcript the moment Silero says that speech has stopped (after 200 ms of silence), its model
gives twelve tokens 5 ms apart, its voice 60 ms of tone a character at once. Calls come in at /ws. Prints `ready`.
"""
import asyncio
import json
import math
import struct
import sys
import time

import uvicorn
from fastapi import FastAPI, WebSocket
from loguru import logger
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADParams
from pipecat.frames.frames import (
    LLMContextFrame, LLMFullResponseEndFrame, LLMFullResponseStartFrame, TranscriptionFrame,
    TTSAudioRawFrame, TTSSpeakFrame, VADUserStoppedSpeakingFrame)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair, LLMUserAggregatorParams)
from pipecat.serializers.twilio import TwilioFrameSerializer
from pipecat.services.llm_service import LLMService
from pipecat.services.settings import LLMSettings, STTSettings, TTSSettings
from pipecat.services.stt_service import STTService
from pipecat.services.tts_service import TTSService
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.utils.time import time_now_iso8601
from pipecat.workers.runner import WorkerRunner

PORT, GREETING = int(sys.argv[1]), sys.argv[2]
RATE = 8_000
STOP_SECS = 0.2
REPLY = "Your |balance |is |forty |two |dollars. |Anything |else |I |can |help |with?".split("|")
TOKEN_GAP = 0.005
CHUNK_MS, CHARACTER_MS = 20, 60
# Eight whole periods of 400 Hz, so that one piece goes on where the last one ended.
TONE = struct.pack("<160h", *(int(6_000 * math.sin(math.tau * 400 * i / RATE)) for i in range(160)))


class ScriptedStt(STTService):
    def __init__(self):
        super().__init__(ttfs_p99_latency=0.0, settings=STTSettings(model="scripted", language=None))

    async def run_stt(self, audio):
        yield None

    async def process_frame(self, frame, direction):
        await super().process_frame(frame, direction)
        if isinstance(frame, VADUserStoppedSpeakingFrame):
            words = TranscriptionFrame("what is my balance", "", time_now_iso8601(), finalized=True)
            await self.push_frame(words)


class ScriptedLlm(LLMService):
    def __init__(self):
        nothing = ("system_instruction", "temperature", "max_tokens", "top_p", "top_k", "frequency_penalty",
                   "presence_penalty", "seed", "user_turn_completion_config")
        super().__init__(settings=LLMSettings(
            model="scripted", filter_incomplete_user_turns=False, **dict.fromkeys(nothing)))

    async def process_frame(self, frame, direction):
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMContextFrame):
            return await self.push_frame(frame, direction)
        await self.push_frame(LLMFullResponseStartFrame())
        began = time.perf_counter()
        for i, token in enumerate(REPLY):
            # By a schedule, so that late timers don't add up; Orkestra's scripted model does the same.
            await asyncio.sleep(max(0, began + i * TOKEN_GAP - time.perf_counter()))
            await self._push_llm_text(token)
        await self.push_frame(LLMFullResponseEndFrame())


class ScriptedTts(TTSService):
    def __init__(self):
        settings = TTSSettings(model="scripted", voice="tone", language=None)
        super().__init__(sample_rate=RATE, push_start_frame=True, push_stop_frames=True, settings=settings)

    async def run_tts(self, text, context_id):
        for _ in range(len(text) * CHARACTER_MS // CHUNK_MS):
            yield TTSAudioRawFrame(TONE, RATE, 1, context_id=context_id)


async def serve(socket: WebSocket):
    await socket.accept()
    while (message := json.loads(await socket.receive_text()))["event"] != "start":
        pass
    start = message["start"]
    serializer = TwilioFrameSerializer(
        stream_sid=start["streamSid"], call_sid=start["callSid"],
        params=TwilioFrameSerializer.InputParams(auto_hang_up=False))
    transport = FastAPIWebsocketTransport(socket, FastAPIWebsocketParams(
        audio_in_enabled=True, audio_out_enabled=True, add_wav_header=False, serializer=serializer))
    vad = SileroVADAnalyzer(params=VADParams(stop_secs=STOP_SECS))
    # What the caller's silence says ends the turn; nothing is waited for on top.
    turns = UserTurnStrategies(stop=[SpeechTimeoutUserTurnStopStrategy(user_speech_timeout=0.0)])
    context = LLMContextAggregatorPair(
        LLMContext(), user_params=LLMUserAggregatorParams(vad_analyzer=vad, user_turn_strategies=turns))
    pipeline = Pipeline([
        transport.input(), ScriptedStt(), context.user(), ScriptedLlm(), ScriptedTts(), transport.output(),
        context.assistant()])
    worker = PipelineWorker(
        pipeline, params=PipelineParams(audio_in_sample_rate=RATE, audio_out_sample_rate=RATE),
        enable_rtvi=False, enable_turn_tracking=False)

    @transport.event_handler("on_client_connected")
    async def greet(transport, client):
        await worker.queue_frame(TTSSpeakFrame(GREETING))

    @transport.event_handler("on_client_disconnected")
    async def hang_up(transport, client):
        await worker.cancel()

    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    await runner.run()


logger.remove()
logger.add(sys.stderr, level="ERROR")
app = FastAPI()
app.add_api_websocket_route("/ws", serve)


@app.get("/health")
def health():
    return {}


uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="error", loop="uvloop")
