/** What goes over the line both ways: PCM, 16 bits, mono, at this rate, Hz. */
export const LINE_RATE = 16_000;
/** 20 ms: what is sent at once. */
export const FRAME_SAMPLES = LINE_RATE / 50;
