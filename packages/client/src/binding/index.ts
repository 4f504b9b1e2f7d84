export { type Bound, createBound } from './bound.ts';
export { type Binding, createBinding, type Earlier } from './binding.ts';
export { type Countdown, createCountdown } from './countdown.ts';
export { isServer } from '../host.ts';
export { type BindingContext, createHold, type Hold } from './holder.ts';
export { mapParts } from './parts.ts';
export { createPicker, isShallowEqual, type Picker } from './picker.ts';
export { createAwaitedBinding } from './suspense.ts';
export type {
  BindingOptions,
  Listeners,
  Matching,
  NewestData,
  Pattern,
  Seed,
  StreamControls,
  StreamOptions,
  StreamResult,
  StreamSource,
  StreamUrl,
  WithInitial,
} from './types.ts';
