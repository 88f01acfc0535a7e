//! Tidy tests: the rules of the house that the compiler does not know. Each failure names the file
//! and says what to do.
//!
//! (`cfg(test)` tells clippy that these are tests, where a panic is an answer.)

#[cfg(test)]
mod arrows;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod files;
#[cfg(test)]
mod growth;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod links;
#[cfg(test)]
mod order;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod rooms;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod tree;
#[cfg(test)]
mod words;
