/** One line of `npm run bench`. `ok` is there where a limit is stated; false fails the bench. */
export type Row = { name: string; value: number; unit: string; note: string; ok?: boolean };
