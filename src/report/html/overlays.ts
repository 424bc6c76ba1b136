// The lines of the percentile spectrum, for the still picture and for the page's script alike: the whole run, its service,
// the run it was compared with, and each part of the traffic. Each is told by colour and, where colours end, by dashes.

import type { Charts, Spectrum } from '../charts/spec.ts';
import type { Ink } from './svg/frame.ts';

export type Overlay = { ink: Ink; width: number; dashed: boolean; label: string; spectrum: Spectrum };

const PART_INKS: Ink[] = ['accepted', 'rejected', 'unknown', 'failed'];

export function overlaysOf({ spectra: { response, service, parts, baseline } }: Charts): Overlay[] {
  const thin = { width: 1.5, dashed: false };
  return [
    { ink: 'max', width: 2.4, dashed: false, label: 'response', spectrum: response },
    { ...thin, ink: 'p90', label: 'service', spectrum: service },
    ...(baseline ? [{ ...thin, ink: 'plan' as const, dashed: true, label: 'baseline', spectrum: baseline }] : []),
    ...parts.map((spectrum, index) => ({
      ...thin,
      ink: PART_INKS[index % PART_INKS.length]!,
      dashed: index >= PART_INKS.length,
      label: `during ${spectrum.name}`,
      spectrum,
    })),
  ];
}
