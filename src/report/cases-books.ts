// The audit's part of the cases: one for each invariant. A broken one stays broken in an INVALID run too, for what stands
// in the shop's books does not depend on the generator's clock (METHOD §5).

import type { Invariant } from '../audit/spec.ts';
import type { Case } from './cases.ts';
import { visible } from './foreign.ts';
import type { RunRecord } from './record.ts';

const NAMES: Record<Invariant['name'], string> = {
  oversold: 'nothing oversold',
  lost: 'nothing lost',
  duplicated: 'nothing duplicated',
  phantom: 'no phantom orders',
  undersold: 'nothing undersold',
  over_limit: 'no buyer over the limit',
  mispriced: 'every price right',
  replay_mismatch: 'every replay faithful',
  unread: 'every accepted order can be read',
};

/** None for a run whose books nobody looked at. */
export function bookCases({ evidence: { audit } }: RunRecord): Case[] {
  if (audit === undefined) return [];
  const whole: Case = {
    group: 'books',
    name: 'the books were read whole',
    status: audit.incomplete === '' ? 'pass' : 'error',
    says: visible(audit.incomplete),
    details: [],
  };
  return [
    ...(audit.books === undefined && audit.incomplete === '' ? [] : [whole]),
    ...audit.invariants.map(invariantCase),
  ];
}

function invariantCase({ name, status, says, examples }: Invariant): Case {
  return {
    group: 'books',
    name: NAMES[name],
    status: status === 'not-checked' ? 'skipped' : status,
    says: status === 'pass' ? '' : visible(says),
    details: [...(status === 'pass' ? [visible(says)] : []), ...examples.map((example) => visible(example.says))],
  };
}
