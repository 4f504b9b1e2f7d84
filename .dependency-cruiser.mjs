const client = '^packages/client/src/';
/** A published sibling before its first build: a name that resolves to nothing. */
const unbuilt = '^pushstream-';
const types = { dependencyTypesNot: ['type-only'] };

/** One wall: files under `from` must not import files under `to`, unless `except` names them. */
const wall = (name, from, to, except = {}) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: to, ...except },
});

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: unbuilt } },
    wall('protocol-imports-nothing', '^packages/protocol/src/', '.', { pathNot: '^packages/protocol/src/' }),
    wall('packages-import-by-name', '^packages/([^/]+)/', '^packages/', {
      pathNot: '^packages/$1/',
      dependencyTypes: ['local'],
    }),
    wall('transport-below-connection', `${client}transport/`, client, {
      pathNot: `${client}(transport/|connection/state\\.ts$|(errors|environment|events|options)\\.ts$)`,
    }),
    wall('transport-shares-words-only', `${client}transport/`, `${client}connection/`, types),
    wall('connection-knows-interfaces-only', `${client}connection/`, client, {
      pathNot: `${client}(connection/|transport/transport\\.ts$|(errors|environment|events)\\.ts$)`,
    }),
    wall('connection-runs-no-transport', `${client}connection/`, `${client}transport/|^packages/protocol/`, types),
    wall('machine-is-pure', `${client}connection/`, 'node_modules|^node:', types),
    wall('rooms-do-not-know-the-client', `${client}(?!index\\.ts$|[a-z-]+/index\\.ts$)`, `${client}index\\.ts$`),
    wall('adapters-import-the-client-only', '^packages/(react|vue|svelte)/', `^packages/|${unbuilt}`, {
      pathNot: '^packages/($1|client)/|^pushstream-client',
    }),
    wall('inspector-imports-types-only', '^packages/inspector/', `^packages/|${unbuilt}|node_modules`, {
      pathNot: '^packages/inspector/',
      ...types,
    }),
    wall('server-does-not-know-the-client', '^packages/server/', '^packages/(client|react|vue|svelte)/|^pushstream-'),
  ],
  options: {
    tsConfig: { fileName: 'packages/client/tsconfig.json' },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    doNotFollow: { path: 'node_modules|/dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
      extensions: ['.ts', '.mjs', '.js'],
    },
  },
};
