import type { Projection } from './projection';

/**
 * The projections of this build for a context. A name has several versions while tables of several versions are in
 * use.
 */
export class ProjectionSet {
  constructor(readonly all: readonly Projection[]) {}

  get names(): string[] {
    return [...new Set(this.all.map((one) => one.name))];
  }
}
