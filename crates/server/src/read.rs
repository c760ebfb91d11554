//! Reading: a question is asked of one snapshot on the store's own threads.

use ports::{Fault, Query, Store};

/// The most records on a page of a list.
pub const LIMIT_MAX: u32 = 200;
/// How many when nothing is said.
pub const LIMIT_DEFAULT: u32 = 50;

/// Asks from async code.
pub async fn ask<T: Send + 'static>(
    store: &dyn Store,
    question: impl FnOnce(&mut dyn Query) -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    store.read(Box::new(move |db| {
        let _ = sender.send(db.and_then(question));
    }));
    receiver.await.unwrap_or(Err(Fault::Busy))
}

/// Asks from a thread of ours.
pub fn wait<T: Send + 'static>(
    store: &dyn Store,
    question: impl FnOnce(&mut dyn Query) -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let (sender, receiver) = std::sync::mpsc::channel();
    store.read(Box::new(move |db| {
        let _ = sender.send(db.and_then(question));
    }));
    receiver.recv().unwrap_or(Err(Fault::Busy))
}
