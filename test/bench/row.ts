/** One line of `npm run bench`. `ok` is there where a limit is stated; false fails the bench. */
export type Row = { name: string; value: number; unit: string; note: string; ok?: boolean };

/** Lines that are compared with each other: `cells` under `columns`, and what the lines are. */
export type Table = { columns: readonly string[]; lines: readonly { name: string; cells: readonly string[] }[] };

/** A sentence between them. */
export type Said = { says: string };
export type Printable = Row | Table | Said;
