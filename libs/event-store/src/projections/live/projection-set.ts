import type { Projection } from './projection';

/**
 * The projections of this build for a context. There are several versions of a projection while tables of several
 * versions are in use.
 */
export class ProjectionSet {
  constructor(readonly all: readonly Projection[]) {}

  get names(): string[] {
    return [...new Set(this.all.map((one) => one.name))];
  }
}
