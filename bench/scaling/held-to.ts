import type { Measured } from './measured.ts';

/** Cores of all processes together, servers too, at so many calls of the benchmark's, by figures taken at 20. */
export function predictedCores({ processes }: Measured, calls: number): number {
  return Object.values(processes.scripted).reduce(
    (sum, { restCores, coresACall }) => sum + restCores + calls * coresACall,
    0,
  );
}
