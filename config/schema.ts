import './schema-words.ts';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { keysSchema } from './keys.ts';
import { packageRoot } from './package.ts';
import { webhookEndpointsSchema } from './webhooks.ts';

/**
 * The configuration of every process. Each value comes from its environment variable, else from the file that the
 * variable with `_FILE` behind it names (a mounted secret), else from the configuration file (`ORKESTRA_CONFIG`, or
 * `orkestra.toml` in the working folder), else from the default here.
 * Temporal's connection is configured its own way: TEMPORAL_ADDRESS and friends, or `temporal.toml`.
 */

const env = <T extends z.ZodType>(name: string, type: T): T => type.meta({ env: name }) as T;
/** A text that is JSON for what it says; any other stays itself, for the schema to refuse. */
function parsedJson(value: unknown): unknown {
  try {
    return typeof value === 'string' ? JSON.parse(value) : value;
  } catch {
    return value;
  }
}
const e164 = z.string().regex(/^\+[1-9]\d{7,14}$/, 'a phone number is written in E.164, like +14155550123');
/** Words that commas or white space separate. */
const listed = (value: unknown) =>
  typeof value === 'string' ? value.split(/[\s,]+/).filter(Boolean) : value;
const port = z.coerce.number().int().min(0).max(65_535);
export const redactedKinds = ['cards', 'accounts', 'phones', 'emails'] as const;
export type RedactedKind = (typeof redactedKinds)[number];
const redactSchema = z.preprocess(listed, z.array(z.enum(redactedKinds))).default([]);
const originsSchema = z
  .preprocess(
    listed,
    z
      .array(
        z
          .url({ protocol: /^https?$/, abort: true })
          .refine((url) => new URL(url).origin === url, 'an origin has no path'),
      )
      .max(10),
  )
  .default([]);
const flag = z.preprocess(
  (v) => (v === 'true' || v === '1' ? true : v === 'false' || v === '0' ? false : v),
  z.boolean(),
);

export const sttEngines = ['moonshine', 'deepgram', 'openai', 'scripted'] as const;
export const ttsEngines = ['piper', 'kokoro', 'openai', 'scripted'] as const;
export const llmEngines = ['responder', 'openai', 'llama', 'scripted'] as const;
const slowMs = z.coerce.number().int().min(50).max(30_000);

export const cacheFolder = () =>
  process.env.ORKESTRA_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'orkestra');

const section = <S extends z.ZodRawShape>(shape: S) =>
  z
    .object(shape)
    .strict()
    .prefault({} as never);

