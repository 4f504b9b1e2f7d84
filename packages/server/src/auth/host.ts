/** A wall clock's milliseconds, as libraries take them. */
export const dateOf = (ms: number): Date => new Date(ms);
