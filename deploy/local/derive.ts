import { moonshineTokens } from '../../engines/stt/moonshine-tokens.ts';
import { piperModel, piperTokens } from '../../engines/tts/piper-model.ts';
import type { DerivedFile } from './manifest.ts';

/** Makes a file that an engine wants from those that its publisher ships. */
export function derive(by: DerivedFile['by'], inputs: Buffer[]): Buffer {
  const [first, second] = inputs as [Buffer, Buffer];
  switch (by) {
    case 'joined':
      return Buffer.concat(inputs);
    case 'moonshine-tokens':
      return Buffer.from(moonshineTokens(first));
    case 'piper-model':
      return piperModel(first, JSON.parse(second.toString()));
    case 'piper-tokens':
      return Buffer.from(piperTokens(JSON.parse(first.toString())));
  }
}
