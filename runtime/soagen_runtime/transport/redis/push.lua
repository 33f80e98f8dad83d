-- Appends messages to a list that has room for them, and sees to it that the list outlives them.
-- KEYS[1] the list; ARGV[1] how many seconds it must live at least, ARGV[2] its capacity, ARGV[3...] the messages.
-- PySOA sets the time to live of the shared list to that of the newest message, which may wipe out what others wait for;
-- here it only ever grows (docs/wire.md, "Lists").
if redis.call('LLEN', KEYS[1]) >= tonumber(ARGV[2]) then
    return redis.error_reply('queue full')
end
for i = 3, #ARGV do
    redis.call('RPUSH', KEYS[1], ARGV[i])
end
if redis.call('TTL', KEYS[1]) < tonumber(ARGV[1]) then
    redis.call('EXPIRE', KEYS[1], ARGV[1])
end
return #ARGV - 2
