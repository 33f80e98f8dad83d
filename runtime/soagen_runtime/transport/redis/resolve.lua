-- Decides what becomes of the request that a buried worker held; the first who comes decides (docs/delivery.md,
-- "Reaping").
-- KEYS[1] the workers; KEYS[2] the slot; KEYS[3] the list of requests; KEYS[4] the list of replies; KEYS[5] the dead
-- stream
-- ARGV[1] the worker; ARGV[2] what its slot held when the decision was made; ARGV[3] 'back', 'answer' or 'drop';
-- ARGV[4] the message to push; ARGV[5] how many seconds its list must live; ARGV[6] how long the dead stream may be;
-- ARGV[7...] fields of a line in the dead stream, if there is to be one
if redis.call('ZSCORE', KEYS[1], ARGV[1]) or redis.call('LINDEX', KEYS[2], 0) ~= ARGV[2] then
    return 0
end
local list = ARGV[3] == 'back' and KEYS[3] or KEYS[4]
if ARGV[3] == 'back' then
    redis.call('LPUSH', list, ARGV[4])
elseif ARGV[3] == 'answer' then
    redis.call('RPUSH', list, ARGV[4])
end
if ARGV[3] ~= 'drop' and redis.call('TTL', list) < tonumber(ARGV[5]) then
    redis.call('EXPIRE', list, ARGV[5])
end
redis.call('DEL', KEYS[2])
if ARGV[7] then
    redis.call('XADD', KEYS[5], 'MAXLEN', '~', ARGV[6], '*', unpack(ARGV, 7))
end
return 1
