interface UnknownVersion {
  readonly definition: number;
  readonly count: number;
}

/**
 * There are unfinished sagas that use an old version of their definition, and this build does not have that version.
 */
export class DefinitionMissing extends Error {
  constructor(saga: string, known: readonly number[], missing: readonly UnknownVersion[]) {
    const found = missing.map(({ definition, count }) => `${count} with version ${definition}`).join(', ');
    super(
      `Unfinished sagas called ${saga} were begun ${found}, and this build has ${known.join(', ')} only. ` +
        'Keep the earlier definition in the build until they are over, or start a build that has it.',
    );
    this.name = 'DefinitionMissing';
  }
}
