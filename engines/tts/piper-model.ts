/**
 * A Piper voice comes as an .onnx and an .onnx.json. sherpa-onnx wants what is in the latter elsewhere: as
 * metadata in the .onnx, and as `tokens.txt`.
 */

/** What of a voice's .onnx.json is needed. */
export interface PiperVoice {
  audio: { sample_rate: number };
  espeak: { voice: string };
  num_speakers: number;
  language: { name_english: string };
  /** Phoneme → its numbers; the first is the one in use. */
  phoneme_id_map: Record<string, number[]>;
}

/** The .onnx with sherpa-onnx's metadata appended. */
export function piperModel(onnx: Buffer, voice: PiperVoice): Buffer {
  const metadata = {
    model_type: 'vits',
    comment: 'piper',
    language: voice.language.name_english,
    voice: voice.espeak.voice,
    has_espeak: 1,
    n_speakers: voice.num_speakers,
    sample_rate: voice.audio.sample_rate,
  };
  return Buffer.concat([
    onnx,
    ...Object.entries(metadata).map(([key, value]) => property(key, String(value))),
  ]);
}

/** `tokens.txt`: a line a phoneme, a space, its number; in the order of the numbers. */
export function piperTokens(voice: PiperVoice): string {
  return Object.entries(voice.phoneme_id_map)
    .map(([phoneme, ids]) => ({ phoneme, id: ids[0]! }))
    .sort((a, b) => a.id - b.id)
    .map(({ phoneme, id }) => `${phoneme} ${id}\n`)
    .join('');
}

/**
 * One entry of ModelProto.metadata_props (field 14 in onnx.proto: a key in field 1, a value in field 2).
 * A protobuf message may be followed by more fields of it, so appending is enough.
 */
const property = (key: string, value: string) =>
  field(14, Buffer.concat([field(1, Buffer.from(key)), field(2, Buffer.from(value))]));

/** A length-delimited field: its tag, its length (one byte holds up to 127), its bytes. */
function field(number: number, bytes: Buffer): Buffer {
  if (bytes.length > 127) throw new RangeError('a field of the metadata is longer than 127 bytes');
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}
