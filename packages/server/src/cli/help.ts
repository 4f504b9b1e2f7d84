/** What `--help` prints. */
export const help: string = `pushstream-server: server-sent events over HTTP, with channels and replay

Usage
  pushstream-server [options]

Where
  -p, --port <number>      Port; 0 takes a free one (4400)
      --host <address>     Address; 0.0.0.0 is every one of this machine
                           (127.0.0.1)
      --origin <origin>    Whose pages may read and publish, as
                           https://app.example; repeatable (none)

Who
      --api-key <key>      A key that may publish; repeatable. Others on this
                           machine see the command line: PUSHSTREAM_API_KEY is
                           better. Without any, one is made and shown once
      --query-api-key      Takes ?apikey= too, on GET /api/sse/connect only:
                           URLs end up in logs
      --open               Everybody may publish, without a key: for your own
                           machine. Streams may be read by everybody either way

What
      --heartbeat-ms <ms>  Interval of the sign of life on every stream (15000)
      --max-events <n>     Events that are kept for those who come back (10000)
      --redis <url>        A log that instances share and that outlives them, in
                           Redis (npm install redis). PUSHSTREAM_REDIS_URL is
                           better where it has a password
      --demo               Sends something to look at: simulated tasks, and the
                           demo's messages

How
      --drain-ms <ms>      Over how long streams are ended at SIGTERM or Ctrl-C;
                           again: at once (10000)
      --log-level <level>  silent, fatal, error, warn, info, debug, trace (info)
  -v, --version
  -h, --help

Environment
  PUSHSTREAM_API_KEY       Keys that may publish, separated by commas
  PUSHSTREAM_REDIS_URL     As --redis
  NO_COLOR                 Logs without colours

Logs go to standard output: JSON lines, or something shorter in a terminal.

Try
  export PUSHSTREAM_API_KEY=$(openssl rand -hex 32)
  pushstream-server &

  curl -N http://127.0.0.1:4400/events                        everything
  curl -N 'http://127.0.0.1:4400/events?type=order.*'         some types
  curl -N http://127.0.0.1:4400/stream/orders.42              one channel
  curl -N http://127.0.0.1:4400/events -H 'Last-Event-ID: …'  what came since

  curl http://127.0.0.1:4400/publish/orders.42 \\
    -H "Authorization: Bearer $PUSHSTREAM_API_KEY" \\
    -H 'Content-Type: application/json' \\
    -d '{ "type": "order.shipped", "data": { "id": 42 }, "key": "shipped-42" }'

  A publisher may add "to" (one client), "tags" ({"name": "value"}), "key" (a
  repetition is harmless) and "ephemeral" (to those who are connected, never
  again).

Other routes
  GET    /health/live  /health/ready  /metrics  /sessions  /pulses
  POST   /pulse  /api/demo/start  /api/demo/stop     GET /api/demo/status
  POST   /api/sse/broadcast  /notification  /alert  /data-update  /heartbeat
         …/{clientId}: to one
  DELETE /sessions/{id}  /killSession  /killall

All of it: docs/server.md in the repository
`;
