import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const find = () => places.find((place) => existsSync(place));

/** Chromium's program; where there is none, root installs Debian's. Throws with what to do. */
function chromiumProgram(): string {
  if (!find() && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    const apt = (...args: string[]) =>
      execFileSync('apt-get', args, {
        stdio: ['ignore', 2, 2],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      });
    process.stderr.write('Installing Chromium, which tests the call page …\n');
    apt('update', '-qq');
    apt('install', '-qq', '--yes', '--no-install-recommends', 'chromium');
  }
  const program = find();
  if (program) return program;
  throw new Error(
    `The call page is tested in Chromium, and there is none at ${places.join(' or ')}: install it.`,
  );
}

/** A real browser. `microphone` is a WAV file that its microphone hears once; without one, pages may have none. */
export function openChromium(microphone?: string): Promise<Browser> {
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--autoplay-policy=no-user-gesture-required',
    '--use-fake-device-for-media-stream',
  ];
  if (microphone) {
    args.push('--use-fake-ui-for-media-stream', `--use-file-for-fake-audio-capture=${microphone}%noloop`);
  }
  return chromium.launch({ executablePath: chromiumProgram(), headless: true, args });
}
