/**
 * Everything that touches a log in Redis, as one script: nobody sees a log half done. Redis 6.2 or newer.
 *
 * `KEYS`: the head (a hash), the log (a stream), and for `publish` what the entry's key is remembered
 * by. `ARGV`: the operation, a fresh word, the newest position that the caller knows of (epoch, when
 * that was begun, number, mark), the limits (entries, bytes, milliseconds), then what belongs to the
 * operation.
 *
 * - `publish`: window of the key in milliseconds, type, channel, addressee with tags, data
 * - `read`: epoch, number, limit
 * - `renew`: the epoch that is no longer to be trusted
 * - `head`
 *
 * Answers: epoch, when it was begun, first number, last number, mark of the last entry; then whether it
 * is a duplicate (`publish`; the last number is then that of the entry), or entries (`read`).
 *
 * An entry has the id `<seq>-0`, so that it is found by its number at once and no number comes twice.
 * Its mark is nobody else's, and it has the mark of the one before it: who has seen an entry knows
 * whether another one follows *it*, or stands in a log that once looked the same. `b` is how many
 * bytes were stored before it, in this epoch: what is kept is a difference, whoever trims.
 */
export const SCRIPT = `
local HEAD, LOG, KEY = KEYS[1], KEYS[2], KEYS[3]
local operation, token = ARGV[1], ARGV[2]
local known = { epoch = ARGV[3], born = tonumber(ARGV[4]), seq = tonumber(ARGV[5]), mark = ARGV[6] }
local maxEvents, maxBytes, maxAge = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

-- Lua's own text of a large number has an exponent.
local function text(number) return string.format('%.0f', number) end

local fields = redis.call('HMGET', HEAD, 'epoch', 'born', 'seq', 'mark', 'bytes', 'time', 'first', 'from', 'since')
local function number(value) return tonumber(value or '0') or 0 end
local epoch, mark = fields[1], fields[4]
local born, seq, bytes, time = number(fields[2]), number(fields[3]), number(fields[5]), number(fields[6])
-- The oldest entry that was known last: its number, what was stored before it, and when it was.
local first, from, since = number(fields[7]), number(fields[8]), number(fields[9])
local length = redis.call('XLEN', LOG)
local isChanged = false

local function begin()
  redis.call('DEL', LOG)
  born = math.max(now, born + 1, known.born + 1)
  epoch, seq, mark, bytes, time, first, from, since, length = token, 0, string.sub(token, 1, 8), 0, 0, 1, 0, 0, 0
  isChanged = true
end

-- What is stored cannot be what the caller has seen, or what was stored here.
local function isLost()
  if not epoch or not mark or length > seq then return true end
  if length == 0 and seq > 0 and redis.call('EXISTS', LOG) == 0 then return true end
  if epoch ~= known.epoch then return born < known.born end
  return seq < known.seq or (seq == known.seq and mark ~= known.mark)
end

-- The first entry from a number on: its number, what was stored before it, and when it was.
local function find(at)
  local found = redis.call('XRANGE', LOG, text(at), '+', 'COUNT', 1)[1]
  if not found then return seq + 1, bytes, now end
  return number(string.match(found[1], '^%d+')), number(found[2][4]), number(found[2][2])
end

local function isTooMuch(at, before, stored)
  if at > seq then return false end
  return at <= seq - maxEvents or now - stored > maxAge or (bytes - before > maxBytes and at < seq)
end

-- What is too much is older than what is not: the border is found in a few steps, one where one entry goes.
local function trim()
  if not isTooMuch(first, from, since) then return end
  local low, high, step = math.max(first, seq - maxEvents), seq + 1, 1
  local before, stored = bytes, now
  while high - low > 1 do
    local at = math.min(low + step, math.floor((low + high) / 2))
    local there, itsBefore, itsTime = find(at)
    if there < high and isTooMuch(there, itsBefore, itsTime) then
      low, step = there, step * 2
    else
      if there < high then before, stored = itsBefore, itsTime end
      high, step = at, high
    end
  end
  -- Where nothing may be written at the moment, all that there is can be read.
  local trimmed = redis.pcall('XTRIM', LOG, 'MINID', text(high))
  if type(trimmed) == 'table' and trimmed.err then return end
  first, from, since = high, before, stored
  isChanged = true
end

local function answer(last, more)
  if isChanged then
    redis.call('HSET', HEAD, 'epoch', epoch, 'born', text(born), 'seq', text(seq), 'mark', mark, 'bytes', text(bytes),
      'time', text(time), 'first', text(first), 'from', text(from), 'since', text(since))
  end
  return { epoch, text(born), text(first), text(last), mark, more }
end

if isLost() or (operation == 'renew' and ARGV[10] == epoch) then begin() end
-- Somebody else may have trimmed.
if length == 0 then first = seq + 1
elseif first ~= seq - length + 1 then first, from, since = find(0) end

if operation == 'publish' then
  if KEY then
    local stored = redis.call('GET', KEY)
    local its, there = string.match(stored or '', '^(%S+) (%d+)$')
    if its == epoch then return answer(number(there), 1) end
  end
  local function add()
    return redis.pcall('XADD', LOG, text(seq + 1) .. '-0', 't', text(math.max(now, time)), 'b', text(bytes),
      'p', mark, 'm', string.sub(token, 1, 8), 'e', ARGV[11], 'c', ARGV[12], 'x', ARGV[13], 'd', ARGV[14])
  end
  local added = add()
  if type(added) == 'table' and added.err then
    -- Out of memory is no reason to lose more; an id that is taken is: somebody else wrote.
    if not string.find(added.err, 'equal or smaller', 1, true) then return added end
    begin()
    added = add()
    if type(added) == 'table' and added.err then return added end
  end
  time = math.max(now, time)
  if first > seq then from, since = bytes, time end
  seq, mark = seq + 1, string.sub(token, 1, 8)
  bytes = bytes + #ARGV[11] + #ARGV[12] + #ARGV[13] + #ARGV[14]
  isChanged = true
  if KEY then redis.call('SET', KEY, epoch .. ' ' .. text(seq), 'PX', ARGV[10]) end
  trim()
  return answer(seq, 0)
end

trim()
if operation ~= 'read' then return answer(seq) end

local entries, size = {}, 0
local after, limit = tonumber(ARGV[11]), tonumber(ARGV[12])
if ARGV[10] == epoch and after >= first - 1 and after < seq then
  local start = text(after + 1)
  while start and #entries < limit and size < 1048576 do
    local page = redis.call('XRANGE', LOG, start, '+', 'COUNT', math.min(64, limit - #entries))
    start = nil
    for _, entry in ipairs(page) do
      entries[#entries + 1] = entry
      size = size + #(entry[2][16] or '')
      start = '(' .. entry[1]
    end
  end
end
return answer(seq, entries)
`;
