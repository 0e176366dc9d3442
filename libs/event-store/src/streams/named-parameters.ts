/** Values by part of the statement, and by name within the part. */
export type NamedValues = Readonly<Record<string, object>>;

/** The parameters of one statement. Each gets its number when the SQL first names it. */
export class NamedParameters {
  private readonly named: (readonly [part: string, name: string])[] = [];

  /** The parameters of a part, each as its `$n`. The names in `shared` belong to another part. */
  of<Name extends string>(part: string, shared?: { readonly part: string; readonly names: readonly string[] }) {
    return new Proxy({} as Readonly<Record<Name, string>>, {
      get: (_, name: string) => this.numbered(shared?.names.includes(name) ? shared.part : part, name),
    });
  }

  /** The values in the order of their numbers. */
  values(given: NamedValues): unknown[] {
    return this.named.map(([part, name]) => (given[part] as Record<string, unknown>)[name]);
  }

  private numbered(part: string, name: string): string {
    const known = this.named.findIndex((one) => one[0] === part && one[1] === name);
    return `$${known < 0 ? this.named.push([part, name]) : known + 1}`;
  }
}
