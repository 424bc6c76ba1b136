// junit.xml: the run as Jenkins, GitLab and GitHub's test reporters read it. Held to the schema of Jenkins' xUnit plugin;
// the whole message stands in the body too, because GitLab shows nothing else. Times are seconds.

import xmlbuilder from 'xmlbuilder';
import { type Case, type CaseGroup, casesOf } from './cases.ts';
import { redactCommand, visible } from './foreign.ts';
import type { RunRecord } from './record.ts';
import { VERDICTS, verdictSentence } from './sentence.ts';

const ELEMENTS = { fail: 'failure', error: 'error', skipped: 'skipped' } as const;
const TITLES: Record<CaseGroup, string> = { run: 'run', slo: 'slo', books: 'books' };

/** The whole file, with a newline at its end. */
export function formatJunit(record: RunRecord): string {
  const { plan, run } = record;
  const cases = casesOf(record);
  const seconds = ((run.endedAtMs - run.startedAtMs) / 1e3).toFixed(3);
  const count = (status: Case['status']) => String(cases.filter((each) => each.status === status).length);
  const counts = { tests: String(cases.length), failures: count('fail'), errors: count('error') };
  const name = visible(plan.name);
  const root = xmlbuilder.create('testsuites', { encoding: 'UTF-8', invalidCharReplacement: '' });
  for (const [key, value] of Object.entries({ name: 'doorbuster', ...counts, time: seconds })) root.att(key, value);
  const suite = root.ele('testsuite', {
    name,
    ...counts,
    skipped: count('skipped'),
    time: seconds,
    timestamp: new Date(run.startedAtMs).toISOString().slice(0, 19),
  });
  const properties = suite.ele('properties');
  for (const [key, value] of Object.entries(propertiesOf(record))) properties.ele('property', { name: key, value });
  const seen = new Map<string, number>();
  for (const each of cases) addCase(suite, each, `${name}.${TITLES[each.group]}`, unique(each.name, seen));
  suite.ele('system-out', `${VERDICTS[record.judgement.verdict].word}: ${verdictSentence(record)}`);
  return `${root.end({ pretty: true })}\n`;
}

/** A line that the profile has twice is two cases; a CI server would show only one of two that share a name. */
function unique(name: string, seen: Map<string, number>): string {
  const before = seen.get(name) ?? 0;
  seen.set(name, before + 1);
  return before === 0 ? name : `${name} (${before + 1})`;
}

function addCase(suite: xmlbuilder.XMLElement, { status, says, details }: Case, classname: string, name: string): void {
  const element = suite.ele('testcase', { name, classname });
  if (status === 'pass') return;
  element.ele(ELEMENTS[status], { message: says, type: status }, [says, ...details].join('\n'));
}

function propertiesOf({ plan, run, judgement, environment }: RunRecord): Record<string, string> {
  return {
    verdict: judgement.verdict,
    run: visible(run.id),
    profile: visible(plan.file),
    profileHash: plan.profileHash,
    target: visible(plan.target.shown),
    seed: String(run.seed),
    driver: run.driver,
    doorbuster: environment.doorbuster,
    command: visible(redactCommand(run.command)),
  };
}
