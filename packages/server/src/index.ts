export type { Environment } from './environment.ts';
