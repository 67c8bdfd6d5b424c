/** Things that happened, and those who wait for one that is to their liking. */
export class Happenings<T> {
  readonly all: T[] = [];
  private waiting: { holds: () => boolean; resolve: () => void }[] = [];

  add(item: T) {
    this.all.push(item);
    this.waiting = this.waiting.filter(({ holds, resolve }) => (holds() ? void resolve() : true));
  }

  /** The first that fits, now or later. */
  async first<S extends T>(fits: (item: T) => item is S): Promise<S>;
  async first(fits: (item: T) => boolean): Promise<T>;
  async first(fits: (item: T) => boolean): Promise<T> {
    await this.until(() => this.all.some(fits));
    return this.all.find(fits)!;
  }

  /** Resolves once this holds; it is asked again whenever something happens. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      if (holds()) resolve();
      else this.waiting.push({ holds, resolve });
    });
  }
}
