import { STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Registry } from 'prom-client';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import type { CallRequest } from '../call/request.ts';
import { TOKEN_SECONDS, TokenRefused } from '../call/session-token.ts';
import type { TraceCall } from '../call/call-span.ts';
import type { Logger } from '../config/log.ts';
import type { Config } from '../config/schema.ts';
import type { VadEngine } from '../engines/vad/engine.ts';
import type { StreamHub } from '../stream/hub.ts';
import type { CallControl } from './call-control.ts';
import { Admission, busyWords } from './admission.ts';
import { CallerSession } from './caller-session.ts';
import { CallerSocket } from './caller-socket.ts';
import { CallerTokens } from './caller-tokens.ts';
import { createHttpServer, type HttpHandler } from './http.ts';
import { type GatewayLimits, gatewayLimits } from './limits.ts';
import { LoadMeter } from './load-meter.ts';
import { gatewayMetrics } from './metrics.ts';
import { isFromAnotherSite } from './origin.ts';
import { pageHandler } from './page.ts';
import { pageTokenHandler } from './page-tokens.ts';
import { acceptPcm } from './pcm.ts';
import { type Begin, closeCode } from './transport.ts';
import { isSignedByTwilio } from './telephony/signed-stream.ts';
import type { TelephoneLines } from './telephony/lines.ts';
import { telephonyHandler } from './telephony/webhooks.ts';
import { acceptTwilio } from './twilio.ts';

export interface GatewayOptions {
  config: Config;
  hub: StreamHub;
  vad: VadEngine;
  control: CallControl;
  /** Behind Twilio's webhooks; without it they are not served. */
  lines?: TelephoneLines;
  log: Logger;
  metrics: Registry;
  /** Takes the spans of calls, where traces are collected. */
  trace?: TraceCall;
  /** Roles without which no call can be served and of which no worker has been there for some time. */
  missingRoles?: () => readonly string[];
  /** Other bounds than the usual ones. */
  limits?: Partial<GatewayLimits>;
}

export interface Gateway {
  port: number;
  admission: Admission;
  /** Takes no more callers; resolves when the last one has gone, after the configured while at the latest. */
  drain(): Promise<void>;
  /** Asks the callers that are left to reconnect, and ends. */
  close(): Promise<void>;
}

type Accept = (socket: CallerSocket, begin: Begin) => void;

/** While a caller is connected they get a new token so often, ms: one that they come back with is always good. */
const RENEW_MS = (TOKEN_SECONDS * 1_000) / 3;

/** `/ws` is where many clients of Twilio Media Streams look by default. */
const doors: Record<string, Accept> = { '/twilio': acceptTwilio, '/ws': acceptTwilio, '/pcm': acceptPcm };

