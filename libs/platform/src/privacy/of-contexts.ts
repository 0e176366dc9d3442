import type { Abstract } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { PersonalRemains } from './personal-remains';
import { SealedSubjects } from './sealed-subjects';

/** All providers of one kind that the contexts of this process offer, each once. */
function provided<Kind>(modules: ModulesContainer, kind: Abstract<Kind>): Kind[] {
  const instances = [...modules.values()].flatMap(({ providers }) =>
    [...providers.values()].map((one): unknown => one.instance),
  );
  return [...new Set(instances)].filter((instance): instance is Kind => instance instanceof (kind as never));
}

export const remainsIn = (modules: ModulesContainer): PersonalRemains[] => provided(modules, PersonalRemains);

export const sealedSubjectsIn = (modules: ModulesContainer): SealedSubjects[] => provided(modules, SealedSubjects);
