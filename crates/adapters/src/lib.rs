//! Ports made real: files in a folder, and pictures worked on in a process of their own.
//!
//! Invariant: nothing is decided here. Who may see a picture, and how many one may send, are rules
//! of the application.

mod folder;
pub mod pictures;

pub use folder::Folder;
