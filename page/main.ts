import { type Activity, Call } from './call.ts';
import type { LineState } from './line.ts';
import { endingOf, nameOf } from './phrases.ts';
import { PermitError } from './permit.ts';
import { MicrophoneError } from './sound.ts';
import { TranscriptView } from './transcript-view.ts';

const byId = <T extends HTMLElement = HTMLElement>(id: string) => document.getElementById(id) as T;

const state = byId('state');
const clock = byId('clock');
const problem = byId('problem');
const welcome = byId<HTMLFormElement>('welcome');
const domains = byId<HTMLFieldSetElement>('domains');
const start = byId<HTMLButtonElement>('start');
const startTyping = byId<HTMLButtonElement>('start-typing');
const ending = byId('ending');
const controls = byId('controls');
const mute = byId<HTMLButtonElement>('mute');
const words = byId<HTMLInputElement>('words');
const transcript = new TranscriptView(byId('transcript'));

let call: Call | undefined;
let beganAt: number | undefined;
let ticking: ReturnType<typeof setInterval> | undefined;

async function begin(speaks: boolean) {
  complain(undefined);
  transcript.clear();
  start.disabled = startTyping.disabled = true;
  tell('connecting', speaks ? 'Asking for the microphone' : 'Connecting');
  const domain = new FormData(welcome).get('domain') as string;
  try {
    call = await Call.start(domain, speaks, {
      onState,
      onActivity,
      onLevel,
      onEntry: (entry) => transcript.show(entry),
      onForgotten: (key) => transcript.forget(key),
      onMicrophoneLost: () =>
        complain('Your microphone is gone. You can go on by typing, or call again when it is back.'),
    });
    showMuted();
  } catch (error) {
    if (error instanceof PermitError) complain(error.message);
    else {
      const reason = error instanceof MicrophoneError ? error.message : `Your browser can’t call (${error}).`;
      complain(`${reason} You can also type instead.`);
    }
    tell('idle', 'Not connected');
  } finally {
    start.disabled = startTyping.disabled = false;
  }
}

function onState(now: LineState) {
  if (now.kind === 'connecting') tell('connecting', 'Connecting');
  else if (now.kind === 'reconnecting') tell('connecting', 'Connection lost, reconnecting');
  else if (now.kind === 'connected') onConnected();
  else onEnd(now);
}

function onConnected() {
  tell('connected', 'Connected');
  if (beganAt !== undefined) return;
  beganAt = performance.now();
  ticking = setInterval(tick, 1_000);
  tick();
  show('call', 'controls', 'clock');
  (call?.hasMicrophone ? mute : words).focus();
}

function onEnd(end: Extract<LineState, { reason: string }>) {
  const replies = call?.conversation.replyTimes ?? [];
  clearInterval(ticking);
  const lasted = beganAt !== undefined;
  call = beganAt = undefined;
  tell('idle', lasted ? 'Call ended' : 'Not connected');
  if (end.kind === 'failed') complain(end.reason);
  if (!lasted) return show('welcome');
  byId('ending-words').textContent =
    end.kind === 'over' ? endingOf(end.reason, replies) : 'The call is over.';
  show('call', 'ending', 'clock');
  ending.scrollIntoView({ block: 'end' });
  byId('ending-words').focus({ preventScroll: true });
}

const activities: Record<Activity, string> = {
  waiting: 'One moment …',
  listening: 'Listening',
  hearing: 'Hearing you',
  speaking: 'Speaking',
};

function onActivity(activity: Activity) {
  byId('activity').textContent = activity === 'listening' && call?.muted ? 'Muted' : activities[activity];
  controls.dataset.activity = activity;
}

let shownAt = 0;

function onLevel(level: number) {
  controls.style.setProperty('--level', level.toFixed(3));
  // For those who ask a screen reader; it is not spoken of its own accord.
  if (performance.now() - shownAt < 500) return;
  shownAt = performance.now();
  byId('meter').ariaValueNow = String(Math.round(100 * level));
}

function showMuted() {
  const muted = call?.muted ?? false;
  mute.hidden = byId('meter').hidden = !call?.hasMicrophone;
  mute.ariaPressed = String(muted);
  controls.classList.toggle('muted', muted);
  byId('activity').textContent = muted ? 'Muted' : activities.listening;
}

function tick() {
  const seconds = Math.floor((performance.now() - (beganAt ?? 0)) / 1_000);
  clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

function tell(kind: 'idle' | 'connecting' | 'connected', sentence: string) {
  state.dataset.kind = kind;
  state.textContent = sentence;
}

function complain(sentence: string | undefined) {
  problem.hidden = sentence === undefined;
  problem.textContent = sentence ?? '';
}

/** Shows these parts of the page, and hides the others. */
function show(...parts: string[]) {
  for (const id of ['welcome', 'call', 'ending', 'controls', 'clock']) byId(id).hidden = !parts.includes(id);
}

/** Asks what the call is about, where there is a choice. */
async function offerDomains() {
  const names = (await (await fetch('./domains.json')).json()) as string[];
  domains.hidden = names.length < 2;
  for (const [i, name] of names.entries()) {
    const label = document.createElement('label');
    const choice = Object.assign(document.createElement('input'), {
      type: 'radio',
      name: 'domain',
      value: name,
      defaultChecked: i === 0,
    });
    label.append(choice, nameOf(name));
    domains.append(label);
  }
}

welcome.addEventListener('submit', (event) => {
  event.preventDefault();
  void begin(true);
});
startTyping.addEventListener('click', () => void begin(false));
mute.addEventListener('click', () => {
  if (!call) return;
  call.muted = !call.muted;
  showMuted();
});
byId('hang-up').addEventListener('click', () => call?.hangUp());
byId('again').addEventListener('click', () => {
  show('welcome');
  complain(undefined);
  start.focus();
});
byId('typing').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = words.value.trim();
  if (text) call?.type(text);
  words.value = '';
});
// A closed tab is a hang-up; without it the call would wait for its caller to come back.
addEventListener('pagehide', () => call?.hangUp());

await offerDomains().catch(() => complain('The gateway does not answer. Load this page again in a moment.'));
