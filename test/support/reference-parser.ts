/**
 * The event stream format read word for word, for the tests to compare the real parser with.
 *
 * It takes the whole stream at once, keeps every step apart and repeats the sentence of the standard
 * that each step follows. It shares no code with the parser; being obvious is its only virtue.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
import type { Frame } from '../../packages/protocol/src/index.ts';

/**
 * The frames of a stream of which `stream` is all that ever arrived, after decoding.
 *
 * @param maxEventLength - Our own addition to the standard (docs/standard.md): an event whose data, or
 *   one of whose lines, is longer than this is discarded and reported as `oversized`.
 */
export function referenceParse(stream: string, maxEventLength = Number.POSITIVE_INFINITY): Frame[] {
  const frames: Frame[] = [];

  // "When a stream is parsed, a data buffer, an event type buffer, and a last event ID buffer must be associated
  // with it. They must be initialized to the empty string." Two of them need more than a string here: whether
  // a data field was seen is told from the LF that each appends, and whether this block has an id field of its
  // own (so `undefined`) decides between an event's id and none; who reads the frames keeps the lasting buffer.
  let dataBuffer = '';
  let eventTypeBuffer = '';
  let blockId: string | undefined;
  let blockIsOversized = false;

  // "The UTF-8 decode algorithm strips one leading UTF-8 Byte Order Mark (BOM), if any."
  const withoutBom = stream.startsWith('\uFEFF') ? stream.slice(1) : stream;

  // "Lines must be separated by either a U+000D CARRIAGE RETURN U+000A LINE FEED (CRLF) character pair, a single
  // U+000A LINE FEED (LF) character, or a single U+000D CARRIAGE RETURN (CR) character."
  const normalised = withoutBom.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  const lines = normalised.split('\n');

  // "Once the end of the file is reached, any pending data must be discarded." What follows the last line end is
  // the beginning of a line of which nobody knows the rest.
  lines.pop();

  // "The stream must then be parsed by reading everything line by line."
  for (const line of lines) {
    if (line === '') {
      // "If the line is empty (a blank line): Dispatch the event, as defined below."
      dispatchTheEvent();
    } else if (line.startsWith(':')) {
      // "If the line starts with a U+003A COLON character (:): Ignore the line." We report it, without the
      // space that a field's value would lose too. A comment line longer than the limit is cut to it.
      const text = line.slice(0, maxEventLength).slice(1);
      frames.push({ kind: 'comment', text: text.startsWith(' ') ? text.slice(1) : text });
    } else if (line.length > maxEventLength) {
      blockIsOversized = true;
    } else if (line.includes(':')) {
      // "If the line contains a U+003A COLON character (:): Collect the characters on the line before the first
      // U+003A COLON character (:), and let field be that string. Collect the characters on the line after the
      // first U+003A COLON character (:), and let value be that string. If value starts with a U+0020 SPACE
      // character, remove it from value. Process the field using the steps described below, using field as the
      // field name and value as the field value."
      const colon = line.indexOf(':');
      const field = line.slice(0, colon);
      let value = line.slice(colon + 1);
      if (value.startsWith(' ')) value = value.slice(1);
      processTheField(field, value);
    } else {
      // "Otherwise, the string is not empty but does not contain a U+003A COLON character (:): Process the field
      // using the steps described below, using the whole line as the field name, and the empty string as the
      // field value."
      processTheField(line, '');
    }
  }
  // "If the file ends in the middle of an event, before the final empty line, the incomplete event is not
  // dispatched."
  return frames;

  // "The steps to process the field given a field name and a field value depend on the field name, as given in
  // the following list. Field names must be compared literally, with no case folding performed."
  function processTheField(field: string, value: string): void {
    if (field === 'event') {
      // "If the field name is "event": Set the event type buffer to the field value."
      eventTypeBuffer = value;
    } else if (field === 'data') {
      // "If the field name is "data": Append the field value to the data buffer, then append a single U+000A
      // LINE FEED (LF) character to the data buffer."
      dataBuffer = dataBuffer + value + '\n';
    } else if (field === 'id') {
      // "If the field name is "id": If the field value does not contain U+0000 NULL, then set the last event ID
      // buffer to the field value. Otherwise, ignore the field."
      if (!value.includes('\u0000')) blockId = value;
    } else if (field === 'retry') {
      // "If the field name is "retry": If the field value consists of only ASCII digits, then interpret the field
      // value as an integer in base ten, and set the event stream's reconnection time to that integer.
      // Otherwise, ignore the field."
      const onlyDigits = value !== '' && [...value].every((character) => '0123456789'.includes(character));
      if (onlyDigits) frames.push({ kind: 'retry', retryMs: Number(value) });
    } else {
      // "Otherwise: The field is ignored."
    }
  }

  // "When the user agent is required to dispatch the event, the user agent must process the data buffer, the
  // event type buffer, and the last event ID buffer using steps appropriate for the user agent."
  function dispatchTheEvent(): void {
    // "Set the last event ID string of the event source to the value of the last event ID buffer."
    const id = blockId;
    // "Initialize event's type attribute to "message" ... If the event type buffer has a value other than the
    // empty string, change the type of the newly created event to equal the value of the event type buffer."
    const type = eventTypeBuffer === '' ? 'message' : eventTypeBuffer;
    // "If the data buffer's last character is a U+000A LINE FEED (LF) character, then remove the last character
    // from the data buffer."
    const data = dataBuffer.endsWith('\n') ? dataBuffer.slice(0, -1) : dataBuffer;

    if (blockIsOversized || data.length > maxEventLength) {
      frames.push({ kind: 'oversized', type, id });
    } else if (dataBuffer !== '') {
      frames.push({ kind: 'event', type, data, id });
    } else if (id !== undefined) {
      // "If the data buffer is an empty string, set the data buffer and the event type buffer to the empty string
      // and return." The last event ID string was set all the same.
      frames.push({ kind: 'id', id });
    }

    // "Set the data buffer and the event type buffer to the empty string."
    dataBuffer = '';
    eventTypeBuffer = '';
    blockId = undefined;
    blockIsOversized = false;
  }
}
