import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { asRead, CAPACITY_FILE, CAPACITY_PAGE, writeCapacity } from '../../src/folder/capacity.ts';
import { rebuildPage } from '../../src/folder/page.ts';
import { readCapacity } from '../../src/folder/read-capacity.ts';
import { writeWhole } from '../../src/folder/write.ts';
import { foundCapacity, nothingKnown } from '../report/capacities.ts';

describe('the folder of a search for capacity', () => {
  const root = mkdtempSync(join(tmpdir(), 'doorbuster-capacity-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it.each(Object.entries({ foundCapacity, nothingKnown }))('%s: is read back as it was', async (name, make) => {
    const path = join(root, name);
    const written = await writeCapacity({ path }, make());
    expect(readdirSync(path).sort()).toEqual([...written].sort());
    const file = await readCapacity(path);
    expect(file).toEqual(asRead(make(), written));
    expect(file.files).toEqual(written);
  });

  it('has its page built again, byte by byte the same', async () => {
    const path = join(root, 'foundCapacity');
    const page = readFileSync(join(path, CAPACITY_PAGE), 'utf8');
    writeFileSync(join(path, CAPACITY_PAGE), 'lost');
    expect(await rebuildPage(path, 'inline')).toBe(join(path, CAPACITY_PAGE));
    expect(readFileSync(join(path, CAPACITY_PAGE), 'utf8') === page).toBe(true);
    await rebuildPage(path, 'files');
    expect(readFileSync(join(path, CAPACITY_PAGE), 'utf8')).toContain('<link rel="stylesheet" href="report.css">');
  });

  it('says what could not be written, and capacity.json lists what is there', async () => {
    const path = join(root, 'full');
    const write: typeof writeWhole = async (target, content) => {
      if (target.endsWith('summary.md')) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      await writeWhole(target, content);
    };
    await expect(writeCapacity({ path }, foundCapacity(), write)).rejects.toThrow(
      /Cannot write summary.md in .*--out DIR/,
    );
    expect((await readCapacity(path)).files).not.toContain('summary.md');
  });

  it('refuses what is none, is torn, or comes from a newer Doorbuster', async () => {
    const path = join(root, 'foundCapacity');
    const text = readFileSync(join(path, CAPACITY_FILE), 'utf8');
    const put = (content: string) => writeFileSync(join(path, CAPACITY_FILE), content);
    put(text.slice(0, 500));
    await expect(readCapacity(path)).rejects.toThrow(/is not JSON/);
    put(text.replace('"schemaVersion": 1', '"schemaVersion": 2'));
    await expect(readCapacity(path)).rejects.toThrow(/written by a newer one/);
    put(text.replace('"limitedBy": "shop"', '"limitedBy": "moon"'));
    await expect(readCapacity(path)).rejects.toThrow(/limitedBy is "moon"/);
    await expect(readCapacity(join(root, 'none'))).rejects.toThrow(/there is no such file/);
  });
});
