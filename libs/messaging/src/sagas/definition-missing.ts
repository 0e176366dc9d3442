interface UnknownVersion {
  readonly definition: number;
  readonly count: number;
}

/**
 * There are unfinished sagas that use an old version of their definition, and this build does not have that version.
 */
export class DefinitionMissing extends Error {
  constructor(saga: string, known: readonly number[], missing: readonly UnknownVersion[]) {
    const which = missing.map(
      ({ definition, count }) => `${count} ${count === 1 ? 'saga' : 'sagas'} with version ${definition}`,
    );
    super(
      `Unfinished ${saga} sagas use versions of the definition that this build does not have (${which.join(', ')}). ` +
        `It has version ${known.join(', ')}. ` +
        'Start a build that has the missing versions, or add them to this build until the sagas are over.',
    );
    this.name = 'DefinitionMissing';
  }
}
