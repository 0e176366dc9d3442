/** SQL with a name. Each connection parses it only once. A changed text needs a new name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

const LONGEST_NAME = 63;

export function statement(name: string, text: string): Statement {
  if (name.length > LONGEST_NAME) throw new Error(`A statement's name has at most ${LONGEST_NAME} characters: ${name}`);
  return { name, text };
}
