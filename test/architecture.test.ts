// Who may import whom (the import table of the README), and which folders may touch the world. Prints each breach.

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { IMPORT_TABLE, LEAVES } from './support/import-table.ts';

const SRC = new URL('../src/', import.meta.url).pathname;
const ONE_FILE_ONLY: Record<string, string> = { 'hdr-histogram-js': 'measure/histogram.ts' };
/** What a pure folder must not name: clocks, chance, timers, the process, the terminal. */
const WORLD =
  /\b(?:process\.|console\.|Date\.now|new Date\(\)|Math\.random|performance\.|setTimeout|setInterval|setImmediate|queueMicrotask|Buffer\.|require\()/;

// What runs in the browser (report/html/client) is no part of this program: it has a tsconfig of its own.
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
  .map((name) => name.split(sep).join('/'));

function importsOf(text: string): string[] {
  const pattern = /(?:^|\n)\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g;
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? '');
}

/** Without comments and strings, so that words about clocks are not taken for clocks. */
function codeOf(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|[^:'"`\\])\/\/.*$/gm, '$1')
    .replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''");
}

function breachesOf(name: string, text: string): string[] {
  const top = name.includes('/') ? name.split('/')[0]! : LEAVES.includes(name.replace(/\.ts$/, '')) ? 'leaf' : 'edge';
  if (top === 'edge' || top === 'commands') return [];
  const rule = IMPORT_TABLE[top];
  if (!rule) return [`${name}: folder \`${top}\` is not in the table`];
  const breaches: string[] = [];
  for (const specifier of importsOf(text)) {
    if (specifier.startsWith('.')) {
      const target = relative(SRC, join(SRC, name, '..', specifier))
        .split(sep)
        .join('/');
      const folder = target.includes('/') ? target.split('/')[0]! : undefined;
      const leaf = folder === undefined && LEAVES.includes(target.replace(/\.ts$/, ''));
      if (!leaf && folder !== top && !rule.folders.includes(folder ?? '')) breaches.push(`${name} imports ${target}`);
    } else if (specifier.startsWith('node:')) {
      if (!rule.world) breaches.push(`${name} imports ${specifier}`);
    } else {
      const own = specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : specifier.split('/')[0]!;
      if (!rule.packages.includes(own)) breaches.push(`${name} imports package ${own}`);
      const only = ONE_FILE_ONLY[own];
      if (only && only !== name) breaches.push(`${name} imports package ${own}, which only ${only} may`);
    }
  }
  if (!rule.world) {
    const touched = codeOf(text).match(WORLD);
    if (touched) breaches.push(`${name} touches the world: ${touched[0]}`);
  }
  return breaches;
}

describe('architecture', () => {
  it('holds the import table', () => {
    const breaches = files.flatMap((name) => breachesOf(name, readFileSync(join(SRC, name), 'utf8')));
    expect(breaches).toEqual([]);
  });

  it('reads process.argv and sets the exit code in main.ts alone', () => {
    // demo/child.ts is the main file of a process of its own.
    const others = files.filter((name) => name !== 'main.ts' && name !== 'demo/child.ts');
    const breaches = others.filter((name) =>
      /process\.argv|process\.exitCode\s*=|process\.exit\(/.test(codeOf(readFileSync(join(SRC, name), 'utf8'))),
    );
    expect(breaches).toEqual([]);
  });

  it('never says the bare word that nobody agrees on', () => {
    const breaches = files.filter((name) => /latenc/i.test(readFileSync(join(SRC, name), 'utf8')));
    expect(breaches).toEqual([]);
  });

  it.each([
    ['traffic/x.ts', "import { x } from '../order/x.ts';", 'traffic/x.ts imports order/x.ts'],
    ['traffic/x.ts', "import type { X } from '../run/x.ts';", 'traffic/x.ts imports run/x.ts'],
    [
      'measure/x.ts',
      "import * as hdr from 'hdr-histogram-js';",
      'measure/x.ts imports package hdr-histogram-js, which only measure/histogram.ts may',
    ],
    ['order/x.ts', "import { readFileSync } from 'node:fs';", 'order/x.ts imports node:fs'],
    ['judge/x.ts', 'const now = Date.now();', 'judge/x.ts touches the world: Date.now'],
    ['drive/x.ts', "export { x } from '../profile/x.ts';", 'drive/x.ts imports profile/x.ts'],
    ['drive/x.ts', "const x = await import('piscina');", 'drive/x.ts imports package piscina'],
    ['cart/x.ts', '', 'cart/x.ts: folder `cart` is not in the table'],
  ] as const)('would notice a breach in %s: %s', (name, text, breach) => {
    expect(breachesOf(name, text)).toContain(breach);
  });
});
