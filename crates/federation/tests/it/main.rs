//! The federation face from outside: fetching, WebFinger and sending against servers on loopback,
//! and the inbox door with signed requests.

mod deliver;
mod door;
mod fetch;
mod finger;
mod gate;
mod lab;
mod routes;
