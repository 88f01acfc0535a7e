//! Work on arrivals: what needs no other server in one stream, what does in lanes beside it.
//!
//! Invariant: a server that does not answer delays what needs it, and nothing else (P6).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::task::TaskTracker;

use super::Inbound;
use crate::App;
use crate::kernel::error::Error;

/// How many activities may wait for other servers at once.
const LANES: usize = 64;

/// How many of them may come from one server: a handful of slow documents must not take all lanes.
const LANES_PER_HOST: usize = 4;

/// Who waits for other servers now.
#[derive(Debug, Default)]
pub(crate) struct Lanes(Mutex<HashMap<String, usize>>);

/// A place in a lane, until it is dropped.
#[derive(Debug)]
struct Place {
    lanes: Arc<Lanes>,
    host: String,
}

impl Lanes {
    /// A place for an activity from `host`, if there is one.
    fn enter(self: &Arc<Self>, host: &str) -> Option<Place> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.values().sum::<usize>() >= LANES {
            return None;
        }
        let of_host = taken.entry(host.to_owned()).or_default();
        if *of_host >= LANES_PER_HOST {
            return None;
        }
        *of_host += 1;
        Some(Place { lanes: Arc::clone(self), host: host.to_owned() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.lanes.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(of_host) = taken.get_mut(&self.host) {
            *of_host -= 1;
            if *of_host == 0 {
                taken.remove(&self.host);
            }
        }
    }
}

impl Inbound<'_> {
    /// Claims what waits, applies what can be applied at once, and leaves the rest to tasks of
    /// their own; returns how many were looked at.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] if nothing could be claimed.
    pub(crate) async fn process_in_lanes(
        &self,
        lanes: &Arc<Lanes>,
        tasks: &TaskTracker,
    ) -> Result<usize, Error> {
        let (count, far) = self.process_near().await?;
        let mut put_off = Vec::new();
        for heard in far {
            let Some(place) = lanes.enter(&heard.row.host) else {
                put_off.push(heard);
                continue;
            };
            let app: App = self.0.clone();
            tasks.spawn(async move {
                if let Err(error) = app.inbound().plan_and_apply(vec![heard]).await {
                    tracing::error!(%error, "inbound worker");
                }
                drop(place);
            });
        }
        if !put_off.is_empty() {
            self.put_off(put_off).await?;
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_server_takes_four_lanes_and_all_together_sixty_four() {
        let lanes = Arc::new(Lanes::default());
        let mut places: Vec<_> = (0..9).filter_map(|_| lanes.enter("slow.example")).collect();
        assert_eq!(places.len(), LANES_PER_HOST);
        for host in 0..LANES {
            places.extend(lanes.enter(&format!("h{host}.example")));
        }
        assert_eq!(places.len(), LANES);
        assert!(lanes.enter("late.example").is_none());
        drop(places);
        assert!(lanes.enter("late.example").is_some());
    }
}
