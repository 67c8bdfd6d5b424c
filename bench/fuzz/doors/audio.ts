import fc from 'fast-check';
import { fromSamples, toSamples } from '../../../audio/format.ts';
import { decodeMulaw, encodeMulaw } from '../../../audio/mulaw.ts';
import { resample, Resampler, sampleRates } from '../../../audio/resample.ts';
import { readWav, WavError, writeWav } from '../../../audio/wav.ts';
import { bytes } from '../arbitraries.ts';
import { assertSentence, door, Fault } from '../door.ts';

const whole = fc
  .record({
    samples: fc.int16Array({ minLength: 1, maxLength: 400 }),
    sampleRate: fc.constantFrom(...sampleRates),
  })
  .map(writeWav);
/** WAV files with some bytes overwritten, some cut off; and bytes that are none. */
const wavFile = fc.oneof(
  bytes(200),
  fc
    .record({
      file: whole,
      changes: fc.array(fc.record({ at: fc.nat(60), byte: fc.nat(255) }), { maxLength: 6 }),
      length: fc.option(fc.nat(900), { nil: undefined, freq: 3 }),
    })
    .map(({ file, changes, length }) => {
      const copy = Buffer.from(file);
      for (const { at, byte } of changes) if (at < copy.length) copy[at] = byte;
      return copy.subarray(0, length);
    }),
);

export const wavDoor = door({
  name: 'audio: WAV files',
  share: 12,
  cases: wavFile,
  attempt(file) {
    try {
      const { samples, sampleRate } = readWav(file);
      if (samples.length === 0 || samples.length > file.length) throw new Fault(`${samples.length} samples`);
      resample(samples.subarray(0, 400), sampleRate, 16_000);
      return 'accepted';
    } catch (error) {
      if (error instanceof RangeError && /can't resample/.test(error.message)) return 'refused';
      if (!(error instanceof WavError)) throw error;
      assertSentence(`The file ${error.message}.`);
      return 'refused';
    }
  },
});

export const codecDoor = door({
  name: 'audio: codecs and rates',
  share: 8,
  cases: fc.record({
    audio: bytes(500),
    from: fc.constantFrom(...sampleRates),
    to: fc.constantFrom(...sampleRates),
    cuts: fc.array(fc.nat(100), { maxLength: 6 }),
  }),
  attempt({ audio, from, to, cuts }) {
    const samples = toSamples(
      { encoding: 'pcm16', sampleRate: 16_000 },
      audio.subarray(0, audio.length & ~1),
    );
    const back = fromSamples({ encoding: 'pcm16', sampleRate: 16_000 }, samples);
    if (!back.every((byte, i) => byte === audio[i])) throw new Fault('samples changed on their way');
    const law = decodeMulaw(audio);
    if (law.length !== audio.length || encodeMulaw(law).length !== audio.length)
      throw new Fault('lengths differ');
    const resampler = new Resampler(from, to);
    let came = 0;
    for (let at = 0, n = 0; at < law.length; n++) {
      const next = Math.min(law.length, at + (cuts[n % (cuts.length || 1)] ?? law.length) + 1);
      came += resampler.process(law.subarray(at, next)).length;
      at = next;
    }
    came += resampler.flush().length;
    const wanted = (law.length * to) / from;
    if (Math.abs(came - wanted) > Math.max(80, (to / from) * 80)) {
      throw new Fault(`${law.length} samples at ${from} Hz became ${came} at ${to} Hz`);
    }
    return 'accepted';
  },
});
