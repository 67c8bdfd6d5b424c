import type { BotEntry, CallerEntry, Entry, ReplyTimes } from './conversation.ts';

/** A bar is as long as the slowest reply so far, and at least as this, ms. */
const SHORTEST_SCALE_MS = 1_000;

const segments = [
  ['transcript', 'transcript'],
  ['sentence', 'first sentence'],
  ['sound', 'first sound'],
] as const;

/** Shows a conversation in an element; follows its end while the reader is there. */
export class TranscriptView {
  private readonly elements = new Map<string, HTMLElement>();
  private readonly bars = new Map<string, { bar: HTMLElement; times: ReplyTimes }>();
  private scaleMs = SHORTEST_SCALE_MS;

  constructor(private readonly root: HTMLElement) {}

  show(entry: Entry) {
    const following = this.isAtEnd();
    const element = entry.kind === 'caller' ? callerElement(entry) : this.botElement(entry);
    const known = this.elements.get(entry.key);
    if (known) known.replaceWith(element);
    else this.root.append(element);
    this.elements.set(entry.key, element);
    if (following) this.toEnd();
  }

  forget(key: string) {
    this.elements.get(key)?.remove();
    this.elements.delete(key);
  }

  clear() {
    this.root.replaceChildren();
    this.elements.clear();
    this.bars.clear();
    this.scaleMs = SHORTEST_SCALE_MS;
  }

  private botElement({ key, text, speaking, paused, cut, times }: BotEntry): HTMLElement {
    const element = el('article', 'entry bot');
    element.append(el('p', 'who', 'Assistant'));
    const words = el('p', 'words');
    if (cut) {
      words.append(cut.heard, cut.heard ? ' ' : '');
      words.append(
        el('strong', 'cut', cut.by === 'caller' ? 'you interrupted here' : 'the connection broke here'),
      );
      if (cut.unheard) words.append(' ', el('del', 'unheard', cut.unheard));
    } else if (text) words.append(text);
    else words.append(speakingDots());
    element.append(words);
    if (speaking) {
      element.classList.add(paused ? 'paused' : 'speaking');
      // Read out once it has been said: a screen reader would talk over the bot.
      element.ariaHidden = 'true';
    }
    if (times) element.append(this.timesElement(key, times));
    return element;
  }

  private timesElement(key: string, times: ReplyTimes): HTMLElement {
    const element = el('div', 'times');
    const bar = el('div', 'bar-of-times');
    bar.role = 'img';
    bar.ariaLabel = `The reply began ${times.total} ms after your last word`;
    for (const [part] of segments) bar.append(el('span', part));
    const legend = el('p', 'legend');
    for (const [part, name] of segments) legend.append(el('span', part, `${name} ${times[part]} ms`));
    element.append(bar, el('p', 'total', `replied in ${times.total} ms`), legend);
    this.bars.set(key, { bar, times });
    this.scaleMs = Math.max(this.scaleMs, times.total);
    for (const each of this.bars.values()) this.fill(each);
    return element;
  }

  private fill({ bar, times }: { bar: HTMLElement; times: ReplyTimes }) {
    for (const [i, [part]] of segments.entries()) {
      (bar.children[i] as HTMLElement).style.width = `${(100 * times[part]) / this.scaleMs}%`;
    }
  }

  private isAtEnd(): boolean {
    const page = document.documentElement;
    return page.scrollHeight - page.scrollTop - page.clientHeight < 120;
  }

  private toEnd() {
    scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' });
  }
}

function callerElement({ text, partial }: CallerEntry): HTMLElement {
  const element = el('article', 'entry caller');
  element.append(el('p', 'who', 'You'), el('p', 'words', text));
  if (partial) {
    element.classList.add('partial');
    element.ariaHidden = 'true';
  }
  return element;
}

function speakingDots(): HTMLElement {
  const dots = el('span', 'dots');
  dots.append(el('i'), el('i'), el('i'));
  return dots;
}

function el(tag: string, className = '', text = ''): HTMLElement {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}
