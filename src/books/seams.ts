// What reading the books takes from the world, and how what goes wrong is said.

import type { ControlPlane } from '../drive/control.ts';
import { shownRequestOf } from '../drive/control.ts';
import type { StepSpec } from '../order/spec.ts';

export type BooksSeams = {
  plane: Pick<ControlPlane, 'ask' | 'send'>;
  /** Resolves after so long, or earlier when the signal says so. */
  sleep: (us: number) => Promise<void>;
  nowUs: () => number;
  /** Relative paths of files start in this folder, and commands run in it. */
  folder: string;
  signal?: AbortSignal;
};

const SHOWN = 80;

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** An answer that is no 2xx, with the beginning of what it says. */
export function refusalOf(step: StepSpec, status: number, text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const said = line === '' ? '' : `: ${line.slice(0, SHOWN)}${line.length > SHOWN ? ' …' : ''}`;
  return `${shownRequestOf(step)} answered ${status}${said}`;
}
