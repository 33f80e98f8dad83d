-- A worker process says which contract it serves (docs/delivery.md, "What runs").
-- KEYS[1] who serves what, by when that has to be said again; KEYS[2] the contract
-- ARGV[1] the process and the contract; ARGV[2] for how many milliseconds that holds; ARGV[3] the contract's text, or ''
-- Gives whether the contract is there now; if not, it has to be sent along.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
if ARGV[3] ~= '' then
    redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[2])
    return 1
end
return redis.call('PEXPIRE', KEYS[2], ARGV[2])
