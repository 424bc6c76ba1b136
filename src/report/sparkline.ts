// A row of block characters, one per value: the smallest chart there is.

const BLOCKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** 0 is a space-like low block, `highest` a full one; values beyond it are full. A gap (NaN) is a space. */
export function sparkline(values: readonly number[], highest: number): string {
  return values
    .map((value) => {
      if (Number.isNaN(value)) return ' ';
      const level = highest > 0 ? Math.round((value / highest) * (BLOCKS.length - 1)) : 0;
      return BLOCKS[Math.min(BLOCKS.length - 1, Math.max(0, level))]!;
    })
    .join('');
}