/** Opens the callers' door. Rejects where the port can't be had. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { log } = options;
  const tokens = new CallerTokens(options.config.gateway);
  const { host, port: wanted, speechStopMs, callers, slowMs, drainMs } = options.config.gateway;
  const limits = { ...gatewayLimits, ...options.limits };
  const metrics = gatewayMetrics(options.metrics);
  const sockets = new Map<WebSocket, CallerSocket>();
  const sessions = new Map<CallerSession, () => void>();
  /** Settles when nobody is here any more; asked for once no more may come. */
  let empty: Promise<void> | undefined;
  let onLastGone: (() => void) | undefined;

  const { lines, hub, missingRoles } = options;
  const meter = new LoadMeter(hub.redis);
  const admission = new Admission({ redis: hub.redis, meter, callers, slowMs, missingRoles });
  metrics.openIs(() => !empty && admission.busy() === undefined);
  const telephony =
    lines && telephonyHandler({ twilio: options.config.twilio, lines, tokens, admission, metrics, log });
  const pageTokens = pageTokenHandler(tokens, options.config);
  const handlers: HttpHandler[] = [...(telephony ? [telephony] : []), pageTokens, pageHandler()];
  const httpOptions = { noDelay: true, headersTimeout: limits.startMs };
  const server = createHttpServer(httpOptions, handlers, Object.keys(doors));
  // Twilio's webhooks and browsers come besides those who call.
  server.maxConnections = 2 * callers + limits.requests;
  const webSocketOptions: ServerOptions & { closeTimeout: number } = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    // Twice the bound, so that a message beyond it can be answered with a reason.
    maxPayload: 2 * limits.messageBytes,
    closeTimeout: limits.closeMs,
  };
  const webSockets = new WebSocketServer(webSocketOptions);

  const welcome = (webSocket: WebSocket, accept: Accept, vouched: boolean) => {
    const socket = new CallerSocket(webSocket, { limits, log, metrics });
    let session: CallerSession | undefined;
    sockets.set(webSocket, socket);
    metrics.callers.set(sockets.size);
    accept(socket, (wanted, transport, token) => {
      const { vad, control, trace } = options;
      const request = admitted(wanted, transport, token, vouched);
      if (!request) return undefined;
      const renew = () => {
        const fresh = tokens.issue(request);
        if (fresh) transport.sendToken?.(fresh);
      };
      const confirm = () => {
        transport.confirm();
        renew();
      };
      const deps = { hub, vad, control, log, metrics, trace, meter, limits, speechStopMs };
      const one = new CallerSession(request, { ...transport, confirm }, deps);
      session = one;
      sessions.set(one, renew);
      const begin = () => {
        admission.add(request.session, one);
        one.start();
      };
      const busy = admission.refusal(request.session);
      if (!busy) begin();
      else {
        void admission.isKnown(request.session).then((known) => {
          if (!sessions.has(one)) return;
          if (known) return begin();
          metrics.refused.inc({ reason: busy });
          one.turnAway(closeCode.tryLater, busyWords[busy]);
        });
      }
      return one;
    });
    webSocket.on('close', () => {
      sockets.delete(webSocket);
      if (session) sessions.delete(session);
      if (session) admission.remove(session);
      metrics.callers.set(sockets.size);
      if (sockets.size === 0) onLastGone?.();
    });
  };

  /** The call as its caller may have it; undefined where they may not, and were told so. */
  const admitted: (...asked: [...Parameters<Begin>, vouched: boolean]) => CallRequest | undefined = (
    wanted,
    transport,
    token,
    vouched,
  ) => {
    try {
      return tokens.admit(wanted, token, vouched);
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
      metrics.refused.inc({ reason: 'token' });
      log.warn({ session: wanted.session, origin: wanted.origin, reason: error.message }, 'caller refused');
      transport.refuse(closeCode.refused, error.message);
      return undefined;
    }
  };

  server.on('upgrade', (request, connection, head) => {
    connection.on('error', (error) => log.debug({ reason: error.message }, 'connection error'));
    const accept = doors[request.url!.split('?', 1)[0]!];
    if (!accept) return reject(connection, 404, 'Connect to /twilio or /pcm.');
    if (isFromAnotherSite(request, options.config.twilio.publicUrl)) {
      metrics.refused.inc({ reason: 'other-site' });
      return reject(connection, 403, 'This page belongs to another site; open the gateway’s own.');
    }
    // Beyond the calls that are taken there is room for those who come back, and for telling the others why not.
    if (empty || sockets.size >= 2 * callers) {
      metrics.refused.inc({ reason: empty ? 'draining' : 'sockets' });
      return reject(connection, 503, 'No more callers here; connect again in a moment.');
    }
    webSockets.handleUpgrade(request, connection, head, (webSocket) =>
      welcome(webSocket, accept, accept === acceptTwilio && isSignedByTwilio(request, options.config.twilio)),
    );
  });

  const pings = setInterval(() => {
    for (const socket of sockets.values()) socket.ping();
  }, limits.pingMs);

  const renewals = setInterval(() => {
    for (const renew of sessions.values()) renew();
  }, RENEW_MS);

  server.listen(wanted, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  log.info({ host, port }, 'gateway open');

  const lastGone = () =>
    (empty ??= new Promise<void>((resolve) => {
      onLastGone = resolve;
      if (sockets.size === 0) resolve();
    }));

  const drain = async () => {
    const gone = new AbortController();
    const bound = sleep(drainMs, undefined, { signal: gone.signal }).catch(() => undefined);
    await Promise.race([lastGone(), bound]);
    gone.abort();
  };

  const close = async () => {
    clearInterval(pings);
    meter.close();
    clearInterval(renewals);
    const gone = lastGone();
    const reason = 'the gateway restarts; connect again';
    await Promise.all([...sessions.keys()].map((session) => session.close(closeCode.restarting, reason)));
    for (const socket of sockets.values()) socket.close(closeCode.restarting, reason);
    await gone;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };

  return { port, admission, drain, close };
}

function reject(connection: Duplex, status: number, reason: string) {
  const body = `${reason}\n`;
  connection.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
