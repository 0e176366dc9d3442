interface Strange {
  readonly definition: number;
  readonly count: number;
}

/** Unfinished sagas began with a version of their definition that this build does not have. */
export class DefinitionMissing extends Error {
  constructor(saga: string, known: readonly number[], strange: readonly Strange[]) {
    const found = strange.map(({ definition, count }) => `${count} with version ${definition}`).join(', ');
    super(
      `Unfinished sagas called ${saga} were begun ${found}, and this build has ${known.join(', ')} only. ` +
        'Keep the earlier definition in the build until they are over, or start a build that has it.',
    );
    this.name = 'DefinitionMissing';
  }
}
