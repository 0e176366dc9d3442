/**
 * The names of the contexts that run in other processes. Only a process that does not run all contexts provides this
 * list.
 */
export const ELSEWHERE = Symbol('elsewhere');
