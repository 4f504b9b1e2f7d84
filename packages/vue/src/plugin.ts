import { type ClientScope, createClientScope, type SharedClientOptions } from 'pushstream-client';
import { hasInjectionContext, inject, type InjectionKey, type Plugin } from 'vue';

/** What holds for every source that is a URL, unless its own options say otherwise. */
export type DefaultOptions = Omit<SharedClientOptions<object>, 'schemas'>;

/** What the composables of one app, or of what is below a component that provides it, have in common. */
export interface PushStreamContext {
  /** Where streams of the same URL and request meet. */
  readonly scope: ClientScope;
  /** What holds for every source that is a URL, unless its own options say otherwise. */
  readonly options: DefaultOptions;
}

/** The key of `provide`, for a scope of your own: in a test, or for a part of an app. */
export const pushStreamKey: InjectionKey<PushStreamContext> = Symbol('PushStream');

/**
 * `app.use(pushStreamPlugin, options)`: clients of the app's own, disposed when it is unmounted, and
 * options for all of them. Without it, composables share the page's clients.
 */
export const pushStreamPlugin: Plugin<[options?: DefaultOptions]> = {
  install(app, options = {}) {
    const scope = createClientScope();
    app.provide(pushStreamKey, { scope, options });
    app.onUnmount(() => scope[Symbol.dispose]());
  },
};

/** Outside of components, stores and `app.runWithContext` nobody provides anything. */
export function usePushStream(): PushStreamContext | null {
  return hasInjectionContext() ? inject(pushStreamKey, null) : null;
}
