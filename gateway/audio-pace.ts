/** How far ahead of real time a caller's audio comes. */
export class AudioPace {
  /** When all audio that came would have been spoken, were it spoken as it should: in real time. */
  private spokenUntil = 0;

  /** `ms` of audio came at `time`; returns by how much it is too early, ms. */
  add(ms: number, time: number): number {
    this.spokenUntil = Math.max(this.spokenUntil, time) + ms;
    return this.spokenUntil - time;
  }
}
