import type { Abstract } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { UnerasedData } from './unerased-data';
import { SealedSubjects } from './sealed-subjects';

/** All providers of one class in this process, each once. */
function providersOf<Kind>(modules: ModulesContainer, kind: Abstract<Kind>): Kind[] {
  const instances = [...modules.values()].flatMap(({ providers }) =>
    [...providers.values()].map((one): unknown => one.instance),
  );
  return [...new Set(instances)].filter((instance): instance is Kind => instance instanceof (kind as never));
}

export const unerasedDataIn = (modules: ModulesContainer): UnerasedData[] => providersOf(modules, UnerasedData);

export const sealedSubjectsIn = (modules: ModulesContainer): SealedSubjects[] => providersOf(modules, SealedSubjects);
