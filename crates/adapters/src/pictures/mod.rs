//! Pictures: what somebody sent is taken apart and made anew, in a process that can reach nothing.
//!
//! Decoders are where pictures attack (S-123, S-124, S-127). So they run in a child that has one file
//! open, may open no other and no socket, and has little memory and time. What comes back was written
//! by our own encoders: no metadata, no second file behind the picture, turned upright (S-122).

mod child;
mod make;
mod said;

pub use child::{ChildPictures, WORD, run_as_child};
pub use make::{PIXELS_MAX, make};
