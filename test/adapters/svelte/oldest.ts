export { contract } from '../contract.ts';
export { driver } from '../drivers/svelte.ts';
