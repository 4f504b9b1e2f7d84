import { compileScript, parse } from 'vue/compiler-sfc';

/** A component's script with its template inside, as TypeScript: what the template says is checked as well. */
export function compileVue(code: string, id: string): string {
  const { descriptor, errors } = parse(code);
  const [error] = errors;
  if (error) throw error;
  return compileScript(descriptor, { id, inlineTemplate: true }).content;
}
