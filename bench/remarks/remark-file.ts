/** A remark that was heard. */
export interface Remark {
  kind: 'sign' | 'request' | 'noise';
  phrase: string;
  /** What the recogniser made of it. */
  text: string;
  /** Detected voice. */
  ms: number;
  /** 8 kHz, μ-law. */
  audio: Buffer;
}

export const writeRemark = ({ audio, ...rest }: Remark): string =>
  `${JSON.stringify({ ...rest, audio: audio.toString('base64') })}\n`;

export const readRemarks = (file: string): Remark[] =>
  file
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const remark = JSON.parse(line) as Omit<Remark, 'audio'> & { audio: string };
      return { ...remark, audio: Buffer.from(remark.audio, 'base64') };
    });
