import type { IncomingMessage } from 'node:http';
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import type { Config } from '../../config/schema.ts';

/** Bytes of a webhook's body; Twilio's have about 1,000. */
const LONGEST_BODY = 16_384;
/** How long a body may take to come, ms. */
const BODY_TIMEOUT_MS = 5_000;

/** What Twilio sent, known to be from Twilio. */
export interface WebhookRequest {
  query: Record<string, string>;
  form: Record<string, string>;
}

/** The webhook can't be served; the message says why, to whoever looks into Twilio's log. */
export class WebhookRefused extends Error {
  override name = 'WebhookRefused';
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Reads a webhook and checks who signed it. Throws WebhookRefused. */
export async function readWebhook(
  request: IncomingMessage,
  { authToken, publicUrl }: Config['twilio'],
): Promise<WebhookRequest> {
  if (!authToken || !publicUrl) {
    const missing = authToken ? 'ORKESTRA_PUBLIC_URL' : 'TWILIO_AUTH_TOKEN';
    throw new WebhookRefused(
      403,
      `Nothing that claims to be from Twilio is believed until ${missing} is set.`,
    );
  }
  if (request.method !== 'POST') throw new WebhookRefused(405, 'Twilio has to be told to use POST.');
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') throw new WebhookRefused(415, 'Send a form.');
  const form = new URLSearchParams(await readBody(request));
  const url = `${publicUrl.replace(/\/+$/, '')}${request.url}`;
  const signature = request.headers['x-twilio-signature'];
  if (typeof signature !== 'string' || !validateRequest(authToken, signature, url, multimap(form))) {
    throw new WebhookRefused(
      403,
      'The signature is not that of this Twilio account for this address: compare TWILIO_AUTH_TOKEN and ORKESTRA_PUBLIC_URL with Twilio’s console.',
    );
  }
  return { query: Object.fromEntries(new URL(url).searchParams), form: Object.fromEntries(form) };
}

/** A name that comes more than once has all its values: so they are signed. */
function multimap(form: URLSearchParams): Record<string, string | string[]> {
  const names = new Set(form.keys());
  return Object.fromEntries(
    [...names].map((name) => {
      const values = form.getAll(name);
      return [name, values.length === 1 ? values[0]! : values];
    }),
  );
}

function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(
      () => reject(new WebhookRefused(408, 'The form did not come in time.')),
      BODY_TIMEOUT_MS,
    );
    const settle = (act: () => void) => {
      clearTimeout(timer);
      act();
    };
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= LONGEST_BODY) chunks.push(chunk);
      else settle(() => reject(new WebhookRefused(413, `Keep forms within ${LONGEST_BODY} bytes.`)));
    });
    request.on('end', () => settle(() => resolve(Buffer.concat(chunks).toString())));
    request.on('error', () => settle(() => reject(new WebhookRefused(400, 'The form broke off.'))));
  });
}
