/** `failed`: it does not work. `degraded`: part of it does not, or not all of it is there. */
export type PartStatus = 'ok' | 'degraded' | 'failed';

export interface Finding {
  status: PartStatus;
  detail: string;
}

export interface Part extends Finding {
  part: string;
  /** Calls can't be held without it. */
  essential: boolean;
  /** How long it took to find out. */
  latencyMs: number;
}

/** Looks at one part; what it throws is why the part failed. */
export async function measured(
  part: string,
  essential: boolean,
  look: () => Promise<Finding>,
): Promise<Part> {
  const startedAt = performance.now();
  const finding = await look().catch((error: Error): Finding => ({
    status: 'failed',
    detail: error.message,
  }));
  return { part, essential, latencyMs: Math.round(performance.now() - startedAt), ...finding };
}

export type Overall = 'healthy' | 'degraded' | 'failed';

/** `degraded`: calls are held, but not all is as it should be. `failed`: they can't be. */
export function overall(parts: readonly Part[]): Overall {
  if (parts.some(({ essential, status }) => essential && status === 'failed')) return 'failed';
  return parts.every(({ status }) => status === 'ok') ? 'healthy' : 'degraded';
}
