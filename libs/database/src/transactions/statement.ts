/** SQL with a name, which is parsed and planned once for each connection. The name must change when the text does. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

const LONGEST_NAME = 63;

export function statement(name: string, text: string): Statement {
  if (name.length > LONGEST_NAME) throw new Error(`A statement's name has at most ${LONGEST_NAME} characters: ${name}`);
  return { name, text };
}
