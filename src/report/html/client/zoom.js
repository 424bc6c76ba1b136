// The stretch of time that all charts show. It lives in the address (`#t=120-180`), so that a link leads to a minute.

import { clockText } from './format.js';

const LEAST_S = 2;

/** @typedef {{ fromS: number, untilS: number }} Span */

export class Zoom {
  /** @param {number} seconds of the whole run */
  constructor(seconds) {
    this.whole = { fromS: 0, untilS: Math.max(seconds, LEAST_S) };
    /** @type {Span} */
    this.span = this.whole;
    /** @type {((span: Span) => void)[]} */
    this.watchers = [];
    this.readAddress = this.readAddress.bind(this);
  }

  /** The run has become longer. @param {number} seconds */
  grow(seconds) {
    const showsAll = this.isWhole;
    this.whole = { fromS: 0, untilS: Math.max(seconds, LEAST_S) };
    if (showsAll) this.span = this.whole;
    this.tell();
  }

  get isWhole() {
    return this.span.fromS <= 0 && this.span.untilS >= this.whole.untilS;
  }

  /**
   * @param {number} fromS
   * @param {number} untilS
   * @param {boolean} [keep] leave the address as it is
   */
  show(fromS, untilS, keep = false) {
    const width = Math.min(Math.max(untilS - fromS, LEAST_S), this.whole.untilS);
    const from = Math.min(Math.max(0, fromS), this.whole.untilS - width);
    this.span = { fromS: from, untilS: from + width };
    if (!keep) this.writeAddress();
    this.tell();
  }

  tell() {
    for (const watcher of this.watchers) watcher(this.span);
  }

  reset() {
    this.show(this.whole.fromS, this.whole.untilS);
  }

  /**
   * @param {number} factor below 1: closer
   */
  scale(factor) {
    const { fromS, untilS } = this.span;
    const [middle, half] = [(fromS + untilS) / 2, ((untilS - fromS) / 2) * factor];
    this.show(middle - half, middle + half);
  }

  /**
   * @param {number} share of what is shown; negative: earlier
   */
  move(share) {
    const { fromS, untilS } = this.span;
    const by = (untilS - fromS) * share;
    this.show(fromS + by, untilS + by);
  }

  /** @returns {boolean} whether the address names a stretch */
  readAddress() {
    const found = /^#t=(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/.exec(location.hash);
    if (found) this.show(Number(found[1]), Number(found[2]), true);
    return found !== null;
  }

  writeAddress() {
    const round = (/** @type {number} */ seconds) => String(Math.round(seconds * 10) / 10);
    const hash = this.isWhole ? '#' : `#t=${round(this.span.fromS)}-${round(this.span.untilS)}`;
    // Sandboxed frames may not touch their history.
    try {
      history.replaceState(history.state, '', hash);
    } catch {}
  }

  /** The button that leads back to the whole run, and says what is shown. */
  addButton() {
    const button = document.createElement('button');
    button.type = 'button';
    button.id = 'whole';
    button.addEventListener('click', () => this.reset());
    const label = () => {
      button.hidden = this.isWhole;
      button.textContent = `${clockText(this.span.fromS)}–${clockText(this.span.untilS)} ✕`;
      button.setAttribute(
        'aria-label',
        `${clockText(this.span.fromS)} to ${clockText(this.span.untilS)} is shown: show the whole run`,
      );
    };
    this.watchers.push(label);
    label();
    document.getElementById('tools')?.prepend(button);
  }

  /** @param {Element} plot */
  listenToKeys(plot) {
    plot.addEventListener('keydown', (event) => {
      const { key, ctrlKey, metaKey, altKey } = /** @type {KeyboardEvent} */ (event);
      const act = {
        '+': () => this.scale(0.5),
        '=': () => this.scale(0.5),
        '-': () => this.scale(2),
        ArrowLeft: () => this.move(-0.25),
        ArrowRight: () => this.move(0.25),
        0: () => this.reset(),
        Escape: () => this.reset(),
      }[key];
      if (!act || ctrlKey || metaKey || altKey) return;
      event.preventDefault();
      act();
    });
  }
}
