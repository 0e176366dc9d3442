/** The values of a statement: an object for each part of the statement, with the values by name. */
export type NamedValues = Readonly<Record<string, object>>;

/** The parameters of one statement. A parameter gets its number when the SQL uses it for the first time. */
export class NamedParameters {
  private readonly parameters: (readonly [part: string, name: string])[] = [];

  /**
   * Returns an object with the placeholder `$n` for each name in this part of the statement. Names in `shared` are
   * parameters of another part.
   */
  ofPart<Name extends string>(part: string, shared?: { readonly part: string; readonly names: readonly string[] }) {
    return new Proxy({} as Readonly<Record<Name, string>>, {
      get: (_, name: string) => this.placeholder(shared?.names.includes(name) ? shared.part : part, name),
    });
  }

  /** The values in the order of their numbers. */
  values(given: NamedValues): unknown[] {
    return this.parameters.map(([part, name]) => (given[part] as Record<string, unknown>)[name]);
  }

  private placeholder(part: string, name: string): string {
    const index = this.parameters.findIndex((one) => one[0] === part && one[1] === name);
    return `$${index < 0 ? this.parameters.push([part, name]) : index + 1}`;
  }
}
