/**
 * The names of the contexts that run in other processes. It is provided only where a process opens some of the
 * contexts.
 */
export const ELSEWHERE = Symbol('elsewhere');
