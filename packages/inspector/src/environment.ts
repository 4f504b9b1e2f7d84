import type { Environment } from 'pushstream-client';

/** Time and frames, as a client's `environment` has them; a test replaces them. */
export type InspectorEnvironment = Pick<Environment, 'now' | 'setTimer' | 'requestFrame'>;
