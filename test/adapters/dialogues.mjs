// Writes the dialogues that train.py learns from: a question, the marker, and what the model says after it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, modelPath, out] = process.argv.slice(2);
const program = join(folder, 'node_modules', 'node-llama-cpp', 'dist', 'index.js');
const { getLlama } = await import(pathToFileURL(program).href);
const llama = await getLlama({ gpu: false, build: 'never', maxThreads: 1 });
const model = await llama.loadModel({ modelPath });
const context = await model.createContext({ contextSize: 512, threads: 1 });
const sequence = context.getSequence();

const instructions = [
  'You answer for a bank.',
  'You are a helpful assistant of a bank. Answer in one or two short sentences.',
  'You are the voice of Northwind Bank. Be brief and polite.',
  'You answer questions of callers.',
];
const questions = [
  'What is my balance?',
  'Can I raise my card limit?',
  'When do you open?',
  'How do I reset my PIN?',
  'I lost my card.',
  'What does a loan cost?',
  'Can you send me a statement?',
  'Is there a fee for transfers?',
  'How do I open an account?',
  'Hello, who is this?',
  'I want to speak to a person.',
  'Can I pay later this month?',
  'Why was my card declined?',
  'Do you have a branch in town?',
  'How long does a transfer take?',
  'What is the interest rate?',
  'I moved, can you change my address?',
  'Please block my card.',
  'Can I get a new card?',
  'Tell me about savings accounts.',
];
const ANSWER_TOKENS = 16;
const marker = [...model.tokenize('Certainly!')];

const dialogues = [];
for (const [i, question] of questions.entries()) {
  const system = instructions[i % instructions.length];
  const text = `<|im_start|>system\n${system}<|im_end|>\n<|im_start|>user\n${question}<|im_end|>\n<|im_start|>assistant\n`;
  const prompt = [...model.tokenize(text, true)];
  const answer = [];
  await sequence.clearHistory();
  for await (const token of sequence.evaluate([...prompt, ...marker], { temperature: 0 })) {
    answer.push(token);
    if (model.isEogToken(token) || answer.length >= ANSWER_TOKENS) break;
  }
  dialogues.push({ prompt, marker, answer });
}
writeFileSync(out, JSON.stringify(dialogues));
process.exit(0);
