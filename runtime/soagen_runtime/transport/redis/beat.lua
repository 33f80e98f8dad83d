-- A worker says that it lives, and learns who does not any more (docs/delivery.md, "Leases").
-- KEYS[1] the workers, by the end of their leases; KEYS[2] the tombs; KEYS[3] the grace; KEYS[4] when a worker was
-- last seen
-- ARGV[1] the worker, or '' for one who only watches; ARGV[2] 'join' or 'renew'; ARGV[3] the lease in milliseconds;
-- ARGV[4] '1' if the caller knows that it comes late; ARGV[5] for how many milliseconds tombs are looked at
-- Gives the time in seconds and microseconds, whether the lease is held, whose lease is over, and the tombs.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local late = ARGV[4] == '1'
if ARGV[1] ~= '' then
    local lease = redis.call('ZSCORE', KEYS[1], ARGV[1])
    if ARGV[2] == 'renew' then
        if not lease then
            return {time[1], time[2], 0, {}, {}}
        end
        late = late or tonumber(lease) < now
    end
    redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
    redis.call('SET', KEYS[4], now, 'PX', 3600000)
end
-- Who comes late was held up, and so, it may be, was everybody: after an outage nobody is buried for the length of a
-- lease.
if late then
    redis.call('SET', KEYS[3], '1', 'PX', ARGV[3])
end
if ARGV[2] == 'join' or redis.call('EXISTS', KEYS[3]) == 1 then
    return {time[1], time[2], 1, {}, {}}
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - ARGV[5])
return {
    time[1], time[2], 1,
    redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. now, 'LIMIT', 0, 32),
    redis.call('ZREVRANGE', KEYS[2], 0, 63),
}
