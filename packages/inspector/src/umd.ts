import { defineInspector } from './define.ts';

export * from './index.ts';

// Who loads a script tag means the element.
defineInspector();
