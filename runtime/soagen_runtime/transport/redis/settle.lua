-- Delivers the reply of one request, if its slot still holds the request (docs/delivery.md, "The way of a request").
-- KEYS[1] the slot; KEYS[2] the list of replies
-- ARGV[1] the reply; ARGV[2] how many seconds its list must live
if redis.call('DEL', KEYS[1]) == 0 then
    return 0
end
redis.call('RPUSH', KEYS[2], ARGV[1])
redis.call('EXPIRE', KEYS[2], ARGV[2])
return 1
