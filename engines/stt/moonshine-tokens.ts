/**
 * Moonshine ships its vocabulary as `tokenizer.bin`; sherpa-onnx wants `tokens.txt`. The former is a row of
 * tokens, each a length and that many bytes: a length below 128 is one byte `n`, a longer one is two, `n` and `m`,
 * for 128 × m + n − 128. The latter has a line a token: its bytes in base64, a space, its number.
 * Throws an Error if the bytes are not such a row.
 */
export function moonshineTokens(tokenizer: Buffer): string {
  const lines: string[] = [];
  for (let at = 0; at < tokenizer.length;) {
    let length = tokenizer[at++]!;
    if (length >= 128) length += 128 * ((tokenizer[at++] ?? Infinity) - 1);
    if (at + length > tokenizer.length) {
      throw new Error(`tokenizer.bin is damaged: token ${lines.length} is longer than what is left of it`);
    }
    lines.push(`${tokenizer.toString('base64', at, at + length)} ${lines.length}\n`);
    at += length;
  }
  if (lines.length === 0) throw new Error('tokenizer.bin is empty');
  return lines.join('');
}
