import { createHash } from 'node:crypto';
import { z } from 'zod';
import { banking } from './banking/index.ts';
import { clinic } from './clinic/index.ts';
import type { Domain } from './domain.ts';

/** Every domain that a call can be about; a new one is added here. */
export const domains: readonly Domain[] = [banking, clinic];

export const findDomain = (name: string): Domain | undefined =>
  domains.find((domain) => domain.name === name);

export const domainNames = (): string[] => domains.map(({ name }) => name);

/**
 * Names the words that a domain's answers come from: 12 hex digits of a SHA-256 over the instructions, the tools
 * and the intents' examples. Stored answers of another version are not used.
 */
export function promptVersionOf(domain: Domain): string {
  const version = versions.get(domain) ?? hashOf(domain);
  versions.set(domain, version);
  return version;
}

/** Every turn asks. */
const versions = new WeakMap<Domain, string>();

function hashOf(domain: Domain): string {
  const { instructions, intents } = domain;
  const tools = [...domain.tools, ...domain.effects].map(({ name, description, input }) => [
    name,
    description,
    z.toJSONSchema(input),
  ]);
  const examples = intents.map(({ name, examples }) => [name, examples]);
  const { offTopic, manipulation, fallback } = domain;
  const parts = JSON.stringify([instructions, tools, examples, offTopic, manipulation, fallback]);
  return createHash('sha256').update(parts).digest('hex').slice(0, 12);
}
