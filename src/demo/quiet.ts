// Early versions of Node 24 print an ExperimentalWarning when node:sqlite is loaded. This silences that one warning and no
// other; call it before the import, in a process of the shop's own.

export function quietSqlite(): void {
  const emit = process.emitWarning;
  process.emitWarning = (...warning: unknown[]): void => {
    const [text, kind] = warning;
    const type = typeof kind === 'object' && kind !== null ? (kind as { type?: unknown }).type : kind;
    if (type === 'ExperimentalWarning' && /\bsqlite\b/i.test(String(text))) return;
    Reflect.apply(emit, process, warning);
  };
}
