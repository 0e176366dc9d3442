import type { Projection } from './projection';

/** The projections a context was built with; several versions of one name while tables of each are in use. */
export class ProjectionSet {
  constructor(readonly all: readonly Projection[]) {}

  get names(): string[] {
    return [...new Set(this.all.map((one) => one.name))];
  }
}
