//! Reading lists of ids that other servers keep, page by page.
//!
//! Invariant: every list has an end (S-076). Pages and ids are counted, no page leads in a circle or
//! to another server, and of what stands in a page only ids count.

use std::collections::BTreeSet;

use carefolk_domain::uri;
use carefolk_wire::ObjectKind;
use carefolk_wire::read::{self, Collection, Document, Node};

use super::Jobs;
use crate::kernel::error::Error;
use crate::kernel::ports::PortError;

/// How many pages of lists are read at one time of asking, those that stand inside others too.
const PAGES_MAX: usize = 10;

/// What was found in lists.
pub(super) struct Listed {
    ids_max: usize,
    pages: usize,
    /// Where pages were read, so that no list leads in a circle.
    seen: BTreeSet<String>,
    known: BTreeSet<String>,
    /// The ids, in the order of the lists.
    pub ids: Vec<String>,
    /// Whether something was left out.
    pub is_cut: bool,
}

impl Listed {
    /// Nothing so far, and at most `ids_max` ids.
    pub(super) fn up_to(ids_max: usize) -> Self {
        let (seen, known) = (BTreeSet::new(), BTreeSet::new());
        Self { ids_max, pages: 0, seen, known, ids: Vec::new(), is_cut: false }
    }

    fn add(&mut self, id: String) {
        if self.ids.len() >= self.ids_max {
            self.is_cut = true;
        } else if self.known.insert(id.clone()) {
            self.ids.push(id);
        }
    }

    fn is_full(&self) -> bool {
        self.pages >= PAGES_MAX || self.ids.len() >= self.ids_max
    }
}

impl Jobs<'_> {
    /// Walks through a list from page to page, within the server where it stands.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`]; what was read before is in `listed`.
    pub(super) async fn read_list(&self, list: String, listed: &mut Listed) -> Result<(), Error> {
        let network = self.0.actors().network();
        let origin = list.clone();
        let mut next = Some(Node::Iri(list));
        while let Some(node) = next.take() {
            if listed.is_full() {
                listed.is_cut = true;
                break;
            }
            listed.pages += 1;
            let document = match node {
                Node::Object(document) => Some(document),
                Node::Iri(page) if !uri::same_origin(&page, &origin) => None,
                Node::Iri(page) if !listed.seen.insert(page.clone()) => None,
                Node::Iri(page) => self.page(&page).await?,
            };
            let page = document.and_then(|document| Collection::read(&document, network).ok());
            let Some(page) = page else {
                listed.is_cut = true;
                break;
            };
            for item in &page.items {
                // Only where it is: what stands inside is never believed.
                if let Ok(Some(id)) = item.id(network) {
                    listed.add(id);
                }
            }
            let is_whole =
                matches!(page.kind, ObjectKind::Collection | ObjectKind::OrderedCollection);
            next = page.first.filter(|_| is_whole).or(page.next.map(Node::Iri));
        }
        Ok(())
    }

    /// The document of a page; nothing if there is none that can be read.
    async fn page(&self, url: &str) -> Result<Option<Document>, Error> {
        match self.0.remote().fetch(url).await {
            Ok(found) => Ok(read::parse(&found.body).ok()),
            Err(error @ PortError::Unavailable(_)) => Err(error.into()),
            Err(_) => Ok(None),
        }
    }
}
