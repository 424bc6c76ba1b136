// A mistake in a file beside the profile is told with a path that can be opened from where the command was started.

import { expect, it } from 'vitest';
import { besideOf } from '../../src/profile/beside.ts';

it('puts the folder of the profile before the file, unless either stands by itself', () => {
  const fileOf = (file: string, profile: string) =>
    besideOf({ code: 'X', message: 'x', place: { file, line: 3, column: 1 } }, profile).place!.file;
  expect(fileOf('a.log', 'profiles/sale.yaml')).toBe('profiles/a.log');
  expect(fileOf('../logs/a.log', '/srv/sale.yaml')).toBe('/srv/../logs/a.log');
  expect(fileOf('a.log', 'sale.yaml')).toBe('a.log');
  expect(fileOf('/var/log/a.log', 'profiles/sale.yaml')).toBe('/var/log/a.log');
  expect(fileOf('C:\\a.log', 'profiles\\sale.yaml')).toBe('C:\\a.log');
  const nowhere = { code: 'X', message: 'x' };
  expect(besideOf(nowhere, 'profiles/sale.yaml')).toBe(nowhere);
});
