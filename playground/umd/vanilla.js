'use strict';

/* exported vanilla */
globalThis.vanilla = (client) => client;
