-- Takes all workers of a process that is known to be dead off the list of the living, in one round trip: callers wait
-- (docs/delivery.md, "Reaping").
-- KEYS[1] the workers, by the end of their leases; KEYS[2] the tombs
-- ARGV[1] how the names of the process' workers begin; ARGV[2] for how many milliseconds tombs are looked at
-- Gives the names of those that it buried, and of those that were buried before.
local ours = {}
local function add(members)
    for _, member in ipairs(members) do
        if string.sub(member, 1, #ARGV[1]) == ARGV[1] then
            ours[#ours + 1] = member
        end
    end
end
add(redis.call('ZRANGE', KEYS[1], 0, -1))
if #ours > 0 then
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    for _, member in ipairs(ours) do
        redis.call('ZREM', KEYS[1], member)
        redis.call('ZADD', KEYS[2], now, member)
    end
    redis.call('PEXPIRE', KEYS[2], ARGV[2])
end
add(redis.call('ZRANGE', KEYS[2], 0, -1))
return ours
