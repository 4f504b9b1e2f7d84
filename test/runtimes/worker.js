// A classic worker, dedicated or shared: it loads the script that pages load too. The query says where the server is.
importScripts('/client/pushstream.min.js');

const baseUrl = location.search.slice(1);
const results = import('./suite.mjs').then(({ suite }) => suite(self.PushStream, baseUrl));
const tell = async (port) => port.postMessage(await results);

if ('onconnect' in self) self.onconnect = ({ ports: [port] }) => tell(port);
else void tell(self);
