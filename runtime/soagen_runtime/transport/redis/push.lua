-- Puts one request into the list of a service, once, however often it is sent (docs/delivery.md, "Sending").
-- KEYS[1] the list; KEYS[2] the number of the last request that this channel has put there; KEYS[3] when a worker was
-- last seen; KEYS[4] which request waited first, and since when, at a time when no worker was to be seen
-- ARGV[1] the request's number in its channel; ARGV[2] the number of the one that must be here before it, or 0;
-- ARGV[3] how many seconds the list must live at least; ARGV[4] its capacity; ARGV[5] for how many milliseconds
-- nobody may have been seen to serve; ARGV[6] the request
--
-- Numbers grow, and a channel sends in their order. So one that is not above the last has been here already: its sender
-- did not get the answer, or this is the first copy, held up on a connection that its sender has long given up. A
-- refusal counts as having been here: what was refused never gets in.
local last = tonumber(redis.call('GET', KEYS[2]) or '')
if last and last >= tonumber(ARGV[1]) then
    return 0
end
if last and last < tonumber(ARGV[2]) then
    return redis.error_reply('GAP')
end
redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[3])
-- Pushed first, and taken back where it is too much: one command less for all that are not refused. Nobody sees it in
-- between.
local length = redis.call('RPUSH', KEYS[1], ARGV[6])
if length == 1 then
    redis.call('EXPIRE', KEYS[1], ARGV[3])
    return length
end
local refusal
if length > tonumber(ARGV[4]) then
    refusal = 'QUEUEFULL'
else
    local seen = redis.call('GET', KEYS[3])
    if seen then
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        if now - seen > tonumber(ARGV[5]) then
            -- PySOA's workers leave no trace but that the list moves on. The beginning of a request tells it from others.
            local first = redis.sha1hex(redis.call('LINDEX', KEYS[1], 0):sub(1, 1024))
            local before, since = (redis.call('GET', KEYS[4]) or ''):match('^(%x+) (%d+)$')
            if first ~= before then
                redis.call('SET', KEYS[4], string.format('%s %.0f', first, now), 'PX', 3600000)
            elseif now - since > tonumber(ARGV[5]) then
                refusal = 'NOWORKERS'
            end
        end
    end
end
if refusal then
    redis.call('RPOP', KEYS[1])
    return redis.error_reply(refusal)
end
-- PySOA sets the time to live of the shared list to that of the newest message, which may wipe out what others wait
-- for; here it only ever grows (docs/wire.md, "Lists").
if redis.call('TTL', KEYS[1]) < tonumber(ARGV[3]) then
    redis.call('EXPIRE', KEYS[1], ARGV[3])
end
return length
