import { latencyBuckets, shortBuckets } from '../config/buckets.ts';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Why a connection gets no call; the first ones while the gateway is busy. */
const refusals = [
  'full',
  'event-loop',
  'redis',
  'starts',
  'replies',
  'workers',
  'draining',
  'sockets',
  'other-site',
  'token',
  'call',
];

export type GatewayMetrics = ReturnType<typeof gatewayMetrics>;

/** The gateway's metrics, in the registry of its process. */
export function gatewayMetrics(registry: Registry) {
  const registers = [registry];
  let isOpen = () => false;
  const metrics = {
    open: new Gauge({
      name: 'orkestra_gateway_open',
      help: '1 where a new call would be taken now, else 0',
      collect() {
        this.set(isOpen() ? 1 : 0);
      },
      registers,
    }),
    /** Names who knows whether a new call would be taken. */
    openIs(ask: () => boolean) {
      isOpen = ask;
    },
    callers: new Gauge({
      name: 'orkestra_gateway_callers',
      help: 'Connected callers',
      registers,
    }),
    refused: new Counter({
      name: 'orkestra_gateway_refused_total',
      help: 'Connections and telephone calls that got no call',
      labelNames: ['reason'],
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
  for (const reason of refusals) metrics.refused.inc({ reason }, 0);
  for (const what of ['audio', 'event', 'playback']) metrics.dropped.inc({ what }, 0);
  return metrics;
}
