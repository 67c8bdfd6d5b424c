import type { Cell, Unit } from './report.ts';

const count = new Intl.NumberFormat('en');
const decimal = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });

/** A cell as people read it; `–` where nothing is known. */
export function formatCell(value: Cell, unit: Unit, currency: string): string {
  if (value === undefined || value === null) return '–';
  if (typeof value === 'string') return value;
  switch (unit) {
    case 'ms':
      return `${count.format(Math.round(value))} ms`;
    case 's':
      return duration(value);
    case 'share':
      return `${(100 * value).toFixed(value > 0 && value < 0.0995 ? 2 : 1)} %`;
    case 'money':
      return new Intl.NumberFormat('en', {
        style: 'currency',
        currency,
        maximumFractionDigits: value !== 0 && Math.abs(value) < 1 ? 4 : 2,
      }).format(value);
    case 'minutes':
      return `${decimal.format(value)} min`;
    case 'decimal':
      return decimal.format(value);
    default:
      return count.format(value);
  }
}

/** `45.2 s`, `3 min 05 s`. */
function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}
