//! What must always be true, looked for as a whole: slow, and for a person who asks.

use carefolk_store::dialect;

use crate::App;
use crate::kernel::{caller::Caller, error::Error};

/// A rule that is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// What the rule is called.
    pub name: &'static str,
    /// What is wrong, in words.
    pub says: String,
}

impl App {
    /// Every rule of the rows that is broken, the chain of acts and the file itself included.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the caller runs the instance; [`Error::Store`].
    pub async fn broken_rules(&self, caller: &Caller) -> Result<Vec<Broken>, Error> {
        let chain = self.audit().verify(caller).await?;
        let faults = dialect::file_faults(self.db()).await?;
        let mut all: Vec<Broken> =
            faults.into_iter().map(|says| Broken { name: "the file", says }).collect();
        for broken in dialect::broken_invariants(self.read()).await? {
            let (rows, first) = (broken.rows, broken.first);
            let says = format!("{} ({rows} rows; the first is {first})", broken.invariant.says);
            all.push(Broken { name: broken.invariant.name, says });
        }
        if let Some(number) = chain.broken_at {
            let says = format!("act {number} was changed, or does not follow the one before it");
            all.push(Broken { name: "acts", says });
        }
        Ok(all)
    }
}
