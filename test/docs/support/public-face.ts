import { join } from 'node:path';
import ts from 'typescript';
import { read, root } from './markdown.ts';

/** One thing that users see: an export, or a member of one. */
export interface Entry {
  readonly name: string;
  /** The docstring's text, without its tags. */
  readonly text: string;
  /** The value of `@default`, if there is one. */
  readonly fallback: string | undefined;
  readonly optional: boolean;
}

const config = ts.readConfigFile(join(root, 'packages/client/tsconfig.json'), (path) => ts.sys.readFile(path));
const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, join(root, 'packages/client'));
const client = 'packages/client/src';

/** An index for each entry of a published package. */
function entriesOf(name: string): readonly string[] {
  const published = JSON.parse(read(`packages/${name}/package.json`)) as { exports: Record<string, unknown> };
  return Object.keys(published.exports)
    .filter((path) => !path.endsWith('.json'))
    .map((path) => `packages/${name}/src${path.slice(1)}/index.ts`);
}

/** What users import, and what the packages import of each other. */
export const faces: readonly string[] = [
  ...entriesOf('client'),
  ...entriesOf('server'),
  'packages/protocol/src/index.ts',
  'packages/react/src/index.ts',
  'packages/vue/src/index.ts',
  'packages/svelte/src/index.ts',
  'packages/inspector/src/index.ts',
];
const program = ts.createProgram(
  faces.map((path) => join(root, path)),
  {
    ...options,
    types: ['node'],
    paths: {
      'pushstream-client': [join(root, client, 'index.ts')],
      'pushstream-client/*': [join(root, client, '*/index.ts')],
    },
  },
);
const checker = program.getTypeChecker();

function entry(name: string, symbol: ts.Symbol): Entry {
  const tag = symbol.getJsDocTags(checker).find((found) => found.name === 'default');
  // A default of one paragraph: what follows a blank line is not a part of it.
  const fallback = tag && ts.displayPartsToString(tag.text).split('\n\n')[0]?.trim();
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker));
  return { name, text, fallback, optional: (symbol.flags & ts.SymbolFlags.Optional) !== 0 };
}

function isHidden(declaration: ts.Declaration): boolean {
  const name = ts.getNameOfDeclaration(declaration);
  const flags = ts.getCombinedModifierFlags(declaration);
  // An overriding member is documented where it is declared first.
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Override;
  // What tells the members of a union apart is explained where the interface is.
  const tells =
    ts.isPropertySignature(declaration) && declaration.type !== undefined && ts.isLiteralTypeNode(declaration.type);
  return tells || (name !== undefined && ts.isPrivateIdentifier(name)) || (flags & hidden) !== 0;
}

/** Its own members; those that it inherits are documented where they are declared. */
function membersOf(symbol: ts.Symbol): readonly ts.Symbol[] {
  if ((symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.Class)) === 0) return [];
  return checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol)).filter((member) => {
    const declaration = member.declarations?.[0];
    const owner = declaration?.parent;
    return declaration && !isHidden(declaration) && symbol.declarations?.some((own) => own === owner);
  });
}

function exportsOf(path: string): readonly ts.Symbol[] {
  const source = program.getSourceFile(join(root, path));
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new Error(`${path}: expected a module`);
  return checker
    .getExportsOfModule(module)
    .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol));
}

/** Every export of an index file, and every public member of its interfaces and classes. */
export function publicFace(path: string): readonly Entry[] {
  return exportsOf(path).flatMap((symbol) => [
    entry(symbol.name, symbol),
    ...membersOf(symbol).map((member) => entry(`${symbol.name}.${memberName(member)}`, member)),
  ]);
}

/** `[Symbol.dispose]` as it is written. */
function memberName({ name, declarations }: ts.Symbol): string {
  const written = declarations?.[0] && ts.getNameOfDeclaration(declarations[0])?.getText();
  return written ?? name;
}

/** The members of one exported interface. */
export function members(path: string, name: string): readonly Entry[] {
  return publicFace(path)
    .filter((one) => one.name.startsWith(`${name}.`))
    .map((one) => ({ ...one, name: one.name.slice(name.length + 1) }));
}

/** The words of an exported type that is a union of literals, in order. */
export function words(path: string, name: string): readonly string[] {
  const symbol = exportsOf(path).find((one) => one.name === name);
  const type = symbol && checker.getDeclaredTypeOfSymbol(symbol);
  if (!type?.isUnion()) throw new Error(`${path}: expected ${name} to be a union`);
  return type.types.flatMap((one) => (one.isStringLiteral() ? [one.value] : []));
}

/** The exported error classes with the literal of their `code`; `undefined` for the abstract base. */
export function errorClasses(path: string): ReadonlyMap<string, string | undefined> {
  const found = new Map<string, string | undefined>();
  for (const symbol of exportsOf(path)) {
    const declaration = symbol.valueDeclaration;
    if (!declaration || !ts.isClassDeclaration(declaration) || !symbol.name.endsWith('Error')) continue;
    const code = checker.getPropertyOfType(checker.getDeclaredTypeOfSymbol(symbol), 'code');
    const type = code && checker.getTypeOfSymbol(code);
    found.set(symbol.name, type?.isStringLiteral() ? type.value : undefined);
  }
  return found;
}
