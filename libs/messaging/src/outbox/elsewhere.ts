/**
 * The names of the contexts that run in other processes. Only a process that does not run all contexts provides them.
 */
export const ELSEWHERE = Symbol('elsewhere');
