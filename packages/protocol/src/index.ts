export { check, complete, type Manual, misuse, MS, show } from './checks.ts';
export { isEventStream } from './content-type.ts';
export { encodeComment, encodeEvent } from './encode.ts';
export { createParser, DEFAULT_MAX_EVENT_LENGTH } from './parse.ts';
export { parseRetry } from './retry.ts';
export type {
  CommentFrame,
  EventFrame,
  Frame,
  IdFrame,
  OutgoingEvent,
  OversizedFrame,
  Parser,
  ParserOptions,
  RetryFrame,
} from './types.ts';
