// The module that `journey:` names, loaded at once and without waiting, so that a profile's mistakes can be told together.
// Workers load it again, each for itself.

import { createRequire, registerHooks } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { types } from 'node:util';

/** What such a module gets of `doorbuster`: no more than it needs, and the same whether or not the package is installed or built. */
const OWN = new URL(`../order/code${extname(import.meta.url)}`, import.meta.url).href;

/** Its default export; what a CommonJS module exports. Throws what the module threw, or Node's own error. */
export function importJourneyModule(url: string): unknown {
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'doorbuster' ? { url: OWN, shortCircuit: true } : next(specifier, context),
  });
  try {
    const loaded: { default?: unknown } = createRequire(import.meta.url)(fileURLToPath(url));
    return types.isModuleNamespaceObject(loaded) ? loaded.default : (loaded.default ?? loaded);
  } finally {
    hooks.deregister();
  }
}
