//! What every face needs of HTTP: errors as statuses, security headers, the Host check, the
//! client's address, limits, content negotiation, and the accept loop.
//!
//! Invariant: nothing here knows a page or an endpoint. Everything a stranger can make us hold
//! (connections, heads, bodies, rate-limit keys) has a bound that is a named constant.

pub mod body_limit;
pub mod client_ip;
mod connection;
mod deadline;
mod framing;
pub mod headers;
pub mod host;
pub mod negotiate;
pub mod panics;
mod places;
pub mod problem;
pub mod rate_limit;
pub mod serve;

pub use client_ip::{AddressKey, ClientAddress, TrustedProxies};
pub use host::HostCheck;
pub use problem::Problem;
pub use rate_limit::{Allowance, RateLimit};
pub use serve::{ServeOptions, serve};
