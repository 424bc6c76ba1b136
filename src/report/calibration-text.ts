// What `calibrate` prints: each figure with what it means, in one table.

import { type Calibration, ROOM_SHARE } from '../judge/calibration.ts';
import { formatDuration, formatRate } from '../units.ts';
import { columnsOf, padEnd, padStart, type TextOptions, widthOf, wrap } from './layout.ts';

type Line = { name: string; figure: string; means: string };

/** No newline at the end. */
export function formatCalibration(calibration: Calibration, { paint, width }: TextOptions): string {
  const lines = [...stallLines(calibration), ...floorLines(calibration), ...driverLines(calibration)];
  const columns = columnsOf(width);
  const name = Math.max(...lines.map((line) => widthOf(line.name)));
  const figure = Math.max(...lines.map((line) => widthOf(line.figure)));
  const indent = name + figure + 4;
  const rows = lines.flatMap((line) => {
    const left = `${padEnd(line.name, name)}  ${padStart(line.figure, figure)}  `;
    return wrap(line.means, columns - indent).map((text, i) =>
      i === 0 ? left + paint('dim', text) : ' '.repeat(indent) + paint('dim', text),
    );
  });
  const head = wrap(`${calibration.fingerprint}${calibration.quick ? ' · quick' : ''}`, columns);
  return [...head.map((text) => paint('bold', text)), '', ...rows].join('\n');
}

function stallLines({ stalls }: Calibration): Line[] {
  return stalls.flatMap(({ ratePerS, p50Us, p99Us, maxUs }) => [
    {
      name: `waiting at ${formatRate(ratePerS)}`,
      figure: formatDuration(p99Us),
      means: `how late a loop that does nothing else is for 1 time in 100 (p50 ${formatDuration(p50Us)}, max ${formatDuration(maxUs)}): nothing here can be more punctual`,
    },
  ]);
}

function floorLines({ noiseFloor }: Calibration): Line[] {
  return [
    {
      name: 'noise floor',
      figure: formatDuration(noiseFloor.p50Us),
      means: `median response of a target that does nothing (p99 ${formatDuration(noiseFloor.p99Us)}): what a shop takes is known to no less`,
    },
  ];
}

function driverLines({ drivers }: Calibration): Line[] {
  return drivers.map(({ driver, heldPerS, cpuUsPerOrder }) => {
    const cost = cpuUsPerOrder === null ? '' : `, ${cpuUsPerOrder.toFixed(1)} µs of CPU an order at that rate`;
    const means =
      heldPerS === 0
        ? 'not even the lowest rate tried was held on time: is something else running here?'
        : `orders a second that one worker holds on time${cost}; plans are given up to ${formatRate(ROOM_SHARE * heldPerS)} each`;
    return { name: `driver ${driver}`, figure: heldPerS === 0 ? 'none' : formatRate(heldPerS), means };
  });
}
