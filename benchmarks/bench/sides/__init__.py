"""Each peer as a server and a client; every module is a program for its own environment."""
