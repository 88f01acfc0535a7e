//! Tests of the whole, from outside: see `it/`.
