export { type Binding, createBinding } from './binding.ts';
export { type Countdown, createCountdown } from './countdown.ts';
export { createPicker, isShallowEqual, type Picker } from './picker.ts';
export type {
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
} from './types.ts';
