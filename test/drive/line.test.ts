import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Line, Link } from '../../src/drive/line.ts';

it('does what an array does, whoever leaves and from wherever', () => {
  const step = fc.record({ act: fc.constantFrom('push', 'unshift', 'remove', 'shift'), who: fc.nat(7) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const links = Array.from({ length: 8 }, (_, who) => new Link(who));
      const line = new Line<number>();
      const model: number[] = [];
      for (const { act, who } of steps) {
        const link = links[who]!;
        if (act === 'remove') {
          line.remove(link);
          if (model.includes(who)) model.splice(model.indexOf(who), 1);
        } else if (act === 'shift') {
          const first = line.first;
          expect(first).toBe(model.shift());
          if (first !== undefined) line.remove(links[first]!);
        } else if (model.includes(who)) {
          expect(() => line[act as 'push' | 'unshift'](link)).toThrow('only once');
        } else {
          line[act as 'push' | 'unshift'](link);
          model[act as 'push' | 'unshift'](who);
        }
        expect([line.size, line.first, line.last]).toEqual([model.length, model[0], model.at(-1)]);
        expect(links.map((one) => one.joined)).toEqual(links.map((_, one) => model.includes(one)));
        expect(line.find((member) => member > 3)).toBe(model.find((member) => member > 3));
      }
      const left: number[] = [];
      line.find((member) => left.push(member) < 0);
      expect(left).toEqual(model);
    }),
    { seed: 20150408 },
  );
});
