-- Takes a worker off the list of the living, so that it can renew nothing (docs/delivery.md, "Reaping").
-- KEYS[1] the workers, by the end of their leases; KEYS[2] the tombs
-- ARGV[1] the worker; ARGV[3] for how many milliseconds tombs are looked at; ARGV[2] '1' if it is known to be dead or
-- leaves by itself, so that its lease does not matter
local lease = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not lease then
    return 0
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[2] ~= '1' and tonumber(lease) >= now then
    return 0
end
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZADD', KEYS[2], now, ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return 1
