//! A second reader of HTTP/1 framing, stricter than the parser that answers (S-025).
//!
//! The parser behind this takes a bare line feed for a line's end, drops a `Content-Length` that
//! stands beside a `Transfer-Encoding`, and merges equal ones: no handler can see that it
//! happened, and a proxy in front may have read it otherwise (request smuggling). Here the raw
//! bytes are read once more, and a connection on which the two could disagree is closed.
//! Trailers need no check: nothing of ours reads them.
//!
//! Invariant: only the current line is kept, and it is bounded.

use std::mem;

/// The longest line of a head, above what the parser answers with 431.
const LINE_MAX_BYTES: usize = 96 * 1024;

/// The longest line with the size of a chunk, extensions included, or of a trailer.
const CHUNK_LINE_MAX_BYTES: usize = 4 * 1024;

/// The most lines of trailers.
const TRAILERS_MAX: u32 = 64;

/// What every HTTP/2 connection begins with.
const HTTP2_PREFACE_LINE: &[u8] = b"PRI * HTTP/2.0";

/// Why a connection is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) &'static str);

/// Where in the stream of messages of one connection we are.
#[derive(Debug)]
pub(crate) struct Framing {
    state: State,
    line: Vec<u8>,
    heads: u64,
}

#[derive(Debug)]
enum State {
    Head(Head),
    Body(u64),
    ChunkSize,
    ChunkData(u64),
    ChunkEnd,
    Trailers(u32),
    /// HTTP/2 frames itself.
    Tunnel,
}

#[derive(Debug, Default)]
struct Head {
    begun: bool,
    length: Option<u64>,
    chunked: bool,
}

impl Framing {
    pub(crate) fn new() -> Self {
        Self { state: State::Head(Head::default()), line: Vec::new(), heads: 0 }
    }

    /// Whether not even the first head is complete.
    pub(crate) fn awaits_first_head(&self) -> bool {
        self.heads == 0
    }

    /// Reads on.
    pub(crate) fn feed(&mut self, mut bytes: &[u8]) -> Result<(), Malformed> {
        while !bytes.is_empty() {
            bytes = match &mut self.state {
                State::Tunnel => return Ok(()),
                State::Body(left) => {
                    let rest = skip(bytes, left);
                    if *left == 0 {
                        self.state = State::Head(Head::default());
                    }
                    rest
                }
                State::ChunkData(left) => {
                    let rest = skip(bytes, left);
                    if *left == 0 {
                        self.state = State::ChunkEnd;
                    }
                    rest
                }
                _ => self.feed_line(bytes)?,
            };
        }
        Ok(())
    }

    /// Takes bytes up to the end of a line, and looks at the line if it ended.
    fn feed_line<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], Malformed> {
        let max = match self.state {
            State::Head(_) => LINE_MAX_BYTES,
            _ => CHUNK_LINE_MAX_BYTES,
        };
        let end = bytes.iter().position(|b| *b == b'\n');
        let (part, rest) = match end {
            Some(end) => bytes.split_at_checked(end + 1).unwrap_or((bytes, &[])),
            None => (bytes, &[] as &[u8]),
        };
        if self.line.len() + part.len() > max {
            return Err(Malformed("a line is too long"));
        }
        self.line.extend_from_slice(part);
        if end.is_some() {
            let line = mem::take(&mut self.line);
            let Some(text) = line.strip_suffix(b"\r\n") else {
                return Err(Malformed("a line ends without a carriage return"));
            };
            if text.iter().any(|b| matches!(b, b'\r' | 0)) {
                return Err(Malformed("a line holds a control character"));
            }
            self.look_at(text)?;
            self.line = line;
            self.line.clear();
        }
        Ok(rest)
    }

    fn look_at(&mut self, line: &[u8]) -> Result<(), Malformed> {
        self.state = match mem::replace(&mut self.state, State::Tunnel) {
            State::Head(head) => self.look_at_head(head, line)?,
            State::ChunkSize => match chunk_size(line)? {
                0 => State::Trailers(0),
                size => State::ChunkData(size),
            },
            State::ChunkEnd if line.is_empty() => State::ChunkSize,
            State::ChunkEnd => return Err(Malformed("a chunk is longer than it says")),
            State::Trailers(_) if line.is_empty() => State::Head(Head::default()),
            State::Trailers(count) if count < TRAILERS_MAX => State::Trailers(count + 1),
            State::Trailers(_) => return Err(Malformed("too many trailers")),
            other => other,
        };
        Ok(())
    }

    fn look_at_head(&mut self, mut head: Head, line: &[u8]) -> Result<State, Malformed> {
        if !head.begun {
            if line == HTTP2_PREFACE_LINE && self.heads == 0 {
                self.heads = 1;
                return Ok(State::Tunnel);
            }
            // An empty line before a request is tolerated everywhere (RFC 9112, 2.2).
            head.begun = !line.is_empty();
            return Ok(State::Head(head));
        }
        if line.is_empty() {
            self.heads += 1;
            return match (head.chunked, head.length) {
                (true, Some(_)) => Err(Malformed("both a length and a transfer encoding")),
                (true, None) => Ok(State::ChunkSize),
                (false, Some(length)) if length > 0 => Ok(State::Body(length)),
                (false, _) => Ok(State::Head(Head::default())),
            };
        }
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            return Err(Malformed("a folded line"));
        }
        head.note_field(line)?;
        Ok(State::Head(head))
    }
}

