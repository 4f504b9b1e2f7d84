export { isEventStream } from './content-type.ts';
export { encodeComment, encodeEvent } from './encode.ts';
export { createParser, DEFAULT_MAX_EVENT_LENGTH, type Parser, type ParserOptions } from './parse.ts';
export { parseRetry } from './retry.ts';
export type { CommentFrame, EventFrame, Frame, IdFrame, OutgoingEvent, OversizedFrame, RetryFrame } from './types.ts';
