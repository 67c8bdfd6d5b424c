import { latencyBuckets, shortBuckets } from '../config/buckets.ts';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export type GatewayMetrics = ReturnType<typeof gatewayMetrics>;

/** The gateway's metrics, in the registry of its process. */
export function gatewayMetrics(registry: Registry) {
  const registers = [registry];
  const metrics = {
    callers: new Gauge({
      name: 'orkestra_gateway_callers',
      help: 'Connected callers',
      registers,
    }),
    refused: new Counter({
      name: 'orkestra_gateway_refused_total',
      help: 'Connections that got no call',
      registers,
    }),
    faults: new Counter({
      name: 'orkestra_gateway_faults_total',
      help: 'Messages from callers that were ignored',
      labelNames: ['kind'],
      registers,
    }),
    dropped: new Counter({
      name: 'orkestra_gateway_dropped_total',
      help: 'Pieces of audio or events that a bound made the gateway drop',
      labelNames: ['what'],
      registers,
    }),
    interruptions: new Counter({
      name: 'orkestra_gateway_interruptions_total',
      help: 'Utterances of the bot that the caller cut',
      registers,
    }),
    pauses: new Counter({
      name: 'orkestra_gateway_pauses_total',
      help: 'Times that a sound of the caller silenced the bot for a moment or for good',
      registers,
    }),
    voiceToVoice: new Histogram({
      name: 'orkestra_gateway_voice_to_voice_seconds',
      help: "From the caller's last speech frame to the first audio of the reply",
      buckets: latencyBuckets,
      registers,
    }),
    ownShare: new Histogram({
      name: 'orkestra_gateway_own_share_seconds',
      help: 'Of the time from the end of speech, as the detector notices it, to the first audio of the reply: what no engine and no policy of endpointing asked for',
      buckets: shortBuckets,
      registers,
    }),
  };
  // A series that began with its first event would hide that one from `increase`.
  for (const what of ['audio', 'event', 'playback']) metrics.dropped.inc({ what }, 0);
  return metrics;
}
