// Runs in a page, and gives back what the suite says in the page and in each kind of worker.
import * as library from 'pushstream-client';
import { suite } from './suite.mjs';

const listen = (port) =>
  new Promise((resolve, reject) => {
    port.onmessage = ({ data }) => resolve(data);
    port.onerror = ({ message }) => reject(new Error(`The worker failed: ${message}`));
  });

window.run = {
  page: (baseUrl) => suite(library, baseUrl),
  worker: (baseUrl) => listen(new Worker(`worker.js?${baseUrl}`)),
  sharedWorker: (baseUrl) => listen(new SharedWorker(`worker.js?${baseUrl}`).port),
};
