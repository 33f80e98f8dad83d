"""How bytes get from a client to a server: `memory` within a process, `redis` through a broker."""
