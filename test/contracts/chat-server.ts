import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server does with one request. Chunks are what `data:` lines carry, without their common fields. */
export type Answer =
  | { status: number; error: { message: string; code?: string }; headers?: Record<string, string> }
  | { chunks: Chunk[]; end?: 'done' | 'hang' | 'break' };

export interface Chunk {
  delta?: { content?: string; tool_calls?: unknown[] };
  finish?: 'stop' | 'tool_calls' | 'length';
  usage?: { prompt_tokens: number; completion_tokens: number };
}

export interface ChatRequest {
  model: string;
  temperature?: number;
  max_tokens?: number;
  messages: { role: string; content: string | null; tool_calls?: unknown[]; tool_call_id?: string }[];
  tools?: { function: { name: string; parameters: Record<string, unknown> } }[];
  tool_choice?: string;
}

/** A server that speaks the streaming chat-completions protocol; each request gets the next answer, or the last. */
export class ChatServer {
  readonly requests: ChatRequest[] = [];
  /** LoRA adapters by name, as vLLM keeps them: weights whose path holds "corrupt" are refused. */
  readonly adapters = new Map<string, string>();
  /** Answers whose connection the client has closed before their end. */
  abandoned = 0;
  private answers: Answer[] = [];
  private readonly server = createServer((request, response) => void this.serve(request, response));

  async start(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.server.listen(0, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  /** Forgets what was asked, and sets what is to be answered. */
  answerWith(...answers: Answer[]) {
    this.requests.length = 0;
    this.abandoned = 0;
    this.answers = answers;
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => {
      this.server.close(resolve);
    });
  }

  /** vLLM's own words and codes: `vllm/entrypoints/openai/serving_models.py`. */
  private changeAdapters(url: string, body: string, response: ServerResponse) {
    const { lora_name: name, lora_path: path } = JSON.parse(body) as { lora_name: string; lora_path: string };
    const refuse = (status: number, message: string) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message, code: status } }));
    };
    const known = this.adapters.has(name);
    if (url.endsWith('/unload_lora_adapter')) {
      if (!known) return refuse(404, `The lora adapter '${name}' cannot be found.`);
      this.adapters.delete(name);
      return void response.end(`Success: LoRA adapter '${name}' removed successfully.`);
    }
    if (known) return refuse(400, `The lora adapter '${name}' has already been loaded.`);
    if (path.includes('corrupt')) return refuse(500, `Loading lora ${name} failed`);
    this.adapters.set(name, path);
    response.end(`Success: LoRA adapter '${name}' added successfully.`);
  }

  private async serve(request: IncomingMessage, response: ServerResponse) {
    if (request.url === '/v1/models') {
      response.setHeader('content-type', 'application/json').end('{"object":"list","data":[]}');
      return;
    }
    let body = '';
    for await (const piece of request) body += String(piece);
    if (request.url!.endsWith('lora_adapter')) return this.changeAdapters(request.url!, body, response);
    this.requests.push(JSON.parse(body) as ChatRequest);
    const answer = this.answers.length > 1 ? this.answers.shift()! : this.answers[0]!;
    if ('error' in answer) {
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
      response.end(JSON.stringify({ error: answer.error }));
      return;
    }
    response.on('close', () => {
      if (!response.writableFinished) this.abandoned++;
    });
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    for (const chunk of answer.chunks) response.write(`data: ${JSON.stringify(complete(chunk))}\n\n`);
    if (answer.end === 'hang') return;
    // Ends the response without its last piece, as a server that dies does.
    if (answer.end === 'break') response.write('', () => response.destroy());
    else response.end('data: [DONE]\n\n');
  }
}

const complete = ({ delta, finish, usage }: Chunk) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'test',
  choices: usage ? [] : [{ index: 0, delta: delta ?? {}, finish_reason: finish ?? null }],
  ...(usage && { usage }),
});

/** An answer that says this, a word at a time. */
export const says = (text: string): Answer => ({
  chunks: [
    ...text.match(/\S+\s*/g)!.map((content) => ({ delta: { content } })),
    { finish: 'stop' },
    { usage: { prompt_tokens: 20, completion_tokens: 10 } },
  ],
});

/** An answer that calls tools, their arguments in two pieces each. */
export const calls = (...wanted: { name: string; args: string }[]): Answer => ({
  chunks: [
    ...wanted.flatMap(({ name, args }, index) => [
      {
        delta: {
          tool_calls: [
            { index, id: `call_${index}`, type: 'function', function: { name, arguments: args.slice(0, 3) } },
          ],
        },
      },
      { delta: { tool_calls: [{ index, function: { arguments: args.slice(3) } }] } },
    ]),
    { finish: 'tool_calls' },
    { usage: { prompt_tokens: 30, completion_tokens: 5 } },
  ],
});
