//! The wire format through its public door: what is taken, what is refused, what is sent.

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod ids;
#[cfg(test)]
mod outcome;
#[cfg(test)]
mod parsing;
#[cfg(test)]
mod peers;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod writing;
