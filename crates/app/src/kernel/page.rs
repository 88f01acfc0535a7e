//! Pages of a list, newest first.

/// The most rows one page may hold.
pub const PAGE_MAX: u32 = 100;

/// Which part of a list is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Only rows below this one.
    pub before: Option<i64>,
    /// How many at most; more than [`PAGE_MAX`] is cut.
    pub limit: u32,
}

impl Page {
    /// The first `limit` rows.
    pub fn first(limit: u32) -> Self {
        Self { before: None, limit }
    }

    /// The rows after the cursor `next` of an earlier page. A cursor that is none starts afresh.
    pub fn after(cursor: Option<&str>, limit: u32) -> Self {
        Self { before: cursor.and_then(|c| c.parse().ok()).filter(|id| *id > 0), limit }
    }

    /// The limit, cut.
    pub fn rows(self) -> u64 {
        u64::from(self.limit.clamp(1, PAGE_MAX))
    }
}
