import { currentRequest } from '#platform/observability';

/** The prototype of an internal class, for which the library exports no types. The work is counted in its methods. */
const prototypeOf = <Name extends string>(module: string, name: Name) =>
  jest.requireActual<Record<Name, { prototype: Record<string, Method> }>>(module)[name].prototype;

type Method = (...args: any[]) => unknown;

export interface Work {
  /** The number of values that class-transformer visited. */
  readonly visited: number;
  /** The number of objects that class-validator checked. */
  readonly checked: number;
  readonly statements: number;
  readonly rows: number;
}

/** Counts the work that this process does for requests, by replacing methods of the libraries. */
export class WorkCount {
  private readonly counts = { visited: 0, checked: 0, statements: 0, rows: 0 };
  private readonly undo: (() => void)[] = [];

  begin(): void {
    const { counts } = this;
    this.watch(
      prototypeOf('class-transformer/cjs/TransformOperationExecutor', 'TransformOperationExecutor'),
      'transform',
      () => {
        counts.visited += 1;
      },
    );
    this.watch(
      prototypeOf('class-validator/cjs/validation/ValidationExecutor', 'ValidationExecutor'),
      'execute',
      () => {
        counts.checked += 1;
      },
    );
    this.watch(prototypeOf('pg', 'Client'), 'query', (args) => {
      if (!currentRequest()) return; // a query of a background job, not of a request
      counts.statements += 1;
      const callback = args.at(-1);
      if (typeof callback !== 'function') return (done) => void (counts.rows += rowsOf(done));
      args[args.length - 1] = (fault: unknown, done: unknown) => {
        counts.rows += rowsOf(done);
        (callback as Method)(fault, done);
      };
    });
  }

  end(): void {
    for (const restore of this.undo) restore();
  }

  current(): Work {
    return { ...this.counts };
  }

  since(before: Work): Work {
    const { visited, checked, statements, rows } = this.counts;
    return {
      visited: visited - before.visited,
      checked: checked - before.checked,
      statements: statements - before.statements,
      rows: rows - before.rows,
    };
  }

  /** Calls `onCall` before each call of the method. If `onCall` returns a function, that function gets the result. */
  private watch(
    methods: Record<string, Method>,
    name: string,
    onCall: (args: unknown[]) => void | ((done: unknown) => void),
  ) {
    const original = methods[name];
    methods[name] = function (...args: unknown[]) {
      const onResult = onCall(args);
      const outcome = original.apply(this, args);
      if (onResult && outcome instanceof Promise) outcome.then(onResult, () => undefined);
      return outcome;
    };
    this.undo.push(() => (methods[name] = original));
  }
}

const rowsOf = (done: unknown): number => {
  const results = [done].flat() as ({ readonly rows?: readonly unknown[] } | undefined)[];
  return results.reduce((sum, result) => sum + (result?.rows?.length ?? 0), 0);
};
