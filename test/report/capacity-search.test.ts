// What a real search of a simulated shop leaves, through text, page and schema: not the answer, but that it can be said.

import { Ajv } from 'ajv';
import { expect, it } from 'vitest';
import { asRead } from '../../src/folder/capacity.ts';
import { CAPACITY_SCHEMA } from '../../src/report/capacity-schema.ts';
import { formatCapacityText } from '../../src/report/capacity-text.ts';
import { formatCapacityPage } from '../../src/report/html/capacity/page.ts';
import { plainPaint } from '../../src/report/layout.ts';
import { searched, searchOptions } from '../support/simulated-search.ts';
import { exponential, tills } from '../support/simulated-shop.ts';
import { foundCapacity } from './capacities.ts';

const validate = new Ajv({ strict: true, allErrors: true, allowUnionTypes: true }).compile(CAPACITY_SCHEMA);

it('the answer of a search fits its schema and is told whole', () => {
  const shop = { serve: tills(2, exponential(0.05)) };
  const place = { file: 'p.yaml', line: 3, column: 1 };
  const capacity = searched(shop, searchOptions({ gate: [{ text: 'headroom >= 1.2x', place }] }));
  const file = asRead({ ...foundCapacity(), capacity, probeSays: 'no closed-loop probe: it is simulated' }, [
    'capacity.json',
  ]);
  expect(validate(file) ? [] : validate.errors).toEqual([]);
  expect(file.trials.length).toBeGreaterThan(4);
  const text = formatCapacityText(file, { paint: plainPaint, width: 100 });
  const page = formatCapacityPage(file, { kind: 'files', css: 'x', js: '' });
  for (const said of [text, page]) expect(said).not.toMatch(/NaN|undefined|Infinity|\[object|>null/);
  expect(text.replace(/\s+/g, ' ')).toContain(file.says.split(':')[0]!);
  expect(page.match(/<svg class="chart"/g)!.length).toBe(file.usl === null ? 2 : 3);
});