impl Head {
    fn note_field(&mut self, line: &[u8]) -> Result<(), Malformed> {
        let colon = line.iter().position(|b| *b == b':').ok_or(Malformed("a line is no field"))?;
        let (name, value) = line.split_at_checked(colon).unwrap_or((line, &[]));
        let value = value.strip_prefix(b":").unwrap_or(value).trim_ascii();
        if name.eq_ignore_ascii_case(b"content-length") {
            let length = number(value, 10).ok_or(Malformed("a length is no number"))?;
            if self.length.replace(length).is_some() {
                return Err(Malformed("two lengths"));
            }
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            if self.chunked || !value.eq_ignore_ascii_case(b"chunked") {
                return Err(Malformed("an odd transfer encoding"));
            }
            self.chunked = true;
        }
        Ok(())
    }
}

fn skip<'a>(bytes: &'a [u8], left: &mut u64) -> &'a [u8] {
    let here = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
    *left -= u64::try_from(here).unwrap_or(*left);
    bytes.get(here..).unwrap_or_default()
}

fn chunk_size(line: &[u8]) -> Result<u64, Malformed> {
    let digits = line.split(|b| *b == b';').next().unwrap_or_default().trim_ascii();
    number(digits, 16).ok_or(Malformed("the size of a chunk is no number"))
}

/// Digits only: no sign, no space, no comma, and no more than fit.
fn number(text: &[u8], radix: u32) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    let good = !text.is_empty() && text.chars().all(|c| c.is_digit(radix));
    good.then(|| u64::from_str_radix(text, radix).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> Result<(), Malformed> {
        Framing::new().feed(text.as_bytes())
    }

    fn byte_by_byte(text: &str) -> Result<(), Malformed> {
        let mut framing = Framing::new();
        text.as_bytes().chunks(1).try_for_each(|byte| framing.feed(byte))
    }

    #[test]
    fn plain_requests_pass_however_they_are_cut() {
        for good in [
            "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n\nb\nGET / HTTP/1.1\r\n\r\n",
            "POST / HTTP/1.1\r\ntransfer-encoding: Chunked\r\n\r\n2;x=y\r\n\n\n\r\n0\r\nA: b\r\n\r\nGET / HTTP/1.1\r\n\r\n",
            "\r\nGET / HTTP/1.1\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\n",
        ] {
            assert_eq!(whole(good), Ok(()), "{good:?}");
            assert_eq!(byte_by_byte(good), Ok(()), "{good:?}");
        }
    }

    #[test]
    fn what_two_readers_could_read_differently_is_refused() {
        for bad in [
            "POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 3, 3\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: +3\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n",
            "GET / HTTP/1.1\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\n\r\n",
            "GET / HTTP/1.1\r\nA: b\0\r\n\r\n",
            "GET / HTTP/1.1\r\nA: b\rC: d\r\n\r\n",
            "GET / HTTP/1.1\r\nno field\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1ffffffffffffffff\r\n",
        ] {
            assert!(whole(bad).is_err(), "{bad:?}");
            assert!(byte_by_byte(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_line_without_end_is_bounded() {
        let mut framing = Framing::new();
        let mut fed = 0;
        while framing.feed(&[b'a'; 1024]).is_ok() {
            fed += 1024;
            assert!(fed <= LINE_MAX_BYTES);
        }
    }
}
