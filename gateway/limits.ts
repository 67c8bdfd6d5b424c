/** The gateway's bounds. A caller who breaks one costs their own call alone. */
export const gatewayLimits = {
  /** Connections for webhooks and the page, beside those of callers. */
  requests: 500,
  /** Bytes of one message from a caller: 8 s of telephone audio, 0.7 s at 48 kHz. */
  messageBytes: 65_536,
  /** Messages of one connection: at once, and a second in the long run; a line in real time sends 50 to 100. */
  messagesAtOnce: 10_000,
  messagesPerSecond: 500,
  /** From the connection to its start message, ms. */
  startMs: 10_000,
  /** Between pings, ms; a caller who answers none in that time is gone. */
  pingMs: 15_000,
  /** How long a closing handshake may take, ms. */
  closeMs: 2_000,
  /** Bytes that wait for a caller who does not read; beyond that the caller is cut. */
  backlogBytes: 262_144,
  /** Messages of one connection that made no sense, before it is closed: 10 s of media. */
  faults: 500,
  /** How far a caller's audio may run ahead of the clock, ms. */
  aheadMs: 10_000,
  /** Writes of one call that Redis has not confirmed: 20 s of speech; beyond that they are dropped. */
  unwritten: 200,
  /** Bot audio that one call keeps, played and not, ms. */
  keptAudioMs: 180_000,
  /** Utterances that one call keeps, held and queued. */
  keptUtterances: 64,
};

export type GatewayLimits = typeof gatewayLimits;
