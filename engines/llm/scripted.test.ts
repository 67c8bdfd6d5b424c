import { expect, test } from 'vitest';
import { llmContract, partsOf, question, textOf } from '../../test/contracts/llm.ts';
import { createScriptedLlm } from './scripted.ts';

llmContract('the scripted model', async () => createScriptedLlm());

test('the scripted model says its twelve tokens', async () => {
  const parts = await partsOf(createScriptedLlm().reply(question(), new AbortController().signal));
  expect(parts.filter(({ type }) => type === 'text')).toHaveLength(12);
  expect(textOf(parts)).toBe('Your balance is forty two dollars. Anything else I can help with?');
});
