/** Provided where a process keeps some contexts open only: the names of the shop's others, which run in other processes. */
export const ELSEWHERE = Symbol('elsewhere');
