import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Tells Prometheus where the workers' metrics are: a file as its `file_sd_configs` read it. */
export function writeScrapeTargets(file: string, healthUrls: Record<string, string>) {
  const targets = Object.values(healthUrls).map((url) => new URL(url).host);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify([{ targets }], null, 2)}\n`);
}
