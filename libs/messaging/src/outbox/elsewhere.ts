/**
 * The names of the contexts that run in other processes. Provided only in a process that does not run all contexts.
 */
export const ELSEWHERE = Symbol('elsewhere');
