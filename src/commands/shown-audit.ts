// The audit as it may be shown: what a shop wrote into its rows and answers may hold what a setup took from it, such as a
// token that is sent as the buyer. Keys and skus are masked as all other texts are; names of our own are not touched.

import type { AuditResult, Example } from '../audit/spec.ts';
import { withoutSecrets } from '../secrets.ts';

export function shownAudit(audit: AuditResult, secrets: readonly string[]): AuditResult {
  if (secrets.length === 0) return audit;
  const clean = (text: string): string => withoutSecrets(text, secrets);
  // A key of a stranger is cut where it is long, perhaps inside of a secret.
  const keys = audit.foreign.keys.map((key) => withoutSecrets(key, secrets, true));
  const [firstKey = '', shownKey = ''] = [audit.foreign.keys[0], keys[0]];
  const incomplete = firstKey === '' ? audit.incomplete : audit.incomplete.replaceAll(firstKey, shownKey);
  const examplesOf = (examples: readonly Example[]) => examples.map((each) => shownExample(each, clean));
  return {
    ...audit,
    incomplete: clean(incomplete),
    invariants: audit.invariants.map((each) => ({
      ...each,
      says: clean(each.says),
      examples: examplesOf(each.examples),
    })),
    foreign: { ...audit.foreign, keys },
    unknown: audit.unknown && { ...audit.unknown, examples: examplesOf(audit.unknown.examples) },
  };
}

function shownExample(example: Example, clean: (text: string) => string): Example {
  const { key, sku, says, story } = example;
  return {
    ...example,
    ...(key === undefined ? {} : { key: clean(key) }),
    ...(sku === undefined ? {} : { sku: clean(sku) }),
    says: clean(says),
    ...(story
      ? { story: { ...story, deeds: story.deeds.map((deed) => (deed.id ? { ...deed, id: clean(deed.id) } : deed)) } }
      : {}),
  };
}