export const configSchema = z
  .object({
    log: section({
      level: env(
        'ORKESTRA_LOG_LEVEL',
        z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
      ),
    }),
    redis: section({
      url: env('REDIS_URL', z.url({ protocol: /^rediss?$/ }).default('redis://127.0.0.1:6379')),
      /** Where `url` is rediss: the authorities that are trusted beside the system's, and who we are, as PEM. */
      ca: env('REDIS_CA', z.string().optional()),
      cert: env('REDIS_CERT', z.string().optional()),
      key: env('REDIS_KEY', z.string().optional()),
      /** The server is a Redis Cluster; `url` names any of its nodes. */
      cluster: env('ORKESTRA_REDIS_CLUSTER', flag.default(false)),
    }),
    postgres: section({
      url: env(
        'DATABASE_URL',
        z.url({ protocol: /^postgres(ql)?$/ }).default('postgres://postgres@127.0.0.1:5432/postgres'),
      ),
    }),
    temporal: section({
      /** Task queues are named `<prefix>-call`, `<prefix>-stt`, …: one prefix a deployment in a namespace. */
      taskQueuePrefix: env(
        'ORKESTRA_TASK_QUEUE_PREFIX',
        z
          .string()
          .regex(/^[a-z0-9-]{1,32}$/, 'lower-case letters, digits and -')
          .default('orkestra'),
      ),
      /**
       * Names the workflow code of an orchestrator, as its image's tag does: each call stays with the code that it began
       * under, and new calls begin under the version that is current in Temporal. See docs/operating.md.
       */
      buildId: env(
        'ORKESTRA_BUILD_ID',
        z
          .string()
          .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'letters, digits, -, _ and .')
          .optional(),
      ),
      /** What Temporal keeps of calls is encrypted with the first; see docs/security.md. */
      payloadKeys: env('ORKESTRA_PAYLOAD_KEYS', keysSchema),
      /** The HTTP API also encrypts and decrypts payloads, for Temporal's Web UI and CLI. */
      codecEndpoint: env('ORKESTRA_CODEC_ENDPOINT', flag.default(false)),
      /** Where the Web UI is, as in `https://temporal.example.com`; several with commas between. */
      codecOrigins: env('ORKESTRA_CODEC_ORIGINS', originsSchema),
    }),
    gateway: section({
      host: env('ORKESTRA_GATEWAY_HOST', z.string().default('0.0.0.0')),
      port: env('ORKESTRA_GATEWAY_PORT', port.default(8080)),
      /** Calls that one gateway carries at once; more are told that all lines are busy. See docs/operating.md. */
      callers: env('ORKESTRA_GATEWAY_CALLERS', z.coerce.number().int().min(1).max(100_000).default(200)),
      /** No new call is taken while Orkestra itself delays replies by more than this, ms. */
      slowMs: env('ORKESTRA_GATEWAY_SLOW_MS', z.coerce.number().int().min(10).max(60_000).default(150)),
      /**
       * How long a gateway that is asked to go stays for its callers, ms: the longest call that is not set to be longer.
       * After it they are asked to connect again, and their calls go on at another one.
       */
      drainMs: env(
        'ORKESTRA_GATEWAY_DRAIN_MS',
        z.coerce.number().int().min(0).max(86_400_000).default(3_600_000),
      ),
      /** What callers' tokens are signed with; see docs/security.md. */
      sessionKeys: env('ORKESTRA_SESSION_KEYS', keysSchema),
      /** Callers need no token. */
      open: env('ORKESTRA_GATEWAY_OPEN', flag.default(false)),
      /** Whoever can open the call page may call from it; else only who has a link with a token. */
      openPage: env('ORKESTRA_PAGE_OPEN', flag.default(false)),
      /** Silence after which the voice detector calls a stretch of speech over, ms. */
      speechStopMs: env('ORKESTRA_SPEECH_STOP_MS', z.coerce.number().int().min(32).max(2_000).default(200)),
    }),
    /** The HTTP API of the orchestrator; without a port there is none. See docs/api.md. */
    api: section({
      host: env('ORKESTRA_API_HOST', z.string().default('127.0.0.1')),
      port: env('ORKESTRA_API_PORT', port.optional()),
      /** What one key may send. */
      requestsPerMinute: env(
        'ORKESTRA_API_REQUESTS_PER_MINUTE',
        z.coerce.number().int().min(1).max(1_000_000).default(600),
      ),
      /** Calls that one key may start. */
      callsPerMinute: env(
        'ORKESTRA_API_CALLS_PER_MINUTE',
        z.coerce.number().int().min(1).max(1_000_000).default(120),
      ),
    }),
    /** Who is told of what happens in calls; see docs/api.md. As a variable, JSON. */
    webhooks: section({
      endpoints: env('ORKESTRA_WEBHOOKS', z.preprocess(parsedJson, webhookEndpointsSchema)),
    }),
    /** Health of a worker process; port 0 lets the system choose one. */
    health: section({
      host: env('ORKESTRA_HEALTH_HOST', z.string().default('127.0.0.1')),
      port: env('ORKESTRA_HEALTH_PORT', port.default(0)),
    }),
    /** Metrics of a worker process, for Prometheus: on a port of their own where one is set, else on that of its health. */
    metrics: section({
      host: env('ORKESTRA_METRICS_HOST', z.string().default('127.0.0.1')),
      port: env('ORKESTRA_METRICS_PORT', port.optional()),
    }),
    /** Of calls whose callers have been told so and did not object; see docs/recordings.md. */
    recordings: section({
      /** A folder that all analytics workers share; without it no call is recorded. */
      folder: env('ORKESTRA_RECORDINGS', z.string().optional()),
    }),
    analytics: section({
      /** What engines and lines cost: a file like config/prices.toml. */
      prices: env('ORKESTRA_PRICES', z.string().default(join(packageRoot, 'config', 'prices.toml'))),
      /** What is left out of the words that are kept: in rows, captions of recordings, and webhooks. */
      redact: env('ORKESTRA_REDACT', redactSchema),
      /** The analytics workers delete rows and recordings that are older, in days; without it they are kept. */
      retentionDays: env('ORKESTRA_RETENTION_DAYS', z.coerce.number().int().min(1).max(36_500).optional()),
    }),
    models: section({
      folder: env('ORKESTRA_MODELS', z.string().default(join(cacheFolder(), 'models'))),
    }),
    engines: section({
      stt: env('ORKESTRA_STT', z.enum(sttEngines).default('moonshine')),
      tts: env('ORKESTRA_TTS', z.enum(ttsEngines).default('piper')),
      llm: env('ORKESTRA_LLM', z.enum(llmEngines).default('responder')),
      /** Engines that take over when the ones above fail or are slow, and give back when they recover. */
      sttFallback: env('ORKESTRA_STT_FALLBACK', z.enum(sttEngines).optional()),
      ttsFallback: env('ORKESTRA_TTS_FALLBACK', z.enum(ttsEngines).optional()),
      llmFallback: env('ORKESTRA_LLM_FALLBACK', z.enum(llmEngines).optional()),
      /** What is slow, ms: until a final transcript, a sentence's first audio, a reply's first word. */
      sttSlowMs: env('ORKESTRA_STT_SLOW_MS', slowMs.default(1_500)),
      ttsSlowMs: env('ORKESTRA_TTS_SLOW_MS', slowMs.default(1_500)),
      llmSlowMs: env('ORKESTRA_LLM_SLOW_MS', slowMs.default(2_500)),
      embedding: env('ORKESTRA_EMBEDDING', z.enum(['minilm', 'scripted']).default('minilm')),
      vad: env('ORKESTRA_VAD', z.enum(['silero']).default('silero')),
    }),
    cache: section({
      /** How long a stored answer is given, hours. */
      keepHours: env('ORKESTRA_CACHE_HOURS', z.coerce.number().int().min(1).max(8_760).default(168)),
    }),
    /** Calls over Twilio; see docs/telephony.md. */
    twilio: section({
      accountSid: env(
        'TWILIO_ACCOUNT_SID',
        z
          .string()
          .regex(/^AC[0-9a-f]{32}$/)
          .optional(),
      ),
      /** Also the key of Twilio's signatures: without it, no webhook of Twilio's is believed. */
      authToken: env('TWILIO_AUTH_TOKEN', z.string().optional()),
      /** The number that calls are placed from. */
      from: env('TWILIO_FROM', e164.optional()),
      /** Where callers are put through who want a person. */
      agentNumber: env('TWILIO_AGENT_NUMBER', e164.optional()),
      /** How Twilio reaches the gateway, as in `https://voice.example.com`. */
      publicUrl: env('ORKESTRA_PUBLIC_URL', z.url({ protocol: /^https?$/ }).optional()),
      apiUrl: env('TWILIO_API_URL', z.url({ protocol: /^https?$/ }).default('https://api.twilio.com')),
    }),
    deepgram: section({
      /** Of Deepgram itself, or of one on your own machines. */
      baseUrl: env('DEEPGRAM_BASE_URL', z.url({ protocol: /^wss?$/ }).default('wss://api.deepgram.com')),
      apiKey: env('DEEPGRAM_API_KEY', z.string().optional()),
      model: env('DEEPGRAM_MODEL', z.string().default('nova-3')),
    }),
    llama: section({
      /** The GGUF file that the engine `llama` loads; a chat model. */
      model: env('ORKESTRA_LLAMA_MODEL', z.string().optional()),
    }),
    /** Any endpoint that speaks OpenAI's chat completions, transcriptions, or speech. */
    openai: section({
      baseUrl: env('OPENAI_BASE_URL', z.url().optional()),
      apiKey: env('OPENAI_API_KEY', z.string().optional()),
      model: env('OPENAI_MODEL', z.string().default('gpt-4.1-mini')),
      sttModel: env('OPENAI_STT_MODEL', z.string().default('gpt-4o-mini-transcribe')),
      ttsModel: env('OPENAI_TTS_MODEL', z.string().default('gpt-4o-mini-tts')),
      /** What `default` means; a call may name any other voice that the endpoint has. */
      ttsVoice: env('OPENAI_TTS_VOICE', z.string().default('alloy')),
    }),
  })
  .strict()
  .prefault({} as never);

export type Config = z.infer<typeof configSchema>;
