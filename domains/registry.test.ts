import { expect, it } from 'vitest';
import { domainNames, domains, findDomain, promptVersionOf } from './registry.ts';

it('domains are found by name', () => {
  expect(domainNames()).toContain('banking');
  expect(findDomain('banking')?.name).toBe('banking');
  expect(findDomain('Banking')).toBeUndefined();
  expect(findDomain('toString')).toBeUndefined();
});

it('every domain tells its callers at once that the call is recorded', () => {
  // The workflow takes a greeting that was heard for that.
  for (const { greeting } of domains) expect(greeting).toMatch(/recorded/);
});

it('a prompt version changes with the instructions, a tool, or an example, and with nothing else', () => {
  const [domain] = domains;
  const version = promptVersionOf(domain!);
  expect(version).toMatch(/^[0-9a-f]{12}$/);
  expect(promptVersionOf({ ...domain!, greeting: 'Hi.' })).toBe(version);
  const [tool, ...tools] = domain!.tools;
  const [intent, ...intents] = domain!.intents;
  const changed = [
    { ...domain!, instructions: `${domain!.instructions} ` },
    { ...domain!, tools: [{ ...tool!, description: 'other' }, ...tools] },
    { ...domain!, tools: [{ ...tool!, input: tools[0]!.input }, ...tools] },
    { ...domain!, intents: [{ ...intent!, examples: ['other'] }, ...intents] },
  ].map(promptVersionOf);
  expect(new Set([version, ...changed]).size).toBe(5);
});
