// Reads as much of a GraphQL document as the shop needs: which field each operation calls first, under which name its
// answer goes, and with which arguments. Selections are not read: the shop answers with all it has. (Grammar: the GraphQL
// specification, October 2021, section 2.)

type Value =
  | { kind: 'variable'; name: string }
  | { kind: 'literal'; value: unknown }
  | { kind: 'list'; values: Value[] }
  | { kind: 'object'; fields: [name: string, value: Value][] };

/** `answersAs`: the field's alias, else its name. */
export type Operation = {
  name: string | undefined;
  field: string;
  answersAs: string;
  args: [name: string, value: Value][];
};

/** A document that cannot be read. */
export class SyntaxTrouble extends Error {}

// Block strings, strings, names, variables, numbers, the spread, any one sign.
const TOKEN =
  /"""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|\$?[A-Za-z_]\w*|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\.\.|[!&()[\]{}:=@|]/y;
const IGNORED = /(?:[\s,\uFEFF]|#[^\n]*)+/y;
const NAME = /^[A-Za-z_]/;

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  let at = 0;
  while (at < text.length) {
    IGNORED.lastIndex = at;
    if (IGNORED.test(text)) at = IGNORED.lastIndex;
    if (at >= text.length) break;
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text)?.[0];
    if (token === undefined) throw new SyntaxTrouble(`Unexpected ${JSON.stringify(text[at])} at character ${at + 1}`);
    tokens.push(token);
    at += token.length;
  }
  return tokens;
}

const CLOSES: Record<string, string> = { '{': '}', '(': ')', '[': ']' };

class Reader {
  readonly #tokens: string[];
  #at = 0;

  constructor(tokens: string[]) {
    this.#tokens = tokens;
  }

  peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  /** Whether the next token is this one; if so it is taken. */
  takes(token: string): boolean {
    if (this.peek() !== token) return false;
    this.#at++;
    return true;
  }

  take(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new SyntaxTrouble('Unexpected end of the document');
    return token;
  }

  expect(wanted: string): void {
    const token = this.take();
    if (token !== wanted) throw new SyntaxTrouble(`Expected ${wanted}, got ${token}`);
  }

  name(): string {
    const token = this.take();
    if (!NAME.test(token)) throw new SyntaxTrouble(`Expected a name, got ${token}`);
    return token;
  }

  /** Up to this token, which is taken too; brackets on the way are passed over whole. */
  skipTo(wanted: string): void {
    while (!this.takes(wanted)) {
      const closing = CLOSES[this.take()];
      if (closing !== undefined) this.skipTo(closing);
    }
  }

  /** Names and values up to the closing bracket, which is taken too. */
  pairs(close: string): [string, Value][] {
    const pairs: [string, Value][] = [];
    while (!this.takes(close)) {
      const name = this.name();
      this.expect(':');
      pairs.push([name, this.value()]);
    }
    return pairs;
  }

  value(): Value {
    const token = this.take();
    if (token === '{') return { kind: 'object', fields: this.pairs('}') };
    if (token === '[') {
      const values: Value[] = [];
      while (!this.takes(']')) values.push(this.value());
      return { kind: 'list', values };
    }
    if (token[0] === '$') return { kind: 'variable', name: token.slice(1) };
    return { kind: 'literal', value: literalOf(token) };
  }
}

function literalOf(token: string): unknown {
  if (token.startsWith('"""')) return token.slice(3, -3);
  // An enum value is a bare name.
  if (NAME.test(token) && !['true', 'false', 'null'].includes(token)) return token;
  try {
    return JSON.parse(token);
  } catch {
    throw new SyntaxTrouble(`Expected a value, got ${token}`);
  }
}

/** From its name on. */
function readOperation(reader: Reader): Operation {
  const name = NAME.test(reader.peek() ?? '') ? reader.name() : undefined;
  // Past the variables' types and the directives.
  while (!reader.takes('{')) {
    if (reader.takes('(')) reader.skipTo(')');
    else reader.take();
  }
  const answersAs = reader.name();
  const field = reader.takes(':') ? reader.name() : answersAs;
  const args = reader.takes('(') ? reader.pairs(')') : [];
  reader.skipTo('}');
  return { name, field, answersAs, args };
}

/** Every operation of a document; fragments are passed over. @throws SyntaxTrouble */
export function readOperations(text: string): Operation[] {
  const reader = new Reader(tokensOf(text));
  const operations: Operation[] = [];
  while (reader.peek() !== undefined) {
    const keyword = reader.peek() === '{' ? 'query' : reader.name();
    if (keyword === 'fragment') {
      while (!reader.takes('{')) reader.take();
      reader.skipTo('}');
    } else if (keyword === 'query' || keyword === 'mutation') operations.push(readOperation(reader));
    else throw new SyntaxTrouble(`Expected query or mutation, got ${keyword}`);
  }
  return operations;
}

function resolve(value: Value, variables: Record<string, unknown>): unknown {
  switch (value.kind) {
    case 'variable':
      return variables[value.name];
    case 'literal':
      return value.value;
    case 'list':
      return value.values.map((one) => resolve(one, variables));
    case 'object':
      return Object.fromEntries(value.fields.map(([name, one]) => [name, resolve(one, variables)]));
  }
}

/** The arguments of a call with its variables put in. */
export function argumentsOf(operation: Operation, variables: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(operation.args.map(([name, value]) => [name, resolve(value, variables)]));
}
