import { loadConfig } from '../config/load.ts';
import { type ApiScope, apiScopes, createApiKey } from '../store/api-keys.ts';
import { type Database, openDatabase } from '../store/database.ts';

/** The HTTP API as a client sees it. */
export class ApiClient {
  readonly database: Database = openDatabase(loadConfig().postgres, () => undefined);

  constructor(
    private readonly url: string,
    public key = '',
  ) {}

  /** With a new key that has these scopes. */
  static async open(url: string, scopes: readonly ApiScope[] = apiScopes): Promise<ApiClient> {
    const client = new ApiClient(url);
    client.key = await client.newKey(scopes);
    return client;
  }

  async newKey(scopes: readonly ApiScope[] = apiScopes): Promise<string> {
    return (await createApiKey(this.database, { name: 'test', scopes })).key;
  }

  get = (path: string, headers: Record<string, string> = {}) => this.send('GET', path, undefined, headers);
  delete = (path: string) => this.send('DELETE', path);
  post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    this.send('POST', path, JSON.stringify(body), { 'Content-Type': 'application/json', ...headers });

  async send(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
    const response = await fetch(this.url + path, {
      method,
      headers: { ...(this.key && { Authorization: `Bearer ${this.key}` }), ...headers },
      body,
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      // oxlint-disable-next-line typescript/no-explicit-any
      body: (text ? JSON.parse(text) : undefined) as any,
    };
  }

  close = () => this.database.end();
}
