import { type Binding, createHold, isServer, type Pattern, type StreamSource } from 'pushstream-client/binding';
import {
  type ComponentInternalInstance,
  computed,
  getCurrentInstance,
  getCurrentScope,
  type MaybeRefOrGetter,
  onActivated,
  onBeforeUnmount,
  onDeactivated,
  onMounted,
  onScopeDispose,
  type ShallowRef,
  shallowRef,
  toRaw,
  toValue,
  watch,
} from 'vue';
import { usePushStream } from './plugin.ts';
import type { ComposableOptions } from './types.ts';

/** What concerns the connection and what it is folded into, whatever is selected of it. */
type Options<Events extends object, Name extends Pattern<Events>, Data> = Omit<
  ComposableOptions<Events, Name, Data, never>,
  'select' | 'isEqual'
>;

/**
 * Holds one binding after the other, as source and options have it, from mounting until the scope is
 * disposed. What it returns is `begin` of the first, then what `follow` shows of each that is attached.
 */
export function useBinding<Events extends object, Name extends Pattern<Events>, Data, Shown>(
  source: MaybeRefOrGetter<StreamSource<Events>>,
  options: MaybeRefOrGetter<Options<Events, Name, Data>>,
  begin: (binding: Binding<Events, Name, Data>) => Shown,
  follow: (binding: Binding<Events, Name, Data>, show: (shown: Shown) => void) => (() => void) | undefined,
): Readonly<ShallowRef<Shown>> {
  const hold = createHold<Events, Name, Data>(usePushStream());
  const binding = computed(() => {
    const { enabled, deactivated: _own, ...rest } = toValue(options);
    // A client that somebody put into a deep ref is still that client.
    return hold(toRaw(toValue(source)), { ...rest, enabled: toValue(enabled) ?? true });
  });
  const shown = shallowRef(begin(binding.value));

  const instance = getCurrentInstance();
  const scope = getCurrentScope();
  // Before it is mounted a component shows what the server rendered; and there none is ever mounted.
  const isActive = shallowRef(instance ? instance.isMounted : !isServer());
  // Hooks run in the scope of their component: a store which that made is no part of it, and lives on without it.
  const isOwn = (): boolean => getCurrentScope() === scope;
  const isReleased = (): boolean => isOwn() && toValue(options).deactivated !== 'keep';
  if (instance) {
    onMounted(() => (isActive.value = !isReleased() || !isInDeactivated(instance)));
    onActivated(() => isReleased() && (isActive.value = true));
    onDeactivated(() => isReleased() && (isActive.value = false));
    // Also of one that never was mounted.
    onBeforeUnmount(() => isOwn() || (isActive.value = true));
  }

  let end: (() => void) | undefined;
  watch(
    () => (isActive.value ? binding.value : undefined),
    (next) => {
      const before = end;
      const ends = [next?.attach()];
      end = () => ends.forEach((undo) => undo?.());
      before?.();
      ends.push(next && follow(next, (value) => (shown.value = value)));
    },
    { immediate: true },
  );
  // Vue warns where there is no scope: such a stream ends with the page.
  onScopeDispose(() => end?.());
  return shown;
}

/** `<KeepAlive>` may hold what is around it, out of sight, while it is mounted. */
function isInDeactivated(instance: ComponentInternalInstance): boolean {
  return instance.isDeactivated || (instance.parent !== null && isInDeactivated(instance.parent));
}
