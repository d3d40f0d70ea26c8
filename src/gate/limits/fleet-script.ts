import { defineScript, type RedisScript } from '../redis.js';

/** What is asked of one key, times in microseconds. */
export interface FleetQuestion {
  /** What a request takes. */
  readonly intervalUs: number;
  readonly depthUs: number;
  readonly cost: number;
  /** Requests to be had beyond that, while there are many left. */
  readonly wanted: number;
  /** Requests that were had and not made. */
  readonly unspent: number;
  /** By how much the key was ahead, as far as is known here: what a Redis starts from that has forgotten. */
  readonly aheadUs: number;
}

export interface FleetAnswer {
  /** Which of the keys has refused, from 0 on, and for how long; undefined where all let the request through. */
  readonly refused: { readonly index: number; readonly waitUs: number } | undefined;
  /** For each key by how much it is ahead now, and what was had beyond the cost. */
  readonly keys: readonly { readonly aheadUs: number; readonly granted: number }[];
}

export function argumentsOf(questions: readonly FleetQuestion[]): string[] {
  return questions.flatMap(({ intervalUs, depthUs, cost, wanted, unspent, aheadUs }) =>
    [intervalUs, depthUs, cost, wanted, unspent, aheadUs].map(String),
  );
}

/** By how many microseconds each key is ahead, for those who only look: a key that Redis does not know is ahead by what is known here. */
export const lookScript: RedisScript<readonly number[]> = defineScript(
  `local clock = redis.call('TIME')
local now = (clock[1] - 1767225600) * 1000000 + clock[2]
local reply = {}
for i = 1, #KEYS do
  local known = redis.call('GET', KEYS[i])
  reply[i] = math.ceil(math.max(0, known and tonumber(known) - now or tonumber(ARGV[i])))
end
return reply`,
  (reply) => {
    if (!Array.isArray(reply) || !reply.every((item) => typeof item === 'number'))
      throw new Error('The script of rate limits has returned something else than numbers.');
    return reply;
  },
);

/**
 * GCRA on all keys of a request at once: all let it through and are charged, or none is. The clock is
 * that of Redis, so that gateways need not agree about the time; it counts from 2026, where doubles
 * still tell nanoseconds apart. A time that is further ahead than the limit allows comes from a clock that
 * was set back or a limit that has changed, and is cut. Beyond its cost a request gets at most an
 * eighth of what is left.
 */
export const fleetScript: RedisScript<FleetAnswer> = defineScript(
  `local clock = redis.call('TIME')
local now = (clock[1] - 1767225600) * 1000000 + clock[2]
local times, refused, wait = {}, 0, 0
for i = 1, #KEYS do
  local at = (i - 1) * 6
  local interval, depth, cost = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local known = redis.call('GET', KEYS[i])
  local time = known and tonumber(known) or now + tonumber(ARGV[at + 6])
  time = math.min(time - tonumber(ARGV[at + 5]) * interval, now + depth)
  times[i] = math.max(time, now)
  local beyond = times[i] + cost * interval - now - depth
  if beyond > 1 and beyond > wait then
    refused, wait = i, beyond
  end
end
local reply = {refused, math.ceil(wait)}
for i = 1, #KEYS do
  local at = (i - 1) * 6
  local interval, depth, cost = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local time, granted = times[i], 0
  if refused == 0 then
    time = time + cost * interval
    granted = math.max(0, math.min(tonumber(ARGV[at + 4]), math.floor((now + depth - time) / interval / 8)))
    time = time + granted * interval
  end
  if time > now then
    redis.call('SET', KEYS[i], string.format('%.3f', time), 'PX', math.ceil((time - now) / 1000) + 1)
  elseif tonumber(ARGV[at + 5]) > 0 then
    redis.call('DEL', KEYS[i])
  end
  reply[#reply + 1] = math.ceil(time - now)
  reply[#reply + 1] = granted
end
return reply`,
  (reply) => {
    if (!Array.isArray(reply) || !reply.every((item) => typeof item === 'number'))
      throw new Error('The script of rate limits has returned something else than numbers.');
    const [refused = 0, waitUs = 0, ...rest] = reply;
    const keys = Array.from({ length: rest.length / 2 }, (_, index) => ({
      aheadUs: rest[index * 2] ?? 0,
      granted: rest[index * 2 + 1] ?? 0,
    }));
    return { refused: refused === 0 ? undefined : { index: refused - 1, waitUs }, keys };
  },
);
