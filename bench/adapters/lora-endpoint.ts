import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Words of an answer, and the time between two of them, ms: as the scripted engine's. */
const GAP_MS = 5;

/** What an answer says of the model that gave it. */
export const answerOf = (model: string) => `Here is the answer of ${model}, as you asked for it.`;

/**
 * An endpoint with vLLM's LoRA routes whose answers name the model, or the adapter, that was asked: what a caller hears
 * tells who answered. Resolves to its address and to what ends it.
 */
export async function startLoraEndpoint(): Promise<{ baseUrl: string; stop(): void }> {
  const adapters = new Set<string>();
  const server = createServer((request, response) => void serve(request, response, adapters));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function serve(request: IncomingMessage, response: ServerResponse, adapters: Set<string>) {
  let body = '';
  for await (const piece of request) body += String(piece);
  if (request.url === '/v1/models') return void response.end('{"object":"list","data":[]}');
  const { model, lora_name: adapter } = JSON.parse(body) as { model: string; lora_name: string };
  if (request.url === '/v1/load_lora_adapter') {
    adapters.add(adapter);
    return void response.end('Success');
  }
  if (model !== 'base' && !adapters.has(model)) return void response.writeHead(404).end('{}');
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const content of answerOf(model).match(/\S+\s*/g)!) {
    response.write(chunk({ choices: [{ index: 0, delta: { content }, finish_reason: null }] }));
    await sleep(GAP_MS);
  }
  response.write(chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }));
  response.end('data: [DONE]\n\n');
}

const chunk = (part: object) =>
  `data: ${JSON.stringify({ id: 'answer', object: 'chat.completion.chunk', created: 1, model: 'any', ...part })}\n\n`;
