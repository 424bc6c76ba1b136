// Answers are kept in a cache of 8. A repeat that finds its answer gone is answered anew, with an order id of its own,
// though the books hold one order. Shows with replays that come when 8 other orders have been answered since (orders a
// second × seconds until the replay > 8).

import type { OrderRow } from '../books.ts';
import type { MakeBug } from './bug.ts';

const ANSWERS = 8;

export const replay: MakeBug = ({ books, truth }) => {
  const answers = new Map<string, OrderRow>();
  const keep = (row: OrderRow): OrderRow => {
    answers.set(row.key, row);
    if (answers.size > ANSWERS) answers.delete(answers.keys().next().value!);
    return row;
  };
  return {
    steps: (steps) => ({
      tell: (row, isReplay) => {
        const told = steps.tell(row, isReplay);
        if (told.status !== 'confirmed') return told;
        if (!isReplay) return keep(told);
        const answer = answers.get(told.key);
        if (answer) return answer;
        truth.note('replay_mismatch', { key: told.key });
        return keep({ ...told, id: books.drawId() });
      },
    }),
    forget: () => answers.clear(),
  };
};
