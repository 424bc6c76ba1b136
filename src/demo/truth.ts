// What the shop knows it did wrong: each bug (bugs/) notes its deed where it does it, so that an auditor who reads only the
// answers and the books can be held against the truth. GET /truth shows it; a shop without bugs has nothing to note.

/** The names of METHOD's invariants, each with what its `count` counts. */
export const WRONGS = {
  oversold: 'units',
  lost: 'orders',
  duplicated: 'orders',
  phantom: 'orders',
  undersold: 'units',
  over_limit: 'orders',
  mispriced: 'orders',
  replay_mismatch: 'orders',
  unread: 'orders',
} as const;
export type Wrong = keyof typeof WRONGS;

/** `times`: deeds, where one order can suffer several (a third order under one key, a second wrong replay). */
export type Deed = { key?: string; units?: number; times?: number };

/** `count` is in `of`. `orders`: distinct keys, the first `keys` of them. */
export type Account = {
  count: number;
  of: 'units' | 'orders';
  orders: number;
  units: number;
  times: number;
  keys: string[];
};

const SHOWN_KEYS = 20;

type Tally = { keys: Set<string>; units: number; times: number };

export class Truth {
  #tallies = new Map<Wrong, Tally>();

  note(wrong: Wrong, { key, units = 0, times = 1 }: Deed): void {
    let tally = this.#tallies.get(wrong);
    if (!tally) {
      tally = { keys: new Set(), units: 0, times: 0 };
      this.#tallies.set(wrong, tally);
    }
    if (key !== undefined) tally.keys.add(key);
    tally.units += units;
    tally.times += times;
  }

  forget(): void {
    this.#tallies.clear();
  }

  tell(): Record<Wrong, Account> {
    const entries = Object.entries(WRONGS).map(([wrong, of]) => {
      const { keys, units, times } = this.#tallies.get(wrong as Wrong) ?? {
        keys: new Set<string>(),
        units: 0,
        times: 0,
      };
      const count = of === 'units' ? units : keys.size;
      return [wrong, { count, of, orders: keys.size, units, times, keys: [...keys].slice(0, SHOWN_KEYS) }];
    });
    return Object.fromEntries(entries) as Record<Wrong, Account>;
  }
}
