// 13: did the generator itself distort the numbers? The checks, what each worker says of itself, and the machine.

import { BOOKS_GATE } from '../../../judge/books.ts';
import { formatCount, formatDuration, formatShare } from '../../../units.ts';
import type { Result } from '../../result.ts';
import type { Html } from '../escape.ts';
import { html } from '../escape.ts';
import { facts, mark, prose, section, table } from '../parts.ts';
import type { RunView } from '../view.ts';
import { bytesText, countCell, durationCell, durationText, shareCell, spanText } from '../words.ts';

const MOST_STRETCHES = 20;

export function generatorSection(view: RunView): Html {
  return section(
    'generator',
    'Generator health',
    html`<p class="lead">${prose(oneLine(view))}</p>
${gates(view)}
${workers(view)}
${machine(view)}
${stretches(view)}`,
  );
}

/** The books stand in a section of their own; orders that are still under way balance no identity. */
const ownGates = ({ result: { generator }, live }: RunView): Result['generator']['gates'] =>
  generator.gates.filter(({ name }) => name !== BOOKS_GATE && (live === undefined || name !== 'identities'));

function oneLine(view: RunView): string {
  const all = ownGates(view);
  const [unfit, noted] = [all.filter(({ status }) => status === 'void'), all.filter(({ status }) => status === 'warn')];
  const held = all.filter(({ status, known }) => status === 'ok' && known).length;
  const open = all.filter(({ known }) => !known).length;
  if (unfit.length > 0)
    return `It distorted these numbers: ${unfit.map(({ name, measured }) => `${name} (${measured})`).join('; ')}.`;
  const notes = noted.length === 0 ? '' : `, ${noted.length} ${noted.length === 1 ? 'is' : 'are'} worth a note`;
  const unknown = open === 0 ? '' : `; ${open} could not be made on this machine`;
  return `It did not distort these numbers: ${held} of ${all.length} checks held${notes}${unknown}.`;
}

const STATUSES = { ok: ['pass', 'ok'], warn: ['inconclusive', 'note'], void: ['fail', 'unfit'] } as const;

function gates(view: RunView): Html {
  const rows = ownGates(view).map(({ name, status, measured, limit, touched, advice, known }) => [
    known ? mark(STATUSES[status][0], STATUSES[status][1]) : mark('not-checked', 'not known'),
    name,
    html`${prose(measured)}${touched !== null && touched > 0 && html` <span class="quiet">(${formatShare(touched)} of the run)</span>`}`,
    limit,
    advice === '' ? '–' : prose(advice),
  ]);
  return table(
    'Checks of the generator',
    ['Status', 'Check', 'Measured', 'Limit', 'What to do'].map((label) => ({ label, kind: 'text' as const })),
    rows,
  );
}

function workers({ result }: RunView): Html {
  const rows = result.generator.perWorker.map((worker) => [
    { shows: `worker ${worker.worker}`, sort: worker.worker },
    countCell(worker.fired),
    durationCell(worker.latenessP99Us),
    durationCell(worker.latenessMaxUs),
    shareCell(worker.worstBusyShare),
    shareCell(worker.gcShare),
    durationCell(worker.gcMaxUs),
    durationCell(worker.cpuUs),
    countCell(worker.openMax),
    countCell(worker.opened),
    countCell(worker.waitingMax),
  ]);
  return table(
    'Each worker; – where it did not say',
    [
      { label: 'Worker', kind: 'text' },
      ...[
        'fired',
        'lateness p99',
        'lateness max',
        'busiest 5 s',
        'GC',
        'longest GC',
        'CPU',
        'sockets at most',
        'opened',
        'queued at most',
      ].map((label) => ({ label, kind: 'number' as const })),
    ],
    rows,
  );
}

function machine({ result }: RunView): Html {
  const { generator, environment, lateness } = result;
  const steal = generator.machine;
  return facts([
    [
      'Workers',
      `${generator.workers} (${generator.workersReason}), driver ${generator.driver} (${generator.driverReason})`,
    ],
    [
      'Lateness',
      `p50 ${durationText(lateness.p50Us)}, p99 ${durationText(lateness.p99Us)}, max ${durationText(lateness.maxUs)}`,
    ],
    ['CPU of the process', durationText(generator.cpuUs)],
    ['Memory', bytesText(generator.rssBytes)],
    [
      'CPU given to others',
      steal === null
        ? 'not known here'
        : `${formatShare(steal.stealShare)}, ${formatShare(steal.worstSteal)} in the worst second`,
    ],
    ['Involuntary switches', steal?.involuntary == null ? 'not known here' : formatCount(steal.involuntary)],
    [
      'Noise floor',
      generator.noiseFloor === null
        ? 'not calibrated'
        : `p50 ${durationText(generator.noiseFloor.p50Us)}, p99 ${durationText(generator.noiseFloor.p99Us)}`,
    ],
    [
      'Witness',
      generator.witness === null
        ? 'none'
        : `${formatCount(generator.witness.answered)} of ${formatCount(generator.witness.sent)} answered`,
    ],
    [
      'Machine',
      `${environment.cpu}, ${environment.cores} cores, ${bytesText(environment.memoryBytes)}, ${environment.platform}`,
    ],
  ]);
}

function stretches({ charts }: RunView): Html {
  const all = charts.stretches;
  if (all.length === 0)
    return html`<p class="quiet">In no second was it off plan, late beyond its limits, or out of room.</p>`;
  const seconds = all.reduce((sum, { fromS, untilS }) => sum + untilS - fromS, 0);
  const items = all
    .slice(0, MOST_STRETCHES)
    .map(
      ({ fromS, untilS, why }) => html`<li><a href="#t=${fromS}-${untilS}">${spanText(fromS, untilS)}</a> ${why}</li>`,
    );
  const more = all.length - items.length;
  return html`<details><summary>${formatDuration(seconds * 1e6)} in which the generator was in the way (hatched in the charts)</summary><ul>${items}${more > 0 && html`<li>and ${more} more</li>`}</ul></details>`;
}
